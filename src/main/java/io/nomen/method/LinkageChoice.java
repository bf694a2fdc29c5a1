package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.Silhouette;
import java.util.List;
import java.util.Optional;

/**
 * Whether these images fall into groups as unequal as they come.
 *
 * <p>Classes may be of very unequal sizes (Caltech-101's: 9 to 240). k-means cuts large ones up,
 * and so does whatever rewards equal sizes; average linkage leaves them whole. Where classes run
 * into each other it is linkage that fails: it ends with a giant and dwarfs. Linkage is taken where
 * its silhouette among the images in the noun subspace is clearly higher than that of k-means,
 * which is made for this measure.
 *
 * <p>The sample is linked after one smoothing and after two. One decides; two make the partition
 * that is taken, unless that of one separates the images clearly better.
 *
 * @param taken whether it is to be linkage
 * @param silhouette linkage's after one smoothing
 * @param smoothedTwice linkage's after two
 * @param ofKmeans that of k-means of the same images
 * @param centres [K, m] mean directions of linkage's clusters in the subspace
 */
record LinkageChoice(
    boolean taken, double silhouette, double smoothedTwice, double ofKmeans, Matrix centres) {

  /**
   * By so much linkage's silhouette must be above that of k-means. Where both are nearly alike, as
   * for 24 things of equal number (0.204 and 0.185), linkage leaves a giant and dwarfs.
   */
  private static final double CLEAR = 0.02;

  /** By so much one smoothing must be better than two to be taken. */
  private static final double LEAD = 0.01;

  /** Links a sample and compares; empty where linkage does not come into question at all. */
  static Optional<LinkageChoice> of(MethodInput input, NomenInputs inputs) {
    Linkage wanted = input.options().training().linkage();
    if (wanted == Linkage.NEVER
        || !NomenInputs.linkable(inputs.sample().rows(), input.clusters())) {
      return Optional.empty();
    }
    return Optional.of(
        input
            .progress()
            .stage("average linkage", () -> compared(input, inputs, wanted == Linkage.ALWAYS)));
  }

  private static LinkageChoice compared(MethodInput input, NomenInputs inputs, boolean always) {
    List<Matrix> centres = inputs.linked(input);
    Matrix sample = NomenInputs.matrix(inputs.sample());
    double once = silhouette(inputs, sample, centres.get(0));
    double twice = silhouette(inputs, sample, centres.get(1));
    double ofKmeans = silhouette(sample, inputs.agreement().imageGroups(), input.clusters());
    return new LinkageChoice(
        always || once > ofKmeans + CLEAR,
        once,
        twice,
        ofKmeans,
        centres.get(once > twice + LEAD ? 0 : 1));
  }

  private static double silhouette(NomenInputs inputs, Matrix sample, Matrix centres) {
    int[] clusters = AssignmentBlock.clusters(CentreAssignment.assign(inputs.sample(), centres));
    return silhouette(sample, clusters, centres.rows());
  }

  Findings.LinkageComparison findings() {
    return new Findings.LinkageComparison(taken, silhouette, smoothedTwice, ofKmeans);
  }

  private static double silhouette(Matrix rows, int[] clusters, int count) {
    return Silhouette.of(rows.values(), rows.width(), clusters, count, clusters.length, 0)
        .overall();
  }
}
