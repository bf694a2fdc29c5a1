package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.method.ClipFeatures;
import io.nomen.store.Json;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code --clusters auto} through the command line, to run.json and the gallery. */
class AutoClustersTest {
  private static final Logger LOG = LoggerFactory.getLogger(AutoClustersTest.class);

  @TempDir Path folder;

  private JsonNode record(String run) throws Exception {
    return Json.read(
        Files.readString(folder.resolve(run).resolve("run.json")), JsonNode.class, "the record");
  }

  private JsonNode cluster(String set, List<String> input) throws Exception {
    Object[] words = new Object[input.size() + 7];
    words[0] = "cluster";
    words[1] = "--clusters";
    words[2] = "auto";
    words[3] = "--duplicate-cosine";
    words[4] = "off";
    words[5] = "--output";
    words[6] = folder.resolve(set + "-run");
    System.arraycopy(input.toArray(), 0, words, 7, input.size());
    Command run = Command.done(words);
    JsonNode record = record(set + "-run");
    LOG.info(
        "{}: {} clusters, {}; seconds {}",
        set,
        run.lastLine().get("clusters"),
        record.at("/method/cluster_count/reason").asText(),
        record.get("seconds"));
    LOG.info("{}", record.at("/method/cluster_count/curve"));
    return record;
  }

  private void importRows(String set, Path npy) {
    Command.done("import", "--npy", npy, "--output", folder.resolve(set));
  }

  @Test
  void planted_clusters_are_counted_and_the_curve_and_the_reason_are_told() throws Exception {
    Path npy =
        Command.npy(
            folder.resolve("six.npy"),
            RandomRows.around(180, RandomRows.anywhere(6, 24, 1), 0.12, 2));
    importRows("six", npy);
    JsonNode record =
        cluster(
            "six", List.of("--embeddings", folder.resolve("six").toString(), "--method", "kmeans"));
    assertThat(record.get("clusters").asInt()).isEqualTo(6);
    JsonNode count = record.at("/method/cluster_count");
    assertThat(count.get("clusters").asInt()).isEqualTo(6);
    assertThat(count.get("reason").asText()).contains("separation × stability is best");
    assertThat(count.get("curve").size()).isGreaterThan(4);
    assertThat(record.get("remarks").toString()).contains("6 clusters were chosen: of ");
    String facts = Files.readString(folder.resolve("six-run/gallery/run.html"));
    assertThat(facts).contains("6 clusters were chosen").contains("how many clusters");
  }

  @Test
  @Tag("slow")
  void at_least_four_of_six_sets_are_counted_within_a_quarter() throws Exception {
    Path features = Shared.data("clip-features");
    Path nouns = folder.resolve("nouns");
    Command.done(
        "vocabulary",
        "--nouns",
        features.resolve("nouns.txt"),
        "--nouns-npy",
        features.resolve("nouns.npy"),
        "--output",
        nouns);
    List<Double> ratios = new ArrayList<>();
    JsonNode samples = cluster("samples", List.of("--input", "samples"));
    assertThat(samples.get("clusters").asInt()).isBetween(8, 72);
    ratios.add(samples.get("clusters").asInt() / 24.0);
    for (ClipFeatures set :
        List.of(
            ClipFeatures.of("oxford_pets"),
            ClipFeatures.of("dtd"),
            ClipFeatures.of("caltech101"),
            ClipFeatures.of("dtd").unequal(100, 0.5, 7),
            ClipFeatures.of("oxford_pets").unequal(100, 1, 7))) {
      String name = set.name().replaceAll("\\W+", "-");
      importRows(name, Command.npy(folder.resolve(name + ".npy"), set.images()));
      JsonNode record =
          cluster(
              name,
              List.of(
                  "--embeddings",
                  folder.resolve(name).toString(),
                  "--vocabulary",
                  nouns.toString()));
      ratios.add((double) record.get("clusters").asInt() / set.clusters());
      set.close();
    }
    LOG.info("counted, as shares of the true numbers: {}", ratios);
    assertThat(ratios.stream().filter(ratio -> ratio >= 0.75 && ratio <= 1.25).count())
        .isGreaterThanOrEqualTo(4);
  }
}
