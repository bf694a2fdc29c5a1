package io.nomen.naming;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.RunQuality;
import io.nomen.naming.ClusterName.ScoredNoun;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.run.RunFolder;
import io.nomen.run.Table;
import io.nomen.run.TableWriter;
import io.nomen.run.Tables;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code clusters}, one row each.
 *
 * @param paths of all rows, for the medoids
 */
public record ClusterTable(
    NamedClusters named, ClusterProfiles profiles, RunQuality quality, List<String> paths) {
  private static final String FILE = "part-00000.parquet";
  private static final int NEAR = 3;

  public void write(RunFolder folder, String attempt) {
    String target = folder.attemptFolder("clusters", attempt);
    try (TableWriter writer =
        new TableWriter(folder.storage(), target + "/" + FILE, Tables.CLUSTERS)) {
      for (int cluster = 0; cluster < named.names().size(); cluster++) {
        write(writer, cluster);
      }
    }
    new Table("clusters", target, List.of(FILE), List.of((long) named.names().size()))
        .commit(folder.storage());
  }

  private void write(TableWriter writer, int cluster) {
    ClusterName name = named.names().get(cluster);
    List<ScoredNoun> nouns = name.nouns();
    List<Integer> near = profiles.near(cluster, NEAR);
    double silhouette = quality.silhouette().perCluster()[cluster];
    writer.write(
        cluster,
        name.name(),
        name.named(),
        nouns.stream().map(ScoredNoun::lemma).toList(),
        floats(nouns.stream().mapToDouble(ScoredNoun::score).toArray()),
        nouns.stream().map(noun -> noun.synset().orElse("")).toList(),
        nouns.stream().map(ScoredNoun::gloss).toList(),
        name.gloss(),
        name.hypernym(),
        name.sisters(),
        name.reason(),
        named.centreNouns().get(cluster),
        quality.sizes()[cluster],
        (float) quality.meanConfidence()[cluster],
        Double.isNaN(silhouette) ? Optional.empty() : Optional.of((float) silhouette),
        medoid(cluster),
        near.stream().mapToInt(Integer::intValue).toArray(),
        floats(near.stream().mapToDouble(other -> profiles.similarity(cluster, other)).toArray()));
  }

  private Optional<String> medoid(int cluster) {
    long row = profiles.medoids()[cluster];
    return row < 0 ? Optional.empty() : Optional.of(paths.get(Math.toIntExact(row)));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
