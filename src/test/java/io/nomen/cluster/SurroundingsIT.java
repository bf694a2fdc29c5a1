package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.store.Storage;
import io.nomen.testing.Photos;
import io.nomen.testing.RunTables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that are not like the one Nomen was written on: it works, or one sentence says why. */
@Tag("cluster")
class SurroundingsIT {
  @TempDir Path folder;

  private Path input;
  private int processes;

  @BeforeEach
  void photographs() throws IOException {
    input = folder.resolve("input");
    Photos.copy(Photos.of(3, 4), input);
  }

  private String[] encode(String output) {
    return new String[] {
      "encode", "--input", input.toString(), "--precision", "fp32", "--output", path(output)
    };
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Jvm start(Map<String, String> environment, List<String> before, List<String> program) {
    List<String> arguments = new ArrayList<>(before);
    arguments.addAll(program);
    return Jvm.start(folder.resolve("nomen-" + processes++), environment, arguments);
  }

  private static void assertDone(Jvm process) {
    assertThat(process.exitCode()).as(process.lastWords()).isZero();
  }

  private static void assertOneSentence(Jvm process, String... parts) {
    assertThat(process.exitCode()).as(process.lastWords()).isIn(2, 3);
    assertThat(process.sentences()).as(process.err()).hasSize(1);
    assertThat(process.sentences().get(0)).contains(parts).doesNotContain("defect");
  }

  @Test
  void digits_of_another_language_get_into_no_program_header_or_table() {
    Map<String, List<String>> languages =
        Map.of(
            "english",
            List.of("-Duser.language=en", "-Duser.country=US"),
            "arabic",
            List.of("-Duser.language=ar", "-Duser.country=EG"));
    languages.forEach(
        (name, options) -> {
          // Its own cache: the towers are written anew as programs for libtorch.
          Map<String, String> cache = Map.of("NOMEN_CACHE_DIR", path("cache-" + name));
          String[] words = {
            "cluster",
            "--input",
            input.toString(),
            "--clusters",
            "3",
            "--method",
            "tac-no-train",
            "--semantic-centres",
            "3",
            "--kmeans-restarts",
            "1",
            "--precision",
            "fp32",
            "--output",
            path(name)
          };
          try (Jvm process = start(cache, options, Jvm.nomen("1g", Map.of(), words))) {
            assertDone(process);
          }
        });
    Storage storage = new Storage(new Configuration());
    assertThat(RunTables.digests(storage, path("arabic")))
        .isEqualTo(RunTables.digests(storage, path("english")));
  }

  @Test
  void names_that_a_posix_locale_cannot_say_are_read_all_the_same() throws IOException {
    Path photo = Photos.of(1, 1).get(0);
    // This process may have such a locale itself.
    Process copy =
        new ProcessBuilder(
                "bash",
                "-c",
                "cp '%s' \"$0/$(printf '\\303\\234berblick.jpg')\"".formatted(photo),
                input.toString())
            .start();
    assertThat(copy.onExit().join().exitValue()).isZero();
    Map<String, String> posix = new HashMap<>(Map.of("LC_ALL", "C", "LANG", "C"));
    try (Jvm process = start(posix, List.of(), Jvm.nomen("1g", Map.of(), encode("posix")))) {
      assertDone(process);
      assertThat(process.out()).contains("\"embedded\":13");
    }
  }

  @Test
  void a_master_without_threads_and_a_heap_without_room_are_one_sentence() {
    Map<String, String> none = Map.of("spark.master", "local[0]");
    try (Jvm process = start(Map.of(), List.of(), Jvm.nomen("1g", none, encode("a")))) {
      assertOneSentence(process, "Spark does not start", "local[0]");
    }
    try (Jvm process = start(Map.of(), List.of(), Jvm.nomen("200m", Map.of(), encode("b")))) {
      assertOneSentence(process, "Spark does not start", "512m");
    }
  }

  @Test
  void a_master_that_does_not_answer_is_one_sentence() {
    Map<String, String> silent = Map.of("spark.master", "spark://127.0.0.1:1");
    try (Jvm process = start(Map.of(), List.of(), Jvm.nomen("1g", silent, encode("c")))) {
      // Whether Spark says so itself or is found stopped hangs on which of its threads is first.
      assertOneSentence(process, "master", "answers");
    }
  }

  @Test
  void a_machine_without_ipv4_is_one_sentence_and_works_when_spark_is_told_its_address()
      throws Exception {
    List<String> alone =
        List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--net",
            "bash",
            "-c",
            "ip link set lo up && ip address delete 127.0.0.1/8 dev lo && exec \"$0\" \"$@\"");
    List<String> probe = new ArrayList<>(alone);
    probe.addAll(List.of("grep", "-q", "lo$", "/proc/net/if_inet6"));
    Assumptions.assumeTrue(
        new ProcessBuilder(probe).start().waitFor() == 0, "SKIPPED: no network of IPv6 alone here");
    List<String> program = Jvm.nomen("1g", Map.of(), encode("ipv6"));
    Map<String, String> ipv4 = Map.of("SPARK_LOCAL_IP", "127.0.0.1");
    try (Jvm process = Jvm.start(folder.resolve("ipv4"), ipv4, alone, program)) {
      assertOneSentence(process, "Spark does not start", "SPARK_LOCAL_IP");
    }
    Map<String, String> ipv6 = Map.of("SPARK_LOCAL_IP", "::1");
    program.add(0, "-Djava.net.preferIPv6Addresses=true");
    try (Jvm process = Jvm.start(folder.resolve("ipv6-log"), ipv6, alone, program)) {
      assertDone(process);
    }
  }

  @Test
  void a_home_that_is_not_there_and_cannot_be_made_is_not_needed() {
    Map<String, String> nowhere = Map.of("HOME", "/proc/none");
    List<String> home = List.of("-Duser.home=/proc/none");
    try (Jvm process = start(nowhere, home, Jvm.nomen("1g", Map.of(), encode("d")))) {
      assertDone(process);
    }
  }

  @Test
  void a_temporary_folder_without_programs_works_or_is_one_sentence() throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    SmallDisk disk = null;
    try {
      disk = new SmallDisk(temporary, "2g");
      disk.remount("noexec");
    } catch (IOException e) {
      Assumptions.abort("SKIPPED: " + e.getMessage());
    }
    try (SmallDisk mounted = disk) {
      List<String> program = new ArrayList<>(List.of("-Djava.io.tmpdir=" + temporary));
      program.addAll(Jvm.nomen("1g", Map.of(), encode("e")));
      Path log = folder.resolve("noexec");
      try (Jvm process = Jvm.start(log, Map.of(), mounted.inside(), program)) {
        if (process.exitCode() != 0) {
          assertOneSentence(process, "temporary folder", "java.io.tmpdir");
        }
      }
      List<String> everything = new ArrayList<>(List.of("-Duser.home=" + temporary));
      everything.addAll(program);
      try (Jvm process = Jvm.start(folder.resolve("all"), Map.of(), mounted.inside(), everything)) {
        assertOneSentence(process, "NOMEN_CACHE_DIR", "noexec");
      }
    }
  }

  /** A copy of the installation with another class path, which its launcher finds built. */
  private Path installation(String classPath) throws IOException {
    Path home = Files.createDirectories(folder.resolve("installation"));
    Files.copy(Path.of("nomen"), home.resolve("nomen"));
    Path target = Files.createDirectories(home.resolve("target"));
    Files.createSymbolicLink(home.resolve("conf"), Path.of("conf").toAbsolutePath());
    Files.createSymbolicLink(
        target.resolve("nomen.jar"), Path.of("target/nomen.jar").toAbsolutePath());
    Files.writeString(target.resolve("class-path.txt"), classPath);
    return home.resolve("nomen");
  }

  private record Ended(int exitCode, String err) {}

  private Ended launch(Path launcher, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("bash", launcher.toString(), "encode", "--help");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.onExit().join().exitValue(), err);
  }

  @Test
  void libraries_that_have_left_are_one_sentence_of_the_launcher() throws IOException {
    Path launcher = installation("/nowhere/spark-core.jar:/nowhere/else.jar");
    Ended ended = launch(launcher, Map.of());
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err())
        .contains("/nowhere/spark-core.jar cannot be read", "mvn -DskipTests package");
  }

  @Test
  void too_little_memory_is_one_sentence_of_the_launcher() throws IOException {
    Path launcher = installation(Files.readString(Path.of("target/class-path.txt")));
    for (String memory : List.of("3", "200m", "much")) {
      Ended ended = launch(launcher, Map.of("NOMEN_MEMORY", memory));
      assertThat(ended.exitCode()).isEqualTo(2);
      assertThat(ended.err()).contains("NOMEN_MEMORY is \"" + memory + "\"", "512m");
    }
  }

  @Test
  void a_java_that_hadoop_cannot_run_on_is_one_sentence_of_the_launcher() throws IOException {
    Path launcher = installation(Files.readString(Path.of("target/class-path.txt")));
    for (String version : List.of("11.0.2", "25.0.1")) {
      Path jdk = Files.createDirectories(folder.resolve("jdk-" + version));
      Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
      Files.writeString(java, "#!/bin/sh\nexit 99\n");
      assertThat(java.toFile().setExecutable(true)).isTrue();
      Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
      Ended ended = launch(launcher, Map.of("JAVA_HOME", jdk.toString()));
      assertThat(ended.exitCode()).isEqualTo(3);
      assertThat(ended.err()).contains("17 to 23", "JAVA_HOME");
    }
  }

  @Test
  void newer_jdks_that_are_here_work() throws IOException {
    Map<String, Path> found = new LinkedHashMap<>();
    try (Stream<Path> jdks = Files.list(Path.of("/usr/lib/jvm"))) {
      jdks.filter(jdk -> jdk.getFileName().toString().matches(".*\\b(?:18|19|20|21|22|23)\\b.*"))
          .filter(jdk -> Files.isExecutable(jdk.resolve("bin/java")))
          .forEach(jdk -> found.put(jdk.getFileName().toString(), jdk));
    } catch (IOException e) {
      // There are none here.
    }
    Assumptions.assumeTrue(!found.isEmpty(), "SKIPPED: no JDK of 18 to 23 here");
    for (Path jdk : found.values()) {
      Path launcher = Path.of("nomen").toAbsolutePath();
      ProcessBuilder builder = new ProcessBuilder(launcher.toString());
      builder.command().addAll(List.of(encode(jdk.getFileName().toString())));
      builder.environment().put("JAVA_HOME", jdk.toString());
      Process process = builder.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.onExit().join().exitValue()).as(said).isZero();
    }
  }
}
