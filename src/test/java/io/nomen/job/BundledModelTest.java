package io.nomen.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Neighbours;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.Shared;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the bundled model makes of pictures that it was never trained on, by Nomen's own encoder.
 */
class BundledModelTest {
  private static final Logger LOG = LoggerFactory.getLogger(BundledModelTest.class);
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int NEIGHBOURS = 20;

  @TempDir Path folder;

  @Test
  void validation_pictures_go_to_their_class_by_its_first_lemma() throws Exception {
    Path pictures = Shared.data("tiny-imagenet-val");
    JsonNode known = json(Shared.data("tiny-imagenet/concepts.json")).get("concepts");
    List<String> synsets = Files.readAllLines(Shared.data("tiny-imagenet/wnids.txt"));
    Map<String, String> classes = new TreeMap<>(); // labels are numbered in the synsets' order
    for (int i = 0; i < synsets.size(); i++) {
      classes.put(synsets.get(i), known.get(i).get(0).asText());
    }
    Path run = folder.resolve("run");
    Command.done(
        "cluster",
        "--input",
        pictures,
        "--method",
        "zero-shot",
        "--classes",
        Files.write(folder.resolve("classes.txt"), classes.values()),
        "--output",
        run);
    Command.done("evaluate", "--run", run, "--labels", "folder");
    JsonNode evaluation = json(run.resolve("evaluation.json"));
    JsonNode confusion = evaluation.get("confusion");
    long right = 0;
    for (int label = 0; label < confusion.get("labels").size(); label++) {
      for (int column = 0; column < confusion.get("clusters").size(); column++) {
        if (confusion.get("clusters").get(column).equals(confusion.get("labels").get(label))) {
          right += confusion.get("counts").get(label).get(column).asLong();
        }
      }
    }
    double top1 = 100.0 * right / evaluation.get("images").asInt();
    LOG.info("zero-shot top-1 on {} pictures: {}", evaluation.get("images"), top1);
    assertThat(top1).isGreaterThan(40);
  }

  @Test
  void neighbours_of_things_it_does_not_know_are_mostly_of_their_kind() throws Exception {
    Path shards = Shared.data("cifar10");
    Path encoded = folder.resolve("encoded");
    Command.done("encode", "--input", shards + "/test-*.tar", "--output", encoded);
    RunFolder rows = new RunFolder(STORAGE, encoded.toString());
    Map<String, Integer> labels = new HashMap<>();
    for (String uri : rows.snapshot().table("images").uris()) {
      TableRow.read(STORAGE, uri)
          .forEach(row -> labels.put(row.string("path"), Integer.valueOf(row.string("label"))));
    }
    EmbeddingTable table =
        new EmbeddingTable(LocalSpark.context(), STORAGE, rows.snapshot().table("embeddings"));
    List<Integer> truth =
        table.paths().collect().stream().flatMap(List::stream).map(labels::get).toList();
    int[] nearest;
    try (NeighbourLists lists =
        Neighbours.find(LocalSpark.context(), table.embeddings(), NEIGHBOURS, new Search.Exact())) {
      nearest = lists.collect();
    }
    int right = 0;
    for (int i = 0; i < truth.size(); i++) {
      int[] votes = new int[10];
      for (int j = 0; j < NEIGHBOURS; j++) {
        votes[truth.get(nearest[i * NEIGHBOURS + j])]++;
      }
      int best = 0;
      for (int c = 1; c < votes.length; c++) {
        best = votes[c] > votes[best] ? c : best;
      }
      right += best == truth.get(i) ? 1 : 0;
    }
    double share = 100.0 * right / truth.size();
    LOG.info("{}-nearest-neighbour vote on {} pictures: {}", NEIGHBOURS, truth.size(), share);
    assertThat(share).isGreaterThan(65);
  }

  private static JsonNode json(Path file) throws Exception {
    return Json.read(Files.readString(file), JsonNode.class, file.toString());
  }
}
