/**
 * Nearest neighbours by dot product, and means over them.
 *
 * <p>{@link io.nomen.neighbours.Neighbours} finds the lists, exactly or by an inverted file; {@link
 * io.nomen.neighbours.Smoothing} averages rows with their neighbours. Rows go round in waves of
 * broadcasts, so that memory does not grow with their number, and shapes of products depend on the
 * rows alone, so that results do not depend on the cluster.
 */
package io.nomen.neighbours;
