package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.testing.Shared;
import io.nomen.testing.TableRow;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code nomen encode} as a process of its own, killed with SIGKILL at random moments, and the same
 * command again each time.
 */
@Tag("slow")
class KilledEncodeTest {
  private static final int KILLS = 10;
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir Path folder;

  /** The words that start this class path's Nomen with this JVM's options. */
  private List<String> command(Path output) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add"))
        .forEach(words::add);
    words.addAll(
        List.of(
            "-Xmx2g",
            "-Dai.djl.offline=true",
            "-Djava.awt.headless=true",
            "-Dspark.master=local[2]",
            "-Dspark.ui.enabled=false",
            "-Dspark.driver.host=127.0.0.1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "encode",
            "--input",
            Shared.data("cifar10") + "/test-*.tar",
            "--model",
            Shared.data("clip-reference").toString(),
            "--precision",
            "fp32",
            "--output",
            output.toString()));
    return words;
  }

  private Process start(Path output, String log) throws IOException {
    return new ProcessBuilder(command(output))
        .redirectOutput(folder.resolve(log + ".out").toFile())
        .redirectError(folder.resolve(log + ".err").toFile())
        .start();
  }

  /** A run that is left alone; its last line. */
  private JsonNode whole(Path output, String log) throws Exception {
    Process process = start(output, log);
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve(log + ".err"))).isZero();
    return lastLine(log);
  }

  private JsonNode lastLine(String log) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve(log + ".out"));
    return Json.read(lines.get(lines.size() - 1), JsonNode.class, "the last line");
  }

  /** Bucket → when it was finished, and the name of its file. */
  private static Map<Integer, String> finished(Path output) throws IOException {
    Map<Integer, String> finished = new TreeMap<>();
    Path stages = output.resolve("_stages");
    if (!Files.exists(stages)) {
      return finished;
    }
    try (Stream<Path> files = Files.walk(stages)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("bucket-")).toList()) {
        String text = Files.readString(file);
        if (text.endsWith("}")) {
          JsonNode manifest = Json.read(text, JsonNode.class, file.toString());
          FileTime time = Files.getLastModifiedTime(file);
          finished.put(
              manifest.get("bucket").asInt(), manifest.get("file").asText() + " at " + time);
        }
      }
    }
    return finished;
  }

  private static List<String> rows(Path output, String table) {
    List<String> rows = new ArrayList<>();
    for (String uri : new RunFolder(STORAGE, output.toString()).snapshot().table(table).uris()) {
      for (TableRow row : TableRow.read(STORAGE, uri)) {
        rows.add(
            table.equals("images")
                ? String.join(
                    " ",
                    row.string("path"),
                    row.string("status"),
                    row.string("digest"),
                    row.string("label"),
                    Long.toString(row.longInteger("offset")))
                : row.string("path")
                    + " "
                    + row.number("norm")
                    + " "
                    + Arrays.hashCode(row.numbers("embedding")));
      }
    }
    return rows;
  }

  /** Whether the stage is marked as whole: what is left then is only to publish it. */
  private static boolean stageIsWhole(Path output) throws IOException {
    Path stage = output.resolve("_stages/encode.json");
    return Files.exists(stage) && Files.readString(stage).contains("\"done\" : true");
  }

  @Test
  void ten_kills_cost_time_and_nothing_else() throws Exception {
    Path unkilled = folder.resolve("unkilled");
    long began = System.nanoTime();
    JsonNode straight = whole(unkilled, "unkilled");
    long milliseconds = (System.nanoTime() - began) / 1_000_000;
    int buckets = straight.get("buckets_encoded_now").asInt();
    System.out.printf("unkilled: %d buckets in %d ms%n", buckets, milliseconds);

    Random random = new Random(20261122);
    int kills = 0;
    for (int series = 0; kills < KILLS; series++) {
      Path output = folder.resolve("killed-" + series);
      Map<Integer, String> before = Map.of();
      boolean ended = false;
      while (!ended) {
        boolean wasWhole = stageIsWhole(output);
        String log = series + "-" + kills;
        Process process = start(output, log);
        long wait = (long) ((0.2 + 0.8 * random.nextDouble()) * milliseconds);
        ended = process.waitFor(kills < KILLS ? wait : 600_000, TimeUnit.MILLISECONDS);
        if (!ended) {
          process.destroyForcibly().waitFor();
          kills++;
        }
        Map<Integer, String> now = finished(output);
        System.out.printf(
            "series %d, %s after %d ms: %d of %d buckets finished, %d of them before%n",
            series, ended ? "ended" : "killed", wait, now.size(), buckets, before.size());
        // A bucket that was finished keeps its file and its manifest to the nanosecond.
        before.forEach((bucket, file) -> assertThat(now.get(bucket)).isEqualTo(file));
        if (ended && !wasWhole) {
          JsonNode last = lastLine(log);
          assertThat(last.get("buckets_resumed").asInt()).isEqualTo(before.size());
          assertThat(last.get("buckets_encoded_now").asInt()).isEqualTo(buckets - before.size());
          assertThat(last.get("counts")).isEqualTo(straight.get("counts"));
        }
        before = now;
      }
      for (String table : List.of("images", "embeddings")) {
        assertThat(rows(output, table)).hasSize(10_000).isEqualTo(rows(unkilled, table));
      }
    }
  }
}
