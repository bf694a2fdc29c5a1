package io.nomen.naming;

import io.nomen.method.Clustering;
import io.nomen.run.NounTable;
import io.nomen.semantics.SemanticCentres;
import io.nomen.semantics.SemanticOptions;
import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.RowBlocks;
import java.util.List;
import java.util.Optional;

/**
 * Names the clusters of the main job: given classes keep their names; all others are named from the
 * semantic space of the method, or from one that is found for the names alone.
 *
 * @param given whether the nouns are the classes themselves
 */
public record ClusterNaming(
    boolean given, Optional<NounTable> nouns, SemanticOptions semantics, long seed) {

  /**
   * Names all clusters.
   *
   * @param clusters [N] the cluster of every row
   */
  public NamedClusters of(RowBlocks embeddings, int[] clusters, Clustering clustering) {
    if (given) {
      return NamedClusters.of(Names.given(embeddings, clusters, nouns.orElseThrow()));
    }
    Optional<SemanticSpace> space =
        clustering.semantics().or(() -> found(embeddings, clustering.clusters()));
    List<ClusterName> names =
        Names.of(embeddings, clusters, clustering.clusters(), space, nouns, seed);
    return clustering.centreNouns().isEmpty()
        ? NamedClusters.of(names)
        : NamedClusters.of(names, clustering.centreNouns(), nouns.orElseThrow());
  }

  private Optional<SemanticSpace> found(RowBlocks embeddings, int clusters) {
    return nouns.map(
        table -> SemanticCentres.find(embeddings, table.matrix(), clusters, semantics, seed));
  }
}
