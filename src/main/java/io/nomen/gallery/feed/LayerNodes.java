package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.GalleryData.LayerNode;
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

  /** All clusters of all layers; none where the run has no layers. */
  static List<LayerNode> read(Snapshot run, List<String> paths, Positions positions) {
    if (!run.has(LayerRow.SCHEMA.name())) {
      return List.of();
    }
    List<LayerRow> rows = run.rows(LayerRow.SCHEMA);
    int own = own(rows, run.rows(ClusterRow.SCHEMA));
    Map<String, int[]> assigned = new HashMap<>();
    run.rows(LayerAssignment.SCHEMA).forEach(row -> assigned.put(row.path(), row.clusters()));
    Map<List<Integer>, List<MapPoint>> points = new HashMap<>();
    for (int row = 0; row < paths.size(); row++) {
      Optional<MapPoint> place = positions.of(row);
      int[] clusters = assigned.get(paths.get(row));
      for (int layer = 0; place.isPresent() && layer < clusters.length; layer++) {
        points
            .computeIfAbsent(List.of(layer, clusters[layer]), key -> new ArrayList<>())
            .add(place.get());
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
