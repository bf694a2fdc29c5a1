package io.nomen.gallery.feed;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.ClusterTransitions;
import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ClusterCard.NearCluster;
import io.nomen.gallery.GalleryData.ClusterCard.NounScore;
import io.nomen.gallery.GalleryData.ClusterCard.WordsFit;
import io.nomen.method.Findings;
import io.nomen.run.ClusterRow;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The table {@code clusters} as cards for the gallery. */
final class ClusterCards {
  private ClusterCards() {}

  static List<ClusterCard> read(Snapshot run, RunRecord record) {
    Optional<Findings.Agreement> agreement = record.part(Findings.Agreement.class);
    Optional<ClusterTransitions> renumbered = record.part(ClusterTransitions.class);
    return run.rows(ClusterRow.SCHEMA).stream()
        .map(
            row -> {
              // It knows the clusters by the method's own numbers.
              int place = renumbered.map(t -> t.place(row.cluster())).orElse(row.cluster());
              return card(row, agreement.map(fit -> wordsFit(fit, place)));
            })
        .toList();
  }

  private static ClusterCard card(ClusterRow row, Optional<WordsFit> fit) {
    return new ClusterCard(
        row.cluster(),
        row.name(),
        row.named(),
        row.size(),
        row.meanConfidence(),
        row.silhouette().map(value -> OptionalDouble.of(value)).orElse(OptionalDouble.empty()),
        fit,
        text(row.gloss()),
        nouns(row),
        row.hypernym(),
        row.sisters(),
        row.centreNouns(),
        row.medoid(),
        near(row));
  }

  private static WordsFit wordsFit(Findings.Agreement agreement, int cluster) {
    return new WordsFit(
        agreement.fitPerCluster().get(cluster), agreement.rhoPerCluster().get(cluster));
  }

  private static List<NounScore> nouns(ClusterRow row) {
    List<NounScore> nouns = new ArrayList<>();
    for (int i = 0; i < row.nouns().size(); i++) {
      nouns.add(
          new NounScore(
              row.nouns().get(i),
              row.nounScores()[i],
              text(row.nounGlosses().get(i)),
              text(row.nounSynsets().get(i))));
    }
    return nouns;
  }

  private static List<NearCluster> near(ClusterRow row) {
    List<NearCluster> near = new ArrayList<>();
    for (int i = 0; i < row.nearClusters().length; i++) {
      float similarity = row.nearSimilarity()[i];
      near.add(
          new NearCluster(
              row.nearClusters()[i], similarity, similarity >= ClusterProfiles.NEARLY_SAME));
    }
    return near;
  }

  private static Optional<String> text(String value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }
}
