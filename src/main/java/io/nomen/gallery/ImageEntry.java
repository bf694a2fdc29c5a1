package io.nomen.gallery;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One image of a cluster. It has no label: the gallery shows what the run found, never what others
 * called it.
 *
 * @param path as in the tables; data, never followed by the gallery
 * @param cluster number of its cluster
 * @param confidence 0 to 1
 * @param runnerUp the cluster that came second
 * @param position its place on the map, where it has one
 * @param outlierScore the larger, the further from everything else; any scale
 */
public record ImageEntry(
    String path,
    int cluster,
    double confidence,
    Optional<RunnerUp> runnerUp,
    Optional<MapPoint> position,
    OptionalDouble outlierScore) {

  /** The cluster that came second, and how confident the run is in that one. */
  public record RunnerUp(int cluster, double confidence) {}

  /** A place on the map, both coordinates 0 to 1, {@code y} downwards. */
  public record MapPoint(float x, float y) {}

  /** How far the image is from its runner-up; 0 is on the border between the two. */
  double margin() {
    return runnerUp.map(second -> confidence - second.confidence()).orElse(1.0);
  }
}
