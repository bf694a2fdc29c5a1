package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.GalleryData.LayerNode;
import io.nomen.run.Assignments.Image;
import io.nomen.run.ClusterRow;
import io.nomen.run.LayerRow;
import io.nomen.run.LayerRow.LayerAssignment;
import io.nomen.run.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The table {@code layers} for the gallery, with a place on the map for every name. */
final class LayerNodes {
  private LayerNodes() {}

  /**
   * All clusters of all layers; none where the run has no layers.
   *
   * @param onMap the images on the map
   */
  static List<LayerNode> read(Snapshot run, List<Image> onMap, Positions positions) {
    if (!run.has(LayerRow.SCHEMA.name())) {
      return List.of();
    }
    List<LayerRow> rows = run.rows(LayerRow.SCHEMA);
    int own = own(rows, run.rows(ClusterRow.SCHEMA));
    Map<String, int[]> assigned = assigned(run, onMap);
    Map<List<Integer>, List<MapPoint>> points = new HashMap<>();
    for (Image image : onMap) {
      MapPoint place = positions.of(image.row()).orElseThrow();
      int[] clusters = assigned.get(image.path());
      for (int layer = 0; layer < clusters.length; layer++) {
        points
            .computeIfAbsent(List.of(layer, clusters[layer]), key -> new ArrayList<>())
            .add(place);
      }
    }
    return rows.stream()
        .map(
            row ->
                new LayerNode(
                    row.layer(),
                    row.layer() == own,
                    row.cluster(),
                    Arrays.stream(row.path()).boxed().toList(),
                    row.name(),
                    row.size(),
                    middle(points.getOrDefault(List.of(row.layer(), row.cluster()), List.of()))))
        .toList();
  }

  /** The clusters of the images, in every layer. */
  private static Map<String, int[]> assigned(Snapshot run, List<Image> images) {
    Set<String> wanted = images.stream().map(Image::path).collect(Collectors.toSet());
    Map<String, int[]> assigned = new HashMap<>();
    run.table(LayerAssignment.SCHEMA.name())
        .eachFile(
            file ->
                LayerAssignment.SCHEMA.read(run.storage(), file).stream()
                    .filter(row -> wanted.contains(row.path()))
                    .toList())
        .forEach(part -> part.forEach(row -> assigned.put(row.path(), row.clusters())));
    return assigned;
  }

  /** The layer whose clusters are those of the run. */
  private static int own(List<LayerRow> rows, List<ClusterRow> clusters) {
    Set<Integer> numbers =
        clusters.stream()
            .filter(cluster -> cluster.size() > 0)
            .map(ClusterRow::cluster)
            .collect(Collectors.toCollection(TreeSet::new));
    Map<Integer, Set<Integer>> byLayer =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    LayerRow::layer,
                    Collectors.mapping(LayerRow::cluster, Collectors.toCollection(TreeSet::new))));
    return byLayer.entrySet().stream()
        .filter(entry -> entry.getValue().equals(numbers))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(-1);
  }

  /** The point nearest to the median, so that a name stands on its images. */
  private static Optional<MapPoint> middle(List<MapPoint> points) {
    if (points.isEmpty()) {
      return Optional.empty();
    }
    double[] x = points.stream().mapToDouble(MapPoint::x).sorted().toArray();
    double[] y = points.stream().mapToDouble(MapPoint::y).sorted().toArray();
    double mx = x[x.length / 2];
    double my = y[y.length / 2];
    return points.stream()
        .min(
            java.util.Comparator.comparingDouble(
                (MapPoint point) -> Math.hypot(point.x() - mx, point.y() - my)));
  }
}
