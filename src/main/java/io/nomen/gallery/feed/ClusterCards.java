package io.nomen.gallery.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.evaluate.ClusterProfiles;
import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ClusterCard.NearCluster;
import io.nomen.gallery.GalleryData.ClusterCard.NounScore;
import io.nomen.gallery.GalleryData.ClusterCard.WordsFit;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.TableRow;
import io.nomen.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The table {@code clusters} as cards for the gallery. */
final class ClusterCards {
  private ClusterCards() {}

  static List<ClusterCard> read(RunRecord record, RunFolder folder) {
    JsonNode gate = Json.mapper().valueToTree(record.method()).path("gate");
    return folder.table("clusters").uris().stream()
        .flatMap(uri -> TableRow.read(folder.storage(), uri).stream())
        .map(row -> card(row, gate))
        .toList();
  }

  private static ClusterCard card(TableRow row, JsonNode gate) {
    return new ClusterCard(
        row.integer("cluster"),
        row.string("name"),
        row.flag("named"),
        row.longInteger("size"),
        row.number("mean_confidence"),
        row.optionalNumber("silhouette")
            .map(value -> OptionalDouble.of(value))
            .orElse(OptionalDouble.empty()),
        wordsFit(gate, row.integer("cluster")),
        text(row.string("gloss")),
        nouns(row),
        row.optionalString("hypernym"),
        row.strings("sisters"),
        row.strings("centre_nouns"),
        row.optionalString("medoid"),
        near(row));
  }

  private static Optional<WordsFit> wordsFit(JsonNode gate, int cluster) {
    JsonNode rho = gate.path("rho_per_cluster").path(cluster);
    String degree = gate.path("fit_per_cluster").path(cluster).asText();
    return rho.isNumber() ? Optional.of(new WordsFit(degree, rho.doubleValue())) : Optional.empty();
  }

  private static List<NounScore> nouns(TableRow row) {
    List<String> words = row.strings("nouns");
    float[] scores = row.numbers("noun_scores");
    List<String> glosses = row.strings("noun_glosses");
    List<String> synsets = row.strings("noun_synsets");
    List<NounScore> nouns = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      nouns.add(new NounScore(words.get(i), scores[i], text(glosses.get(i)), text(synsets.get(i))));
    }
    return nouns;
  }

  private static List<NearCluster> near(TableRow row) {
    int[] numbers = row.integers("near_clusters");
    float[] similarity = row.numbers("near_similarity");
    List<NearCluster> near = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      near.add(
          new NearCluster(numbers[i], similarity[i], similarity[i] >= ClusterProfiles.NEARLY_SAME));
    }
    return near;
  }

  private static Optional<String> text(String value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }
}
