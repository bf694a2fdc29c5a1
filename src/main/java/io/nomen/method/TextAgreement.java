package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How well the nouns describe these images, without labels.
 *
 * <p>Images are put into K groups by what they look like, and once more by what the nouns say. If
 * the nouns say what the eyes see, an image's nearest neighbours share its text group as often as
 * its image group: ρ is the ratio of the two shares.
 *
 * @param rho ρ over all images; near 1 the words fit, far below they are beside the point
 * @param sameImage [N] how many of a row's neighbours share its image group
 * @param sameText [N] how many of them share its text group
 */
record TextAgreement(double rho, byte[] sameImage, byte[] sameText) {
  private static final int NEIGHBOURS = 10;

  /**
   * Where ρ is above this, texts beside the images gain 1 to 10 points of accuracy; where it is
   * below 0.75 they lose.
   */
  private static final double TEXTS_JOIN = 0.78;

  /** Measures ρ from K groups of {@code images} and of {@code texts}. */
  static TextAgreement measure(
      MethodInput input, RowBlocks images, RowBlocks texts, NeighbourLists lists) {
    int[] byImage = groups(input, images);
    int[] byText = groups(input, texts);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(images.blocks().context());
    Broadcast<int[]> imageGroups = spark.broadcast(byImage);
    Broadcast<int[]> textGroups = spark.broadcast(byText);
    List<Shares> shares =
        lists.blocks().map(b -> Shares.of(b, imageGroups.value(), textGroups.value())).collect();
    imageGroups.destroy();
    textGroups.destroy();
    boolean tellsApart = parts(byText) > 1 || parts(byImage) == 1;
    return of(shares, byImage.length, tellsApart);
  }

  private static long parts(int[] groups) {
    return Arrays.stream(groups).distinct().count();
  }

  /**
   * The whole from its parts.
   *
   * @param tellsApart whether the texts tell any images apart: one noun alone describes nothing
   */
  private static TextAgreement of(List<Shares> shares, int rows, boolean tellsApart) {
    byte[] sameImage = new byte[rows];
    byte[] sameText = new byte[rows];
    long image = 0;
    long text = 0;
    for (Shares part : shares) {
      for (int i = 0; i < part.sameImage().length; i++) {
        sameImage[part.firstRow() + i] = part.sameImage()[i];
        sameText[part.firstRow() + i] = tellsApart ? part.sameText()[i] : 0;
        image += part.sameImage()[i];
        text += sameText[part.firstRow() + i];
      }
    }
    return new TextAgreement((double) text / Math.max(1, image), sameImage, sameText);
  }

  /**
   * ρ over the images of each cluster.
   *
   * @param clusters [n] of the measured rows
   * @return [count]; 0 for a cluster without measured rows
   */
  private double[] perCluster(int[] clusters, int count) {
    long[] image = new long[count];
    long[] text = new long[count];
    for (int i = 0; i < clusters.length; i++) {
      image[clusters[i]] += sameImage[i];
      text[clusters[i]] += sameText[i];
    }
    return IntStream.range(0, count)
        .mapToDouble(k -> (double) text[k] / Math.max(1, image[k]))
        .toArray();
  }

  /** Whether the texts join the images. */
  boolean textsJoin() {
    return rho > TEXTS_JOIN;
  }

  /** ρ in words for people. */
  String words() {
    return Fit.of(rho).sentence;
  }

  /** How well the words fit, by ρ, for people. */
  private enum Fit {
    WELL(0.85, "well", "the words describe these images well"),
    IN_PART(0.7, "in part", "the words describe these images in part"),
    HARDLY(0.6, "hardly", "the words hardly describe these images"),
    NO(
        Double.NEGATIVE_INFINITY,
        "no",
        "the words do not describe these images: clusters come from the pictures alone; try another"
            + " vocabulary, a subtree, or your own words");

    private final double above;
    private final String degree;
    private final String sentence;

    Fit(double above, String degree, String sentence) {
      this.above = above;
      this.degree = degree;
      this.sentence = sentence;
    }

    static Fit of(double rho) {
      return Arrays.stream(values()).filter(fit -> rho > fit.above).findFirst().orElse(NO);
    }
  }

  /**
   * What came of it.
   *
   * @param clusters [n] what the measured rows ended in
   * @param count K
   */
  Findings.Agreement findings(int[] clusters, int count) {
    double[] ratios = perCluster(clusters, count);
    return new Findings.Agreement(
        rho,
        Arrays.stream(ratios).boxed().toList(),
        Arrays.stream(ratios).mapToObj(ratio -> Fit.of(ratio).degree).toList(),
        textsJoin(),
        words());
  }

  private static int[] groups(MethodInput input, RowBlocks rows) {
    Matrix centres =
        SphericalKMeans.fit(rows, input.clusters(), SphericalKMeans.Options.rough(), input.seed())
            .best()
            .rows();
    return AssignmentBlock.clusters(CentreAssignment.assign(rows, centres));
  }

  /** How many of each row's neighbours share its groups, for the rows of one block. */
  private record Shares(int firstRow, byte[] sameImage, byte[] sameText) implements Serializable {

    static Shares of(NeighbourBlock lists, int[] image, int[] text) {
      int firstRow = Math.toIntExact(lists.firstRow());
      Shares shares = new Shares(firstRow, new byte[lists.rows()], new byte[lists.rows()]);
      int taken = Math.min(NEIGHBOURS, lists.count());
      for (int i = 0; i < lists.rows(); i++) {
        for (int n = 0; n < taken; n++) {
          int other = lists.neighbours()[i * lists.count() + n];
          shares.sameImage[i] += (byte) (image[firstRow + i] == image[other] ? 1 : 0);
          shares.sameText[i] += (byte) (text[firstRow + i] == text[other] ? 1 : 0);
        }
      }
      return shares;
    }
  }
}
