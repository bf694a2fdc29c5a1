package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.method.Findings.LinkageComparison;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.Silhouette;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether these images fall into groups as unequal as they come.
 *
 * <p>Classes may be of very unequal sizes (Caltech-101's: 9 to 240). Whatever rewards equal sizes
 * cuts large ones up; average linkage leaves them whole. Where classes run into each other it is
 * linkage that fails: it ends with a giant and dwarfs. Linkage is taken where it separates the
 * images clearly better than the clusters do that the method ends in otherwise. How well clusters
 * separate them is the geometric mean of two silhouettes: among the images as they are, and each
 * averaged with its neighbours.
 *
 * <p>The sample is linked after one smoothing and after two, and the better one counts.
 */
final class LinkageChoice {
  /**
   * Linkage must separate so many times better. On 33 cases whose labels are known the margin was
   * the better one up to 1.29 times, and linkage from 1.32 times on, but for one.
   */
  private static final double CLEARLY = 1.3;

  private static final double LEAST = 1e-3;

  private LinkageChoice() {}

  /**
   * Links a sample, and compares.
   *
   * @param otherwise what the method ends in otherwise; not asked where linkage is wanted anyway
   */
  static Clustering better(MethodInput input, NomenInputs inputs, Supplier<Clustering> otherwise) {
    Linkage wanted = input.options().training().linkage();
    if (wanted == Linkage.NEVER
        || !NomenInputs.linkable(inputs.sample().rows(), input.clusters())) {
      return otherwise.get();
    }
    List<Matrix> images =
        List.of(NomenInputs.matrix(inputs.joint()), NomenInputs.matrix(inputs.smoothed().rows()));
    List<Matrix> linked = input.progress().stage("average linkage", () -> inputs.linked(input));
    double once = separation(images, inputs, linked.get(0));
    double twice = separation(images, inputs, linked.get(1));
    Matrix centres = linked.get(once > twice ? 0 : 1);
    if (wanted == Linkage.ALWAYS) {
      return inputs
          .clustering(centres)
          .with(new LinkageComparison(true, once, twice, Optional.empty()));
    }
    Clustering other = otherwise.get();
    double ofOther = separation(images, inputs.ofSample(other), other.clusters());
    boolean taken = Math.max(once, twice) > CLEARLY * ofOther;
    LinkageComparison found = new LinkageComparison(taken, once, twice, Optional.of(ofOther));
    if (!taken) {
      return other.with(found);
    }
    other.close();
    return inputs.clustering(centres).with(found);
  }

  private static double separation(List<Matrix> images, NomenInputs inputs, Matrix centres) {
    int[] clusters = AssignmentBlock.clusters(CentreAssignment.assign(inputs.sample(), centres));
    return separation(images, clusters, centres.rows());
  }

  private static double separation(List<Matrix> images, int[] clusters, int count) {
    double product = 1;
    for (Matrix rows : images) {
      Silhouette silhouette =
          Silhouette.of(rows.values(), rows.width(), clusters, count, clusters.length, 0);
      product *= Math.max(LEAST, silhouette.overall());
    }
    return Math.sqrt(product);
  }
}
