package io.nomen.refine;

import io.nomen.run.Assignments.Image;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.TreeReduce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;

/**
 * The images whose answer would help most: representative of others, hard to place, and unlike each
 * other (IDC: Interactive Deep Clustering, NeurIPS 2024). Representative is who has near
 * neighbours, hard is who has a second cluster nearly as good as the first.
 */
public final class Questions {
  /** Clusters that are offered for each. */
  private static final int OFFERED = 5;

  private static final int CANDIDATES = 2_000;

  private static final int BYTES_OF_IMAGE = 256;

  /** Keeps the logarithm of a distance of copies finite. */
  private static final double LEAST_DISTANCE = 0.02;

  private Questions() {}

  /**
   * One image to be asked for.
   *
   * @param clusters numbers of the clusters nearest to it, its own first
   */
  public record Question(Image image, List<Integer> clusters) {}

  private static double worth(Image image) {
    double distance = Float.isNaN(image.outlierScore()) ? 1 : image.outlierScore();
    double margin = image.confidence() - image.runnerUpConfidence();
    return -Math.log(Math.max(LEAST_DISTANCE, distance)) + 2 * (1 - margin);
  }

  /** The most helpful first. */
  private enum ByWorth implements Comparator<Image> {
    ORDER;

    @Override
    public int compare(Image a, Image b) {
      int order = Double.compare(worth(b), worth(a));
      return order != 0 ? order : Long.compare(a.row(), b.row());
    }
  }

  /**
   * Chooses at most {@code count} images, the most helpful first.
   *
   * @param space [N, m] unit rows, where the run's model sees the images
   * @param parts of the run's table of assignments
   * @param means [K, m] unit means of the clusters; zeros for a number that none has
   */
  public static List<Question> of(
      RowBlocks space, JavaRDD<PartOfTable> parts, Matrix means, int count) {
    JavaRDD<Image> images =
        parts.flatMap(
            part ->
                IntStream.range(0, part.paths().size())
                    .mapToObj(place -> part.image(place))
                    .iterator());
    Image[] candidates =
        TreeReduce.first(images, CANDIDATES, ByWorth.ORDER, BYTES_OF_IMAGE).stream()
            .sorted(Comparator.comparingLong(Image::row))
            .toArray(Image[]::new);
    Matrix rows =
        RowSample.of(
                space,
                Arrays.stream(candidates).mapToInt(image -> Math.toIntExact(image.row())).toArray())
            .rows();
    double[] nearestChosen = new double[candidates.length];
    Arrays.fill(nearestChosen, -1);
    boolean[] chosen = new boolean[candidates.length];
    List<Question> questions = new ArrayList<>();
    while (questions.size() < Math.min(count, candidates.length)) {
      int best = -1;
      double bestWorth = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < candidates.length; i++) {
        double all = worth(candidates[i]) + Math.log(1 + 1e-3 - Math.min(1, nearestChosen[i]));
        if (!chosen[i] && all > bestWorth) {
          best = i;
          bestWorth = all;
        }
      }
      chosen[best] = true;
      questions.add(
          new Question(candidates[best], nearest(rows, best, means, candidates[best].cluster())));
      for (int i = 0; i < candidates.length; i++) {
        nearestChosen[i] = Math.max(nearestChosen[i], rows.dot(i, rows, best));
      }
    }
    return questions;
  }

  private static List<Integer> nearest(Matrix rows, int row, Matrix means, int own) {
    double[] cosines =
        IntStream.range(0, means.rows()).mapToDouble(c -> rows.dot(row, means, c)).toArray();
    List<Integer> found = new ArrayList<>(List.of(own));
    IntStream.range(0, cosines.length)
        .filter(c -> c != own && cosines[c] != 0)
        .boxed()
        .sorted(Comparator.comparingDouble(c -> -cosines[c]))
        .limit(OFFERED - 1)
        .forEach(found::add);
    return found;
  }
}
