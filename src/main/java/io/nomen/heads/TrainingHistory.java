package io.nomen.heads;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How training went, for the run's record and its curves.
 *
 * @param epochs one entry per epoch gone through
 */
public record TrainingHistory(List<Epoch> epochs) {

  /**
   * Means over the steps of one epoch.
   *
   * @param epoch its number, from 1
   * @param terms the loss, what it is made of, and label-free quantities, by the names of {@link
   *     Objective#terms()}
   */
  public record Epoch(int epoch, Map<String, Double> terms) {}

  public TrainingHistory {
    epochs = List.copyOf(epochs);
  }

  static TrainingHistory empty() {
    return new TrainingHistory(List.of());
  }

  TrainingHistory and(Epoch epoch) {
    List<Epoch> longer = new ArrayList<>(epochs);
    longer.add(epoch);
    return new TrainingHistory(longer);
  }

  /** The mean loss of the last epoch: what replicas are compared by. */
  public double lastLoss() {
    return epochs.get(epochs.size() - 1).terms().get("loss");
  }
}
