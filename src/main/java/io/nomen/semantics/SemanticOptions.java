package io.nomen.semantics;

import io.nomen.NomenException;
import io.nomen.kmeans.SphericalKMeans;
import java.util.OptionalInt;

/**
 * How the semantic space is found and used (TAC, arXiv 2310.11989, section 3.1; the values are the
 * paper's).
 *
 * @param centres k; empty for the rule of {@link SemanticCentres#automatic}
 * @param kmeans for the semantic centres
 * @param nounsPerCentre γ, how many nouns a centre keeps
 * @param temperature of the softmax that weighs the nouns in a text counterpart
 */
public record SemanticOptions(
    OptionalInt centres, SphericalKMeans.Options kmeans, int nounsPerCentre, double temperature) {

  public SemanticOptions {
    if (centres.isPresent() && centres.getAsInt() < 1) {
      throw NomenException.usage(
          "--semantic-centres is %d; give auto or a number from 1.".formatted(centres.getAsInt()));
    }
    if (nounsPerCentre < 1) {
      throw NomenException.usage(
          "A semantic centre keeps %d nouns; give a number from 1.".formatted(nounsPerCentre));
    }
    if (!(temperature > 0)) {
      throw NomenException.usage(
          "The temperature of the text counterparts is %s; give a number above 0."
              .formatted(temperature));
    }
  }

  public static SemanticOptions defaults() {
    return new SemanticOptions(
        OptionalInt.empty(), SphericalKMeans.Options.withRestarts(3), 5, 0.005);
  }
}
