package io.nomen.method;

import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Smoothing;
import io.nomen.tensor.RowBlocks;
import org.apache.spark.storage.StorageLevel;

/**
 * Images and texts fused, and averaged once with their nearest neighbours there.
 *
 * @param fused before smoothing, persisted
 * @param lists neighbours of {@code fused}
 * @param smoothing the rows after it
 * @param own whether rows and lists go when this goes; with texts of weight 0 they are the images'
 */
record SmoothedFusion(RowBlocks fused, NeighbourLists lists, Smoothing smoothing, boolean own)
    implements AutoCloseable {

  /**
   * Fuses and smooths all of {@code inputs}.
   *
   * @param stage what progress calls the search for neighbours
   * @param weight λ, the texts' share
   * @param listed how many neighbours per row the lists hold
   */
  static SmoothedFusion of(
      MethodInput input, NomenInputs inputs, String stage, double weight, int listed) {
    if (weight == 0) {
      return new SmoothedFusion(
          inputs.images(), inputs.lists(), input.smoothed(inputs.images(), inputs.lists()), false);
    }
    RowBlocks fused = inputs.fused(weight).persist(StorageLevel.MEMORY_AND_DISK());
    NeighbourLists lists =
        input.neighbours(stage, fused, inputs.semantics().centres().rows(), listed);
    return new SmoothedFusion(fused, lists, input.smoothed(fused, lists), true);
  }

  RowBlocks rows() {
    return smoothing.rows();
  }

  @Override
  public void close() {
    smoothing.close();
    if (own) {
      lists.close();
      fused.unpersist();
    }
  }
}
