/**
 * Spherical k-means over {@link io.nomen.tensor.RowBlocks}: starts by MLlib, passes side by side,
 * sums that are the same in any order.
 */
package io.nomen.kmeans;
