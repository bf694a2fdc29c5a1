package io.nomen.run;

import java.util.Optional;

/**
 * One cluster of one layer, in the table of layers.
 *
 * @param layer 0 for the coarsest
 * @param cluster its number in that layer
 * @param path numbers of the clusters that it is in, from the coarsest layer to itself
 * @param named false where {@code name} lists what it is made of
 * @param reason why it is called so, in one sentence for people
 * @param medoid path of the image nearest to its mean
 */
public record LayerRow(
    int layer,
    int cluster,
    int[] path,
    String name,
    boolean named,
    String gloss,
    String reason,
    long size,
    Optional<String> medoid) {
  public static final TableSchema<LayerRow> SCHEMA = new TableSchema<>("layers", LayerRow.class);

  /**
   * One image, in the table {@code layer_assignments}.
   *
   * @param clusters numbers of the clusters that it is in, from the coarsest layer to the finest
   */
  public record LayerAssignment(String path, int[] clusters) {
    public static final TableSchema<LayerAssignment> SCHEMA =
        new TableSchema<>("layer_assignments", LayerAssignment.class);
  }
}
