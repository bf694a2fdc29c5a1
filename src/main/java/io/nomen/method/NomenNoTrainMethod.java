package io.nomen.method;

/**
 * Nomen's own method without training: images in the noun subspace, with their text counterparts
 * beside them where the nouns fit, by the graph of their nearest neighbours ({@link
 * SpectralGroups}); or by average linkage where that separates the images better ({@link
 * SeparationChoice}). An image belongs to the nearest of the groups' means in the subspace.
 */
public final class NomenNoTrainMethod extends ClusteringMethod {
  static final String NAME = "nomen-no-train";

  NomenNoTrainMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    try (NomenInputs inputs = NomenInputs.of(input, NAME)) {
      return new SeparationChoice(input, inputs)
          .linkageOr(() -> inputs.clustering(inputs.spectral(input)));
    }
  }
}
