package io.nomen.method;

import io.nomen.NomenException;
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
public final class KMeansMethod implements ClusteringMethod {
  static final String NAME = "kmeans";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean needsNouns() {
    return false;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    SubspaceWidth width = input.options().subspace().orElse(SubspaceWidth.OFF);
    if (width.equals(SubspaceWidth.OFF)) {
      return cluster(input, input.embeddings(), Optional.empty());
    }
    NounMatrix nouns =
        input
            .nouns()
            .orElseThrow(() -> NomenException.usage("--subspace needs nouns; give --vocabulary."));
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
    input.progress().at("k-means", 0, 1);
    SphericalKMeans.Fit fit =
        SphericalKMeans.fit(rows, input.clusters(), input.options().kmeans(), input.seed());
    input.progress().at("k-means", 1, 1);
    CentreModel model = new CentreModel(NAME, subspace, fit.best().rows());
    return CentreClustering.of(model, model.assignSeen(rows), fit, Optional.empty())
        .among(CentreClustering.models(fit, centres -> new CentreModel(NAME, subspace, centres)));
  }
}
