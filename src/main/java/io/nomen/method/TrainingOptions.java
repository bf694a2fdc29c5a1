package io.nomen.method;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How heads are trained; what is empty takes the method's own value.
 *
 * @param epochs how often the training rows are gone through
 * @param batchSize rows per step
 * @param neighbours how many nearest rows a row may be paired with
 * @param contrast temperature of the contrast between clusters, for TAC and Nomen
 * @param replicas heads trained with other seeds, of which the one with the lowest loss counts
 * @param shards parts of the training rows that take steps side by side
 * @param localSteps steps of a shard between two exchanges
 * @param trainMax most rows that heads are trained on
 * @param linkage whether Nomen's own methods may end in average linkage
 * @param mapping how SIC's clusters get their semantic centres
 */
public record TrainingOptions(
    OptionalInt epochs,
    OptionalInt batchSize,
    OptionalInt neighbours,
    OptionalDouble contrast,
    OptionalInt replicas,
    int shards,
    int localSteps,
    int trainMax,
    Linkage linkage,
    SicMapping mapping) {

  public static TrainingOptions defaults() {
    return new TrainingOptions(
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        1,
        1,
        1_000_000,
        Linkage.AUTO,
        SicMapping.ADJUSTED);
  }
}
