package io.nomen.heads;

import java.util.ArrayList;
import java.util.List;

/**
 * The papers' losses, written from their equations in double precision without libtorch, to hold
 * the trained path against.
 */
final class LossReference {
  private LossReference() {}

  /** TAC's loss of one batch; {@code numbers} are the parameters of both heads, flat. */
  static Scalar distillation(
      Distillation objective, Scalar[] numbers, double[][][] images, double[][][] texts) {
    int split = HeadShape.size(objective.imageHead().parameters());
    Scalar[][] p = twoLayer(objective.imageHead(), numbers, 0, images[0]);
    Scalar[][] q = twoLayer(objective.textHead(), numbers, split, texts[0]);
    Scalar[][] pn = twoLayer(objective.imageHead(), numbers, 0, images[1]);
    Scalar[][] qn = twoLayer(objective.textHead(), numbers, split, texts[1]);
    return contrast(p, qn, objective.temperature())
        .plus(contrast(q, pn, objective.temperature()))
        .plus(disagreement(p, q, 1e-9))
        .plus(entropy(p).plus(entropy(q)).times(-objective.balance()));
  }

  /** SIC's loss of one batch. */
  static Scalar semanticConsistency(
      SemanticConsistency objective, Scalar[] numbers, double[][][] images, double[][] centres) {
    Scalar[][] logits = linear(numbers, 0, objective.clusters(), images[0]);
    Scalar[][] p = softmax(logits);
    Scalar[][] pn = softmax(linear(numbers, 0, objective.clusters(), images[1]));
    List<Scalar> crossEntropy = new ArrayList<>();
    for (int i = 0; i < p.length; i++) {
      crossEntropy.add(p[i][nearest(images[0][i], centres)].log().times(-1));
    }
    return disagreement(p, pn, 1e-12)
        .plus(entropy(p).times(-objective.balance()))
        .plus(Scalar.mean(crossEntropy).times(objective.semantics()));
  }

  /** TURTLE's loss of one batch, with the fitted classifiers {@code fresh} held constant. */
  static Scalar widestMargin(
      WidestMargin objective, Scalar[] numbers, float[] fresh, double[][][] spaces) {
    int clusters = objective.clusters();
    double all = objective.weights().stream().mapToDouble(w -> w).sum();
    int offset = 0;
    int at = 0;
    Scalar[][] labels = new Scalar[spaces[0].length][clusters];
    double[][] logs = new double[spaces[0].length][clusters];
    Scalar loss = Scalar.of(0);
    for (int space = 0; space < spaces.length; space++) {
      int width = objective.widths().get(space);
      double weight = objective.weights().get(space);
      double[][] rows = scaled(spaces[space], objective.scale());
      Scalar[][] p =
          softmax(linear(weightNormalised(numbers, offset, clusters, width), 0, clusters, rows));
      loss = loss.plus(entropy(p).times(-objective.balance() * weight));
      Scalar[] constant = new Scalar[clusters * (width + 1)];
      for (int i = 0; i < constant.length; i++) {
        constant[i] = Scalar.of(fresh[at + i]);
      }
      Scalar[][] answer = softmax(linear(constant, 0, clusters, rows));
      for (int i = 0; i < rows.length; i++) {
        for (int k = 0; k < clusters; k++) {
          Scalar share = p[i][k].times(weight / all);
          labels[i][k] = labels[i][k] == null ? share : labels[i][k].plus(share);
          logs[i][k] += weight * Math.log(answer[i][k].value);
        }
      }
      offset += clusters * (width + 2);
      at += constant.length;
    }
    List<Scalar> misses = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      for (int k = 0; k < clusters; k++) {
        misses.add(labels[i][k].times(-logs[i][k] / labels.length));
      }
    }
    return loss.plus(Scalar.sum(misses));
  }

  /** Lengths, directions and biases as weights and biases. */
  private static Scalar[] weightNormalised(Scalar[] numbers, int offset, int clusters, int width) {
    Scalar[] flat = new Scalar[clusters * (width + 1)];
    for (int k = 0; k < clusters; k++) {
      List<Scalar> squares = new ArrayList<>();
      for (int j = 0; j < width; j++) {
        Scalar v = numbers[offset + clusters + k * width + j];
        squares.add(v.times(v));
      }
      Scalar factor = numbers[offset + k].over(Scalar.sum(squares).root());
      for (int j = 0; j < width; j++) {
        flat[k * width + j] = numbers[offset + clusters + k * width + j].times(factor);
      }
      flat[clusters * width + k] = numbers[offset + clusters * (width + 1) + k];
    }
    return flat;
  }

  private static double[][] scaled(double[][] rows, double scale) {
    double[][] scaled = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      scaled[i] = java.util.Arrays.stream(rows[i]).map(x -> x * scale).toArray();
    }
    return scaled;
  }

  private static int nearest(double[] x, double[][] centres) {
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < centres.length; k++) {
      double dot = 0;
      for (int i = 0; i < x.length; i++) {
        dot += x[i] * centres[k][i];
      }
      if (dot > highest) {
        highest = dot;
        best = k;
      }
    }
    return best;
  }

  /** Linear, BatchNorm with the batch's statistics, ReLU, linear, softmax. */
  private static Scalar[][] twoLayer(
      HeadShape.TwoLayer head, Scalar[] numbers, int offset, double[][] rows) {
    int d = head.width();
    Scalar[][] hidden = linear(numbers, offset, d, rows);
    for (int j = 0; j < d; j++) {
      Scalar mean = Scalar.mean(column(hidden, j));
      List<Scalar> squares = new ArrayList<>();
      for (Scalar[] row : hidden) {
        squares.add(row[j].minus(mean).times(row[j].minus(mean)));
      }
      Scalar deviation = Scalar.mean(squares).plus(1e-5).root();
      Scalar scale = numbers[offset + d * d + d + j];
      Scalar shift = numbers[offset + d * d + 2 * d + j];
      for (Scalar[] row : hidden) {
        row[j] = row[j].minus(mean).over(deviation).times(scale).plus(shift).atLeast(0);
      }
    }
    return softmax(affine(numbers, offset + d * d + 3 * d, head.clusters(), hidden));
  }

  private static Scalar[][] linear(Scalar[] numbers, int offset, int out, double[][] rows) {
    Scalar[][] inputs = new Scalar[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      inputs[i] = new Scalar[rows[i].length];
      for (int j = 0; j < rows[i].length; j++) {
        inputs[i][j] = Scalar.of(rows[i][j]);
      }
    }
    return affine(numbers, offset, out, inputs);
  }

  private static Scalar[][] affine(Scalar[] numbers, int offset, int out, Scalar[][] rows) {
    Scalar[][] result = new Scalar[rows.length][out];
    for (int i = 0; i < rows.length; i++) {
      int width = rows[i].length;
      for (int k = 0; k < out; k++) {
        List<Scalar> terms = new ArrayList<>();
        terms.add(numbers[offset + out * width + k]);
        for (int j = 0; j < width; j++) {
          terms.add(numbers[offset + k * width + j].times(rows[i][j]));
        }
        result[i][k] = Scalar.sum(terms);
      }
    }
    return result;
  }

  private static Scalar[][] softmax(Scalar[][] logits) {
    Scalar[][] p = new Scalar[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      List<Scalar> powers = new ArrayList<>();
      for (Scalar logit : logits[i]) {
        powers.add(logit.exp());
      }
      Scalar total = Scalar.sum(powers);
      p[i] = powers.stream().map(e -> e.over(total)).toArray(Scalar[]::new);
    }
    return p;
  }

  /** L_dis: every column against the same cluster's in the other matrix, over all others. */
  private static Scalar contrast(Scalar[][] a, Scalar[][] b, double temperature) {
    int clusters = a[0].length;
    List<List<Scalar>> columns = new ArrayList<>();
    for (int k = 0; k < 2 * clusters; k++) {
      List<Scalar> column = column(k < clusters ? a : b, k % clusters);
      Scalar norm = Scalar.sum(column.stream().map(x -> x.times(x)).toList()).root();
      columns.add(column.stream().map(x -> x.over(norm)).toList());
    }
    List<Scalar> losses = new ArrayList<>();
    for (int k = 0; k < 2 * clusters; k++) {
      List<Scalar> powers = new ArrayList<>();
      Scalar positive = Scalar.of(0);
      for (int other = 0; other < 2 * clusters; other++) {
        if (other != k) {
          Scalar power = dot(columns.get(k), columns.get(other)).times(1 / temperature).exp();
          powers.add(power);
          positive = other == (k + clusters) % (2 * clusters) ? power : positive;
        }
      }
      losses.add(positive.over(Scalar.sum(powers)).log().times(-1));
    }
    return Scalar.mean(losses);
  }

  private static Scalar disagreement(Scalar[][] p, Scalar[][] q, double floor) {
    List<Scalar> losses = new ArrayList<>();
    for (int i = 0; i < p.length; i++) {
      losses.add(dot(List.of(p[i]), List.of(q[i])).atLeast(floor).log().times(-1));
    }
    return Scalar.mean(losses);
  }

  private static Scalar entropy(Scalar[][] p) {
    List<Scalar> terms = new ArrayList<>();
    for (int k = 0; k < p[0].length; k++) {
      Scalar mean = Scalar.mean(column(p, k)).atLeast(1e-9);
      terms.add(mean.times(mean.log()).times(-1));
    }
    return Scalar.sum(terms);
  }

  private static List<Scalar> column(Scalar[][] matrix, int k) {
    List<Scalar> column = new ArrayList<>();
    for (Scalar[] row : matrix) {
      column.add(row[k]);
    }
    return column;
  }

  private static Scalar dot(List<Scalar> a, List<Scalar> b) {
    List<Scalar> terms = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      terms.add(a.get(i).times(b.get(i)));
    }
    return Scalar.sum(terms);
  }
}
