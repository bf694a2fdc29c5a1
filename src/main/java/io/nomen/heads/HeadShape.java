package io.nomen.heads;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a head is made of. Its numbers live in two flat arrays: parameters, which are trained, and
 * statistics, which are measured on the way.
 */
public sealed interface HeadShape extends Serializable {
  /** d, columns of its input. */
  int width();

  /** K, columns of its output. */
  int clusters();

  /** The same kind of head for another K. */
  HeadShape withClusters(int other);

  /** Where each parameter is. */
  List<NamedTensor> parameters();

  /** Where each running estimate is. */
  List<NamedTensor> statistics();

  /**
   * {@code Linear(d, d) → BatchNorm(d) → ReLU → Linear(d, K) → Softmax}, the head of TAC (section
   * 3.3 of arXiv 2310.11989).
   */
  record TwoLayer(int width, int clusters) implements HeadShape {
    private static final double WEIGHT_DEVIATION = 0.02;

    @Override
    public HeadShape withClusters(int other) {
      return new TwoLayer(width, other);
    }

    @Override
    public List<NamedTensor> parameters() {
      return tensors(
          List.of("0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"),
          List.of(
              List.of(width, width),
              List.of(width),
              List.of(width),
              List.of(width),
              List.of(clusters, width),
              List.of(clusters)));
    }

    @Override
    public List<NamedTensor> statistics() {
      return tensors(
          List.of("1.running_mean", "1.running_var"), List.of(List.of(width), List.of(width)));
    }

    /**
     * Parameters to begin with: weights normal with deviation 0.02 (cut off at ±2, a hundred
     * deviations, as PyTorch's {@code trunc_normal_} does), biases uniform in ±1/√d as PyTorch's
     * linear layers begin, normalisation 1 and 0.
     */
    float[] initial(SplittableRandom random) {
      float[] flat = new float[size(parameters())];
      double bound = 1 / Math.sqrt(width);
      for (NamedTensor tensor : parameters()) {
        for (int i = tensor.offset(); i < tensor.end(); i++) {
          flat[i] =
              switch (tensor.name()) {
                case "0.weight", "3.weight" -> (float) (WEIGHT_DEVIATION * random.nextGaussian());
                case "0.bias", "3.bias" -> (float) random.nextDouble(-bound, bound);
                case "1.weight" -> 1;
                default -> 0;
              };
        }
      }
      return flat;
    }

    /** Running mean 0 and variance 1. */
    float[] initialStatistics() {
      float[] flat = new float[2 * width];
      Arrays.fill(flat, width, 2 * width, 1);
      return flat;
    }
  }

  /** {@code Linear(d, K) → Softmax}, the head of SIC (arXiv 2208.09849). */
  record Linear(int width, int clusters) implements HeadShape {
    @Override
    public HeadShape withClusters(int other) {
      return new Linear(width, other);
    }

    @Override
    public List<NamedTensor> parameters() {
      return tensors(
          List.of("weight", "bias"), List.of(List.of(clusters, width), List.of(clusters)));
    }

    @Override
    public List<NamedTensor> statistics() {
      return List.of();
    }

    /**
     * Parameters that predict the nearest centre: {@code W = 2a·c, b = −a‖c‖²}, so that the logits
     * are {@code −a‖x − c‖²} up to what is the same for all clusters.
     *
     * @param centres [K, d] float32, in the space of the head's input
     * @param sharpness a
     */
    public float[] nearestCentre(float[] centres, double sharpness) {
      float[] flat = new float[clusters * width + clusters];
      for (int cluster = 0; cluster < clusters; cluster++) {
        double squared = 0;
        for (int i = cluster * width; i < (cluster + 1) * width; i++) {
          flat[i] = (float) (2 * sharpness * centres[i]);
          squared += (double) centres[i] * centres[i];
        }
        flat[clusters * width + cluster] = (float) (-sharpness * squared);
      }
      return flat;
    }
  }

  /** How many numbers {@code tensors} hold together. */
  static int size(List<NamedTensor> tensors) {
    return tensors.stream().mapToInt(NamedTensor::size).sum();
  }

  private static List<NamedTensor> tensors(List<String> names, List<List<Integer>> shapes) {
    List<NamedTensor> tensors = new ArrayList<>();
    int offset = 0;
    for (int i = 0; i < names.size(); i++) {
      NamedTensor tensor = new NamedTensor(names.get(i), offset, shapes.get(i));
      tensors.add(tensor);
      offset = tensor.end();
    }
    return List.copyOf(tensors);
  }

  /**
   * A named tensor inside a flat array.
   *
   * @param name as PyTorch's state dictionary of the same network calls it
   * @param offset where it begins
   * @param shape its dimensions; row-major
   */
  record NamedTensor(String name, int offset, List<Integer> shape) implements Serializable {

    public int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }

    public int end() {
      return offset + size();
    }

    public float[] in(float[] flat) {
      return Arrays.copyOfRange(flat, offset, end());
    }
  }
}
