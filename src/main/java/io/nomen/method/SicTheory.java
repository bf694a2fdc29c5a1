package io.nomen.method;

import io.nomen.heads.Replicas;
import io.nomen.heads.TrainingHistory;
import io.nomen.heads.TrainingHistory.Epoch;
import io.nomen.heads.TrainingSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What SIC's bound on the risk is made of (arXiv 2208.09849, section 4), which no label is needed
 * for: the risk falls with the consistency of neighbours and with confidence, and rises with how
 * unevenly images serve as neighbours.
 */
final class SicTheory {
  private static final String IMBALANCE = "neighbourhood_imbalance";

  private SicTheory() {}

  /** A training's record with the three quantities in every epoch, and those of the last apart. */
  static Map<String, Object> told(Replicas replicas, TrainingSet.View view) {
    double imbalance = imbalance(view);
    List<Epoch> epochs =
        replicas.best().history().epochs().stream().map(epoch -> with(epoch, imbalance)).toList();
    Map<String, Double> last = epochs.get(epochs.size() - 1).terms();
    Map<String, Object> bound = new LinkedHashMap<>();
    for (String quantity : List.of("neighbour_consistency", "confidence", IMBALANCE)) {
      bound.put(quantity, last.get(quantity));
    }
    Map<String, Object> told = new LinkedHashMap<>(HeadFit.quality(replicas));
    told.put("epochs", new TrainingHistory(epochs).epochs());
    told.put("risk_bound", bound);
    return told;
  }

  /** Neighbours are found once, so that their imbalance is the same in every epoch. */
  private static Epoch with(Epoch epoch, double imbalance) {
    Map<String, Double> terms = new LinkedHashMap<>(epoch.terms());
    terms.put(IMBALANCE, imbalance);
    return new Epoch(epoch.epoch(), terms);
  }

  /** How often the image listed most often is listed as a neighbour, over the mean. */
  private static double imbalance(TrainingSet.View view) {
    int[] listed = new int[view.features().length / view.width()];
    int most = 0;
    for (int row : view.neighbours()) {
      most = Math.max(most, ++listed[row]);
    }
    return (double) most / view.count();
  }
}
