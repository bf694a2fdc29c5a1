package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.NodeState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.util.Apps;

/**
 * HDFS and YARN: Hadoop's own servers, every one a process of its own, from Maven's test artifact
 * of Hadoop. Node {@code i} is the address 127.0.0.{@code i+1}, with a server of each of the two,
 * so that a block lies on one node and not on another.
 */
final class YarnCluster implements AutoCloseable {
  private static final Pattern APPLICATION = Pattern.compile("application_(\\d+)_(\\d+)");
  private static final String JAR = "/nomen.jar";

  private final Path folder;
  private final Path settings;
  private final String fileSystem;
  private final List<Jvm> servers = new ArrayList<>();
  private final Configuration configuration = new Configuration();
  private final YarnClient client = YarnClient.createYarnClient();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private int submissions;

  /**
   * Starts it, and puts the jar of this build into it.
   *
   * @param name its logs lie in {@code target/clusters/} and this
   */
  YarnCluster(String name, int nodes) throws IOException {
    folder = Path.of("target/clusters", name).toAbsolutePath();
    FileUtil.fullyDelete(folder.toFile());
    settings = Files.createDirectories(folder.resolve("settings"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("HADOOP_CONF_DIR", settings.toString());
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    link();
    fileSystem = "hdfs://127.0.0.1:" + port();
    writeSettings();
    try {
      Jvm format = server("format", "hdfs.server.namenode.NameNode", "-format", "-force");
      assertThat(format.exitCode()).as(format.lastWords()).isZero();
      servers.add(server("namenode", "hdfs.server.namenode.NameNode"));
      servers.add(server("resourcemanager", "yarn.server.resourcemanager.ResourceManager"));
      for (int node = 1; node <= nodes; node++) {
        startNode(node);
      }
      for (Path file :
          List.of(settings.resolve("core-site.xml"), settings.resolve("yarn-site.xml"))) {
        configuration.addResource(new org.apache.hadoop.fs.Path(file.toUri()));
      }
      // A resource manager that is gone is told of within seconds, not after a quarter of an hour.
      configuration.set("yarn.resourcemanager.connect.max-wait.ms", "5000");
      configuration.set("yarn.resourcemanager.connect.retry-interval.ms", "1000");
      client.init(configuration);
      client.start();
      servers.get(1).await("nodes of YARN", () -> runs(nodes));
      servers.get(0).await("a node of HDFS", this::holdsTheJar);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** What executors, application masters and submissions load: Spark's jars and its YARN client. */
  private void link() throws IOException {
    Path jars = Files.createDirectories(folder.resolve("spark/jars"));
    for (String jar : Files.readString(Path.of("target/class-path.txt")).strip().split(":", -1)) {
      Path target = Path.of(jar);
      Files.createSymbolicLink(jars.resolve(target.getFileName()), target);
    }
    try (Stream<Path> yarn = Files.list(Path.of("target/hadoop").toAbsolutePath())) {
      for (Path jar :
          yarn.filter(f -> f.getFileName().toString().startsWith("spark-yarn")).toList()) {
        Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
      }
    }
  }

  private void writeSettings() throws IOException {
    write("core-site.xml", Map.of("fs.defaultFS", fileSystem, "hadoop.tmp.dir", folder + "/tmp"));
    Map<String, String> hdfs = new LinkedHashMap<>();
    hdfs.put("dfs.replication", "1");
    hdfs.put("dfs.namenode.http-address", "127.0.0.1:0");
    hdfs.put("dfs.namenode.datanode.registration.ip-hostname-check", "false");
    hdfs.put("dfs.datanode.http.address", "127.0.0.1:0");
    hdfs.put("dfs.namenode.fs-limits.min-block-size", "1024");
    write("hdfs-site.xml", hdfs);
    Map<String, String> yarn = new LinkedHashMap<>();
    for (String part : List.of("", ".scheduler", ".resource-tracker", ".admin", ".webapp")) {
      yarn.put("yarn.resourcemanager" + part + ".address", "127.0.0.1:" + port());
    }
    // One more than the stages that an application master dies in.
    yarn.put("yarn.resourcemanager.am.max-attempts", "12");
    yarn.put("yarn.scheduler.minimum-allocation-mb", "64");
    yarn.put("yarn.nodemanager.resource.memory-mb", "6144");
    yarn.put("yarn.nodemanager.resource.cpu-vcores", "4");
    yarn.put("yarn.nodemanager.vmem-check-enabled", "false");
    // Without this the small cluster watches nobody's memory.
    yarn.put("yarn.minicluster.control-resource-monitoring", "true");
    // Otherwise the check of physical memory is left to control groups, which are not set up.
    yarn.put("yarn.nodemanager.resource.memory.enforced", "false");
    yarn.put("yarn.nodemanager.container-monitor.interval-ms", "500");
    yarn.put(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
    yarn.put("yarn.nodemanager.localizer.cache.target-size-mb", "1024");
    for (String part : List.of("", ".localizer", ".webapp")) {
      yarn.put("yarn.nodemanager" + part + ".address", "${yarn.nodemanager.hostname}:0");
    }
    write("yarn-site.xml", yarn);
    write(
        "capacity-scheduler.xml",
        Map.of(
            "yarn.scheduler.capacity.root.queues", "default",
            "yarn.scheduler.capacity.root.default.capacity", "100",
            "yarn.scheduler.capacity.maximum-am-resource-percent", "1.0"));
  }

  private void write(String file, Map<String, String> values) throws IOException {
    Configuration written = new Configuration(false);
    values.forEach(written::set);
    try (var out = Files.newOutputStream(settings.resolve(file))) {
      written.writeXml(out);
    }
  }

  private void startNode(int node) {
    // Not 127.0.0.1, which half of the world calls localhost.
    String address = "127.0.0." + (node + 1);
    servers.add(
        server(
            "datanode-" + node,
            "hdfs.server.datanode.DataNode",
            "-Ddfs.datanode.data.dir=" + folder.resolve("data-" + node),
            "-Ddfs.datanode.hostname=" + address,
            "-Ddfs.datanode.address=0.0.0.0:0",
            "-Ddfs.datanode.ipc.address=0.0.0.0:0"));
    servers.add(
        server(
            "nodemanager-" + node,
            "yarn.server.nodemanager.NodeManager",
            "-Dyarn.nodemanager.hostname=" + address,
            "-Dyarn.nodemanager.local-dirs=" + folder.resolve("local-" + node),
            "-Dyarn.nodemanager.log-dirs=" + folder.resolve("logs-" + node)));
  }

  private Jvm server(String name, String type, String... words) {
    List<String> command =
        new ArrayList<>(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(Jvm.opened());
    command.add(
        "-Dlog4j2.configurationFile="
            + Path.of("deploy/standalone/log4j2.properties").toAbsolutePath());
    command.addAll(
        List.of(
            "-cp",
            settings
                + ":"
                + Path.of("target/hadoop").toAbsolutePath()
                + "/*:"
                + folder
                + "/spark/jars/*"));
    command.add("org.apache.hadoop." + type);
    command.addAll(List.of(words));
    return Jvm.start(folder.resolve(name), environment, command);
  }

  private static int port() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** Whether the resource manager answers, and has so many nodes. */
  private boolean runs(int nodes) {
    try {
      return client.getNodeReports(NodeState.RUNNING).size() == nodes;
    } catch (IOException | YarnException e) {
      return false;
    }
  }

  /** Whether the jar could be put there: a name node takes no files before it has a data node. */
  private boolean holdsTheJar() {
    try {
      FileSystem files = FileSystem.get(configuration);
      files.copyFromLocalFile(
          new org.apache.hadoop.fs.Path("target/nomen.jar"), new org.apache.hadoop.fs.Path(JAR));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The folder or file {@code path} on this HDFS. */
  String uri(String path) {
    return fileSystem + "/" + path;
  }

  /** Reaches this HDFS. */
  Storage storage() {
    return new Storage(configuration);
  }

  /** Copies what lies on this machine to {@code path} on this HDFS. */
  void put(Path local, String path) throws IOException {
    FileSystem.get(configuration)
        .copyFromLocalFile(
            new org.apache.hadoop.fs.Path(local.toUri()), new org.apache.hadoop.fs.Path(uri(path)));
  }

  /**
   * Submits the jar with {@code words}.
   *
   * @param deployMode {@code cluster}: the driver runs in the application master
   */
  Application submit(String deployMode, Map<String, String> more, String... words) {
    Path log = folder.resolve("submit-" + submissions++);
    Path jobs = log.resolveSibling(log.getFileName() + ".jobs");
    Map<String, String> all = new LinkedHashMap<>();
    String logging =
        "-XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile="
            + Path.of("conf/log4j2.properties").toAbsolutePath();
    all.put("spark.yarn.jars", "local:" + folder + "/spark/jars/*");
    all.put("spark.yarn.maxAppAttempts", "2");
    all.put("spark.executor.instances", "2");
    all.put("spark.executor.memory", "1g");
    all.put("spark.executor.memoryOverhead", "1g");
    all.put("spark.driver.memory", "1g");
    all.put("spark.driver.memoryOverhead", "1g");
    all.put("spark.executor.extraJavaOptions", logging);
    all.put("spark.driver.extraJavaOptions", logging);
    String tests = Path.of("target/test-classes").toAbsolutePath().toString();
    all.put("spark.driver.extraClassPath", tests);
    all.put("spark.extraListeners", JobLog.class.getName());
    all.put(JobLog.FILE, jobs.toString());
    all.putAll(more);
    List<String> command = new ArrayList<>(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.add(
        "-Dlog4j2.configurationFile="
            + Path.of("deploy/standalone/log4j2.properties").toAbsolutePath());
    command.addAll(Jvm.opened());
    command.addAll(List.of("--add-modules=jdk.incubator.vector", "-Dai.djl.offline=true"));
    command.addAll(List.of("-cp", settings + ":" + folder + "/spark/jars/*:" + tests));
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", "yarn", "--deploy-mode", deployMode));
    command.addAll(List.of("--properties-file", "conf/spark-defaults.conf"));
    all.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
    command.addAll(List.of("--class", "io.nomen.cli.Main", fileSystem + JAR));
    command.addAll(List.of(words));
    return new Application(new Submission(Jvm.start(log, environment, command), jobs));
  }

  /** An application of this cluster, from its submission on. */
  final class Application implements AutoCloseable {
    private final Submission submission;

    private Application(Submission submission) {
      this.submission = submission;
    }

    Submission submission() {
      return submission;
    }

    /** Waits for its end: what YARN then says of it. */
    ApplicationReport report() {
      // It may have had several application masters.
      int exitCode = submission.driver().exitCode(30);
      Matcher id = APPLICATION.matcher(submission.driver().err());
      if (!id.find()) {
        throw new AssertionError(
            "no application; exit code %d:%n%s"
                .formatted(exitCode, submission.driver().lastWords()));
      }
      ApplicationId application =
          ApplicationId.newInstance(Long.parseLong(id.group(1)), Integer.parseInt(id.group(2)));
      // In client mode the driver ends before its application does.
      AtomicReference<ApplicationReport> report = new AtomicReference<>();
      servers
          .get(1)
          .await(
              "the end of the application",
              () -> {
                report.set(reply(() -> client.getApplicationReport(application)));
                return Apps.isApplicationFinalState(report.get().getYarnApplicationState());
              });
      return report.get();
    }

    /** How many application masters it has had. */
    int attempts() {
      return reply(() -> client.getApplicationAttempts(report().getApplicationId())).size();
    }

    /** What its processes wrote to {@code stdout} or {@code stderr}, one after the other. */
    String logs(String stream) {
      String id = report().getApplicationId().toString();
      StringBuilder all = new StringBuilder();
      try (Stream<Path> files = Files.walk(folder, 4)) {
        for (Path file :
            files
                .filter(f -> f.toString().contains("/logs-") && f.toString().contains(id))
                .filter(f -> f.getFileName().toString().equals(stream))
                .sorted()
                .toList()) {
          all.append(Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return all.toString();
    }

    @Override
    public void close() {
      submission.close();
    }
  }

  private interface Question<T> {
    T ask() throws IOException, YarnException;
  }

  private static <T> T reply(Question<T> question) {
    try {
      return question.ask();
    } catch (IOException | YarnException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    // Containers outlive a node's server that is killed.
    Collection<ProcessHandle> containers =
        servers.stream().flatMap(s -> s.handle().descendants()).toList();
    servers.forEach(Jvm::close);
    containers.forEach(ProcessHandle::destroyForcibly);
    containers.forEach(container -> container.onExit().join());
    FileSystem.closeAll();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().matches("(local|data)-\\d+|tmp"))
          .forEach(file -> FileUtil.fullyDelete(file.toFile()));
    }
  }
}
