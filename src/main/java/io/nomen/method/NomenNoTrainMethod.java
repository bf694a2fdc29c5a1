package io.nomen.method;

import io.nomen.tensor.Matrix;
import java.util.Optional;

/**
 * Nomen's own method without training: images in the noun subspace, with their text counterparts
 * beside them where the nouns fit, by the graph of their nearest neighbours ({@link
 * SpectralGroups}); or by average linkage where that separates the images better ({@link
 * LinkageChoice}). An image belongs to the nearest of the groups' means in the subspace.
 */
public final class NomenNoTrainMethod extends ClusteringMethod {
  static final String NAME = "nomen-no-train";

  NomenNoTrainMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    try (NomenInputs inputs = NomenInputs.of(input, NAME)) {
      Optional<LinkageChoice> choice = LinkageChoice.of(input, inputs);
      Matrix centres =
          choice
              .filter(LinkageChoice::taken)
              .map(LinkageChoice::centres)
              .orElseGet(() -> inputs.spectral(input));
      Clustering clustering = inputs.clustering(centres);
      return choice.map(linkage -> clustering.with(linkage.findings())).orElse(clustering);
    }
  }
}
