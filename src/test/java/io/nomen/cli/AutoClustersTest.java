package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void real_features_are_counted_within_30_per_cent_on_two_of_three_sets() throws Exception {
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
    List<String> sets = List.of("oxford_pets", "dtd", "caltech101");
    int[] classes = {37, 47, 100};
    int near = 0;
    for (int i = 0; i < classes.length; i++) {
      importRows(sets.get(i), features.resolve(sets.get(i)).resolve("image_test.npy"));
      JsonNode record =
          cluster(
              sets.get(i),
              List.of(
                  "--embeddings",
                  folder.resolve(sets.get(i)).toString(),
                  "--vocabulary",
                  nouns.toString()));
      double ratio = record.get("clusters").asDouble() / classes[i];
      near += ratio >= 0.7 && ratio <= 1.3 ? 1 : 0;
    }
    assertThat(near).isGreaterThanOrEqualTo(2);
  }

  @Test
  @Tag("slow")
  void the_samples_are_counted_with_the_bundled_model() throws Exception {
    JsonNode record = cluster("samples", List.of("--input", "samples"));
    assertThat(record.get("clusters").asInt()).isBetween(8, 72);
  }
}
