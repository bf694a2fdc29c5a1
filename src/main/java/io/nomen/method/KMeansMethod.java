package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.NounMatrix;
import io.nomen.semantics.NounSubspace;
import io.nomen.semantics.SubspaceWidth;
import io.nomen.tensor.RowBlocks;
import java.util.Optional;
import org.apache.spark.storage.StorageLevel;

/**
 * Spherical k-means of the embeddings, the baseline that needs no text; or of the embeddings in the
 * noun subspace.
 */
public final class KMeansMethod extends ClusteringMethod {
  static final String NAME = "kmeans";

  KMeansMethod() {
    super(NAME, false);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    SubspaceWidth width = input.options().subspace().orElse(SubspaceWidth.OFF);
    if (width.equals(SubspaceWidth.OFF)) {
      return cluster(input, input.embeddings(), Optional.empty());
    }
    NounMatrix nouns = input.requireNouns("--subspace");
    NounSubspace subspace = NounSubspace.of(input.embeddings(), nouns.embeddings(), width);
    RowBlocks rows = subspace.of(input.embeddings()).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return cluster(input, rows, Optional.of(subspace));
    } finally {
      rows.unpersist();
    }
  }

  private static Clustering cluster(
      MethodInput input, RowBlocks rows, Optional<NounSubspace> subspace) {
    SphericalKMeans.Fit fit = input.kmeans("k-means", rows);
    CentreModel model = new CentreModel(NAME, subspace, fit.best().rows());
    return Clustering.of(
        model.assignProjected(rows),
        fit,
        centres -> new CentreModel(NAME, subspace, centres),
        Optional.empty());
  }
}
