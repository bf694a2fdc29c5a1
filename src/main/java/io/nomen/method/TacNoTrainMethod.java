package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.storage.StorageLevel;

/**
 * TAC without training (Li et al., ICML 2024, arXiv 2310.11989, section 3.1): spherical k-means
 * over every image's text counterpart and embedding side by side.
 */
public final class TacNoTrainMethod extends ClusteringMethod {
  static final String NAME = "tac-no-train";

  TacNoTrainMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    SemanticSpace semantics = input.semanticSpace(NAME);
    Matrix nouns = semantics.nouns().embeddings();
    double temperature = input.options().semantics().temperature();
    RowBlocks fused =
        TextCounterparts.beside(input.embeddings(), nouns, temperature)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      SphericalKMeans.Fit fit = input.kmeans("k-means with text", fused);
      return Clustering.of(
          CentreAssignment.assign(fused, fit.best().rows()),
          fit,
          centres -> new Model(nouns, temperature, centres),
          Optional.of(semantics));
    } finally {
      fused.unpersist();
    }
  }

  /**
   * Centres over text counterparts and embeddings side by side; a new row gets its counterpart from
   * the nouns that were selected for the first rows.
   *
   * @param nouns [m, d], unit rows: the selected nouns
   * @param temperature of the counterparts' softmax
   * @param centres [K, 2 d], unit rows
   */
  record Model(Matrix nouns, double temperature, Matrix centres) implements FittedModel {
    private static final String NOUNS = "nouns";
    private static final String CENTRES = "centres";
    private static final String TEMPERATURE = "temperature";

    static Model of(ModelParts parts) {
      return new Model(
          parts.matrix(NOUNS),
          Double.parseDouble(parts.setting(TEMPERATURE)),
          parts.matrix(CENTRES));
    }

    @Override
    public String method() {
      return NAME;
    }

    @Override
    public int clusters() {
      return centres.rows();
    }

    @Override
    public int width() {
      return nouns.width();
    }

    @Override
    public AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms) {
      return CentreAssignment.assign(
          TextCounterparts.beside(embeddings, nouns, temperature),
          centres,
          CentreAssignment.TEMPERATURE);
    }

    @Override
    public ModelParts parts() {
      return new ModelParts(
          NAME,
          Map.of(TEMPERATURE, Double.toString(temperature)),
          Map.of(NOUNS, nouns, CENTRES, centres));
    }
  }
}
