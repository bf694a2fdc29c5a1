package io.nomen.method;

import io.nomen.neighbours.NeighbourBlock;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.semantics.CentreAssignment;
import io.nomen.semantics.SphericalKMeans;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * @param perGroup ρ over the images of each image group
 */
record Gate(double rho, List<Double> perGroup) {
  static final int NEIGHBOURS = 10;

  /** Measures ρ from K groups of {@code images} and of {@code texts}. */
  static Gate measure(MethodInput input, RowBlocks images, RowBlocks texts, NeighbourLists lists) {
    int[] seen = groups(input, images);
    int[] said = groups(input, texts);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(images.blocks().context());
    Broadcast<int[]> imageGroups = spark.broadcast(seen);
    Broadcast<int[]> textGroups = spark.broadcast(said);
    int groups = input.clusters();
    Counts counts =
        lists
            .blocks()
            .map(b -> Counts.of(b, imageGroups.value(), textGroups.value(), groups))
            .reduce(Counts::plus);
    imageGroups.destroy();
    textGroups.destroy();
    return counts.gate();
  }

  /** λ₁: the texts' share in clustering without training, 0 to 0.5. */
  double shareWithoutTraining() {
    return Math.max(0, Math.min(0.5, (rho - 0.6) / 0.5));
  }

  /** λ₂: the texts' share in what the text head sees, 0 to 1. */
  double shareInTraining() {
    return Math.max(0, Math.min(1, (rho - 0.6) / 0.2));
  }

  /** ρ in words for people. */
  String words() {
    if (rho > 0.85) {
      return "the words describe these images well";
    }
    if (rho > 0.7) {
      return "the words describe these images in part";
    }
    if (rho > 0.6) {
      return "the words hardly describe these images";
    }
    return "the words do not describe these images: clusters come from the pictures alone; try"
        + " another vocabulary, a subtree, or your own words";
  }

  /** What {@code run.json} tells. */
  Map<String, Object> told() {
    Map<String, Object> told = new TreeMap<>();
    told.put("rho", rho);
    told.put("rho_per_image_group", perGroup);
    told.put("lambda_without_training", shareWithoutTraining());
    told.put("lambda_in_training", shareInTraining());
    told.put("words", words());
    return told;
  }

  private static int[] groups(MethodInput input, RowBlocks rows) {
    Matrix centres =
        SphericalKMeans.fit(rows, input.clusters(), input.options().kmeans(), input.seed())
            .best()
            .rows();
    int[] groups = new int[Math.toIntExact(rows.rows())];
    for (AssignmentBlock block : CentreAssignment.assign(rows, centres).collect()) {
      System.arraycopy(block.cluster(), 0, groups, Math.toIntExact(block.firstRow()), block.rows());
    }
    return groups;
  }

  /** How many pairs of neighbours share a group, by the first one's image group. */
  private record Counts(long[] sameImage, long[] sameText) implements Serializable {

    static Counts of(NeighbourBlock lists, int[] image, int[] text, int groups) {
      Counts counts = new Counts(new long[groups], new long[groups]);
      int taken = Math.min(NEIGHBOURS, lists.count());
      for (int i = 0; i < lists.rows(); i++) {
        int row = Math.toIntExact(lists.firstRow()) + i;
        for (int n = 0; n < taken; n++) {
          int other = lists.neighbours()[i * lists.count() + n];
          counts.sameImage[image[row]] += image[row] == image[other] ? 1 : 0;
          counts.sameText[image[row]] += text[row] == text[other] ? 1 : 0;
        }
      }
      return counts;
    }

    Counts plus(Counts other) {
      Counts sum = new Counts(sameImage.clone(), sameText.clone());
      for (int k = 0; k < sameImage.length; k++) {
        sum.sameImage[k] += other.sameImage[k];
        sum.sameText[k] += other.sameText[k];
      }
      return sum;
    }

    Gate gate() {
      double[] ratios = new double[sameImage.length];
      long image = 0;
      long text = 0;
      for (int k = 0; k < ratios.length; k++) {
        image += sameImage[k];
        text += sameText[k];
        ratios[k] = (double) sameText[k] / Math.max(1, sameImage[k]);
      }
      return new Gate(
          (double) text / Math.max(1, image), java.util.Arrays.stream(ratios).boxed().toList());
    }
  }
}
