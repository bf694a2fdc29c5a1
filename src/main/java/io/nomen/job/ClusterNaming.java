package io.nomen.job;

import io.nomen.method.Clustering;
import io.nomen.naming.ClusterName;
import io.nomen.semantics.SemanticCentres;
import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.RowBlocks;
import java.util.List;
import java.util.Optional;

/**
 * Names the clusters of the main job: given classes keep their names; all others are named from the
 * semantic space of the method, or from one that is found for the names alone.
 */
record ClusterNaming(ClusterOptions options, Optional<NounTable> nouns) {

  /**
   * Names all clusters.
   *
   * @param clusters [N] the cluster of every row
   */
  NamedClusters of(RowBlocks embeddings, int[] clusters, Clustering clustering) {
    if (options.classes().isPresent()) {
      return NamedClusters.of(Names.given(embeddings, clusters, nouns.orElseThrow()));
    }
    Optional<SemanticSpace> space =
        clustering.semantics().or(() -> found(embeddings, clustering.clusters()));
    List<ClusterName> names =
        Names.of(embeddings, clusters, clustering.clusters(), space, nouns, options.seed());
    return clustering.centreNouns().isEmpty()
        ? NamedClusters.of(names)
        : NamedClusters.of(names, clustering.centreNouns(), nouns.orElseThrow());
  }

  private Optional<SemanticSpace> found(RowBlocks embeddings, int clusters) {
    return nouns.map(
        table ->
            SemanticCentres.find(
                embeddings,
                table.matrix(),
                clusters,
                options.options().semantics(),
                options.seed()));
  }
}
