package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * CLIP's own classification (Radford et al., ICML 2021, arXiv 2103.00020, section 3.1.4): every
 * image goes to the class whose text is nearest. It is told the names that the other methods have
 * to find, and says what knowing them is worth.
 *
 * <p>The input's nouns are the classes. Cluster k is class k, so that a class may be empty.
 */
public final class ZeroShotMethod extends ClusteringMethod {
  public static final String NAME = "zero-shot";

  ZeroShotMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    NounMatrix classes =
        input
            .nouns()
            .orElseThrow(
                () -> NomenException.usage("Method zero-shot needs classes; give --classes FILE."));
    Model model = new Model(classes.embeddings());
    Clustering clustering =
        input
            .progress()
            .stage(
                "nearest class",
                () ->
                    Clustering.of(
                        model.assign(input.embeddings(), input.norms()),
                        model,
                        Optional.empty(),
                        Findings.of()));
    List<String> empty =
        IntStream.range(0, classes.size())
            .filter(k -> clustering.sizes()[k] == 0)
            .mapToObj(classes.words()::get)
            .toList();
    return clustering
        .with(new Findings.Classes(classes.size(), empty))
        .withCentreNouns(
            IntStream.range(0, classes.size()).mapToObj(noun -> new int[] {noun}).toList());
  }

  /**
   * Texts of classes: a row belongs to the nearest.
   *
   * @param classes [K, d], unit rows
   */
  record Model(Matrix classes) implements FittedModel {
    /** The temperature that CLIP's training ended with (arXiv 2103.00020, section 2.5). */
    private static final double TEMPERATURE = 0.01;

    private static final String CLASSES = "classes";

    static Model of(ModelParts parts) {
      return new Model(parts.matrix(CLASSES));
    }

    @Override
    public String method() {
      return NAME;
    }

    @Override
    public int clusters() {
      return classes.rows();
    }

    @Override
    public int width() {
      return classes.width();
    }

    @Override
    public AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms) {
      if (embeddings.width() != width()) {
        throw NomenException.input(
            ("The images' embeddings have %d columns and the classes' have %d; use one model for"
                    + " both.")
                .formatted(embeddings.width(), width()));
      }
      return CentreAssignment.assign(embeddings, classes, TEMPERATURE);
    }

    @Override
    public ModelParts parts() {
      return new ModelParts(NAME, Map.of(), Map.of(CLASSES, classes));
    }
  }
}
