package io.nomen.run;

import java.io.Serializable;

/**
 * What is known of near-duplicates and outliers among consecutive rows.
 *
 * @param firstRow number of the first of them
 * @param duplicateOf [n] the first row of each row's group, the row itself where it is that one or
 *     in no group
 * @param outlierScore [n] mean cosine distance to the nearest rows; NaN where it is not known
 */
public record ResemblanceBlock(long firstRow, int[] duplicateOf, float[] outlierScore)
    implements Serializable {}
