package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LibraryPage;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.Photos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Python of {@code docs/library.md} in a real pyspark, as {@code src/test/python/install.sh}
 * installs it, or in the Python that {@code NOMEN_PYSPARK} names: with the wheel that {@code
 * src/python/build.sh} makes, and the jar as users get it.
 */
class PySparkIT {
  @TempDir static Path folder;

  private static Path python;
  private static Path wheel;

  @BeforeAll
  static void pyspark() throws Exception {
    String named = System.getenv("NOMEN_PYSPARK");
    String cache =
        System.getenv().getOrDefault("XDG_CACHE_HOME", System.getenv("HOME") + "/.cache");
    python = Path.of(named == null ? cache + "/nomen/pyspark/bin/python" : named);
    Assumptions.assumeTrue(
        Files.isExecutable(python),
        "SKIPPED: no pyspark at " + python + "; src/test/python/install.sh installs it");
    run("build", Path.of("."), List.of("bash", "src/python/build.sh"));
    try (var made = Files.list(Path.of("target/python"))) {
      wheel =
          made.filter(file -> file.toString().endsWith(".whl"))
              .findFirst()
              .orElseThrow()
              .toAbsolutePath();
    }
    Photos.copy(Photos.of(3, 8), folder.resolve("photos"));
  }

  private static String run(String name, Path directory, List<String> command) throws Exception {
    Path log = folder.resolve(name + ".log");
    ProcessBuilder process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    process.directory(directory.toFile());
    Map<String, String> environment = process.environment();
    environment.put("PYTHON", python.toString());
    environment.put("PYSPARK_PYTHON", python.toString());
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("PATH", python.getParent() + ":" + System.getenv("PATH"));
    environment.remove("SPARK_HOME");
    int exitCode = process.start().onExit().join().exitValue();
    assertThat(exitCode).as(Files.readString(log)).isZero();
    return Files.readString(log);
  }

  /** Runs a program by {@code spark-submit}, from a folder of its own. */
  private static String submit(String name, String master, String program, Object... words)
      throws Exception {
    Path script = Files.writeString(folder.resolve(name + ".py"), program);
    List<String> command =
        new ArrayList<>(
            List.of(
                python.resolveSibling("spark-submit").toString(),
                "--master",
                master,
                "--driver-memory",
                "1g",
                "--driver-java-options",
                "-XX:TieredStopAtLevel=1",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.sql.shuffle.partitions=2",
                "--jars",
                Path.of("target/nomen.jar").toAbsolutePath().toString(),
                "--py-files",
                wheel.toString(),
                script.toString()));
    for (Object word : words) {
      command.add(word.toString());
    }
    return run(name, folder, command);
  }

  private static boolean has(String module) throws Exception {
    return new ProcessBuilder(python.toString(), "-c", "import " + module)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(module + ".log").toFile())
            .start()
            .onExit()
            .join()
            .exitValue()
        == 0;
  }

  private static List<String> rows(Dataset<Row> rows) {
    return rows.select("path", "prediction", "name").sort("path").toJSON().collectAsList();
  }

  @Test
  void the_page_runs_as_it_stands_and_other_processes_and_java_read_what_it_saved()
      throws Exception {
    List<String> blocks = new ArrayList<>(LibraryPage.blocks("python"));
    if (!has("datasets")) {
      System.out.println(
          "SKIPPED: no Hugging Face datasets beside pyspark; their block is left out");
      blocks.removeIf(block -> block.contains("load_dataset"));
    }
    String contract = Files.readString(Path.of("src/test/python/contract.py"));
    Path photos = folder.resolve("photos");
    Path kept = folder.resolve("kept");
    String said =
        submit(
            "page",
            "local[2]",
            String.join("\n", blocks) + "\n" + contract,
            photos,
            3,
            kept,
            folder.resolve("rows"));
    assertThat(said).contains("the contract holds").contains("silhouette 0.");
    List<String> first =
        rows(LocalSpark.session().read().parquet(folder.resolve("rows").toString()));
    assertThat(first).hasSize(24);

    String again = blocks.get(0).replaceFirst("(?m)^pipeline.fit.*$", "");
    assertThat(again).doesNotContain(".fit(");
    submit("again", "local[2]", again, photos, 3, kept, folder.resolve("again"));
    assertThat(rows(LocalSpark.session().read().parquet(folder.resolve("again").toString())))
        .isEqualTo(first);

    Dataset<Row> images =
        LocalSpark.session()
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(photos.toString());
    assertThat(rows(PipelineModel.load(kept.toString()).transform(images))).isEqualTo(first);
  }

  @Test
  @Tag("cluster")
  void a_standalone_cluster_gives_the_same_rows() throws Exception {
    Path photos = folder.resolve("photos");
    String program = LibraryPage.blocks("python").get(0);
    submit("local", "local[2]", program, photos, 3, folder.resolve("kept-a"), folder.resolve("a"));
    try (LocalCluster cluster = new LocalCluster("pyspark", Map.of())) {
      submit(
          "cluster",
          cluster.address(),
          program,
          photos,
          3,
          folder.resolve("kept-b"),
          folder.resolve("b"));
    }
    assertThat(rows(LocalSpark.session().read().parquet(folder.resolve("b").toString())))
        .isEqualTo(rows(LocalSpark.session().read().parquet(folder.resolve("a").toString())));
  }
}
