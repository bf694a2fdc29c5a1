package io.nomen.heads;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * A number in double precision that remembers how it was made, so that it can be differentiated.
 */
final class Scalar {
  final double value;
  private final Scalar[] from;
  private final double[] slope;

  private Scalar(double value, Scalar[] from, double[] slope) {
    this.value = value;
    this.from = from;
    this.slope = slope;
  }

  static Scalar of(double value) {
    return new Scalar(value, new Scalar[0], new double[0]);
  }

  Scalar plus(Scalar other) {
    return new Scalar(value + other.value, new Scalar[] {this, other}, new double[] {1, 1});
  }

  Scalar minus(Scalar other) {
    return new Scalar(value - other.value, new Scalar[] {this, other}, new double[] {1, -1});
  }

  Scalar times(Scalar other) {
    return new Scalar(
        value * other.value, new Scalar[] {this, other}, new double[] {other.value, value});
  }

  Scalar times(double factor) {
    return new Scalar(value * factor, new Scalar[] {this}, new double[] {factor});
  }

  Scalar plus(double term) {
    return new Scalar(value + term, new Scalar[] {this}, new double[] {1});
  }

  Scalar over(Scalar other) {
    return new Scalar(
        value / other.value,
        new Scalar[] {this, other},
        new double[] {1 / other.value, -value / (other.value * other.value)});
  }

  Scalar exp() {
    double e = Math.exp(value);
    return new Scalar(e, new Scalar[] {this}, new double[] {e});
  }

  Scalar log() {
    return new Scalar(Math.log(value), new Scalar[] {this}, new double[] {1 / value});
  }

  Scalar root() {
    double r = Math.sqrt(value);
    return new Scalar(r, new Scalar[] {this}, new double[] {0.5 / r});
  }

  Scalar atLeast(double floor) {
    return value >= floor ? this : of(floor);
  }

  static Scalar sum(List<Scalar> terms) {
    double total = terms.stream().mapToDouble(t -> t.value).sum();
    double[] ones = new double[terms.size()];
    java.util.Arrays.fill(ones, 1);
    return new Scalar(total, terms.toArray(Scalar[]::new), ones);
  }

  static Scalar mean(List<Scalar> terms) {
    return sum(terms).times(1.0 / terms.size());
  }

  /** Derivatives of this number by each of {@code variables}. */
  double[] gradient(Scalar[] variables) {
    List<Scalar> order = new ArrayList<>();
    visit(this, order, Collections.newSetFromMap(new IdentityHashMap<>()));
    IdentityHashMap<Scalar, Double> slopes = new IdentityHashMap<>();
    slopes.put(this, 1.0);
    for (int i = order.size() - 1; i >= 0; i--) {
      Scalar node = order.get(i);
      double upstream = slopes.getOrDefault(node, 0.0);
      for (int p = 0; p < node.from.length; p++) {
        slopes.merge(node.from[p], upstream * node.slope[p], Double::sum);
      }
    }
    double[] gradient = new double[variables.length];
    for (int i = 0; i < variables.length; i++) {
      gradient[i] = slopes.getOrDefault(variables[i], 0.0);
    }
    return gradient;
  }

  private static void visit(Scalar node, List<Scalar> order, java.util.Set<Scalar> seen) {
    java.util.ArrayDeque<Object[]> stack = new java.util.ArrayDeque<>();
    stack.push(new Object[] {node, 0});
    seen.add(node);
    while (!stack.isEmpty()) {
      Object[] top = stack.peek();
      Scalar current = (Scalar) top[0];
      int next = (Integer) top[1];
      if (next == current.from.length) {
        order.add(current);
        stack.pop();
        continue;
      }
      top[1] = next + 1;
      if (seen.add(current.from[next])) {
        stack.push(new Object[] {current.from[next], 0});
      }
    }
  }
}
