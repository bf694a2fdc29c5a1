package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Spark's standalone master and two workers of one core each, every one a process of its own on two
 * loopback addresses, which are two machines to Spark; started by {@code
 * deploy/standalone/start.sh} from the class path that the build resolved: no Spark distribution.
 * All ports are chosen by the system.
 */
final class LocalCluster implements AutoCloseable {
  /** Most of these processes live for seconds: the second compiler would not earn its time. */
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

  private final Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final String address;
  private int submissions;
  private Optional<Jvm> last = Optional.empty();

  /**
   * Starts the cluster.
   *
   * @param name its logs lie in {@code target/clusters/} and this
   * @param more variables that workers, executors and drivers see
   */
  LocalCluster(String name, Map<String, String> more) throws IOException {
    this.folder = Files.createDirectories(Path.of("target/clusters", name).toAbsolutePath());
    empty(folder);
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("HOSTS", "127.0.0.1 127.0.0.2");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.putAll(more);
    script("start.sh");
    address = Files.readString(folder.resolve("address")).strip();
  }

  /** Links of an earlier class path and logs of earlier tests go. */
  private static void empty(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }

  private void script(String name) throws IOException {
    ProcessBuilder script =
        new ProcessBuilder("bash", "deploy/standalone/" + name, folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    script.environment().putAll(environment);
    int exitCode = script.start().onExit().join().exitValue();
    assertThat(exitCode).as(Files.readString(folder.resolve(name + ".log"))).isZero();
  }

  /** A folder that is emptied with the cluster's own. */
  Path folder() {
    return folder;
  }

  /** The master, as Spark takes it. */
  String address() {
    return address;
  }

  /** Submits the shaded jar with {@code words}. */
  Submission submit(Map<String, String> settings, String... words) {
    List<String> program =
        new ArrayList<>(List.of("--class", "io.nomen.cli.Main", "target/nomen.jar"));
    program.addAll(List.of(words));
    return submit(settings, program);
  }

  /**
   * Submits any program.
   *
   * @param program its class, jar and words as {@code SparkSubmit} takes them
   */
  Submission submit(Map<String, String> settings, List<String> program) {
    Path log = folder.resolve("driver-" + submissions++);
    Path jobs = log.resolveSibling(log.getFileName() + ".jobs");
    Map<String, String> all = new LinkedHashMap<>();
    all.put("spark.executor.memory", "1g");
    all.put("spark.executor.extraJavaOptions", QUICK_START);
    all.put("spark.extraListeners", JobLog.class.getName());
    all.put(JobLog.FILE, jobs.toString());
    all.putAll(settings);
    List<String> command = new ArrayList<>(List.of("-Xmx1g", QUICK_START));
    command.add("-Dlog4j2.configurationFile=" + Path.of("conf/log4j2.properties").toAbsolutePath());
    command.addAll(Jvm.opened());
    command.addAll(List.of("--add-modules=jdk.incubator.vector", "-Dai.djl.offline=true"));
    // As the launcher does; the last folder brings the listener, which the jar does not hold.
    command.addAll(List.of("-cp", folder + "/spark/jars/*:target/test-classes"));
    command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", address));
    command.addAll(List.of("--properties-file", "conf/spark-defaults.conf"));
    all.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
    command.addAll(program);
    if (last.stream().noneMatch(driver -> driver.handle().isAlive())) {
      deleteJars();
    }
    last = Optional.of(Jvm.start(log, environment, command));
    return new Submission(last.get(), jobs);
  }

  /** Every executor has had a copy of the program, which workers keep. */
  private void deleteJars() {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().matches(".*/work-\\d+/.*[.]jar")).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The processes that run tasks at this moment. */
  List<ProcessHandle> executors() {
    return workers()
        .flatMap(ProcessHandle::descendants)
        .filter(
            process ->
                process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  private Stream<ProcessHandle> workers() {
    return Stream.of("worker-0.pid", "worker-1.pid")
        .map(folder::resolve)
        .filter(Files::exists)
        .flatMap(file -> ProcessHandle.of(Long.parseLong(text(file))).stream());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code kill -9} of an executor; false where there is none. */
  boolean killAnExecutor() {
    return executors().stream().findFirst().map(ProcessHandle::destroyForcibly).orElse(false);
  }

  @Override
  public void close() throws IOException {
    // An executor outlives its worker for seconds; nothing may stay behind.
    List<ProcessHandle> executors = executors();
    script("stop.sh");
    executors.forEach(ProcessHandle::destroyForcibly);
    executors.forEach(executor -> executor.onExit().join());
    deleteJars();
  }
}
