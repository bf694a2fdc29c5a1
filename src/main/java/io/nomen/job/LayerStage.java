package io.nomen.job;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.method.FittedModel;
import io.nomen.method.LayerTree;
import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNaming;
import io.nomen.naming.LayerNames;
import io.nomen.naming.LayerNames.Part;
import io.nomen.run.Assignments;
import io.nomen.run.ClusterRow;
import io.nomen.run.LayerRow;
import io.nomen.run.LayerRow.LayerAssignment;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.Table;
import io.nomen.semantics.NounScores;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.storage.StorageLevel;

/** The tables {@code layers} and {@code layer_assignments}: coarser and finer clusters of a run. */
final class LayerStage {
  private final RowBlocks embeddings;
  private final RowBlocks space;
  private final int[] clusters;
  private final Map<Integer, ClusterName> names;
  private final ClusterNaming naming;
  private final Optional<SemanticSpace> semantics;

  private LayerStage(
      RowBlocks embeddings,
      RowBlocks space,
      int[] clusters,
      Map<Integer, ClusterName> names,
      ClusterNaming naming,
      Optional<SemanticSpace> ofMethod) {
    this.embeddings = embeddings;
    this.space = space;
    this.clusters = clusters;
    this.names = new TreeMap<>(names);
    this.naming = naming;
    this.semantics = naming.space(embeddings, ofMethod, names.size());
  }

  /**
   * Writes both tables of {@code attempt}, whose other tables are whole.
   *
   * @param counts how many clusters the other layers shall have; with none, nothing is done
   * @param ofMethod the method's semantic space, where it has one
   * @return the tables' names
   */
  static List<String> write(
      RunFolder folder,
      StageAttempt attempt,
      List<Integer> counts,
      RowBlocks embeddings,
      FittedModel model,
      ClusterNaming naming,
      Optional<SemanticSpace> ofMethod) {
    if (counts.isEmpty()) {
      return List.of();
    }
    Storage storage = folder.storage();
    Table assigned = folder.table("assignments", attempt);
    Map<Integer, ClusterName> names = new TreeMap<>();
    folder
        .table("clusters", attempt)
        .eachFile(file -> ClusterRow.SCHEMA.read(storage, file))
        .forEach(rows -> rows.forEach(row -> names.put(row.cluster(), ClusterName.of(row))));
    RowBlocks space = model.space(embeddings).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return new LayerStage(
              embeddings,
              space,
              Assignments.read(storage, assigned).cluster(),
              names,
              naming,
              ofMethod)
          .write(folder, attempt.attempt(), counts, Assignments.paths(storage, assigned));
    } finally {
      space.unpersist();
    }
  }

  private List<String> write(
      RunFolder folder, String attempt, List<Integer> counts, List<String> paths) {
    int count = Arrays.stream(clusters).max().orElse(0) + 1;
    Matrix means =
        new Matrix(count, space.width(), ClusterProfiles.of(space, clusters, count).means());
    LayerTree tree = LayerTree.of(space, means, clusters, counts, naming.seed());
    List<int[]> layers = tree.layers();
    List<Map<Integer, ClusterName>> named = new ArrayList<>();
    layers.forEach(layer -> named.add(new HashMap<>()));
    named.set(tree.own(), names);
    for (int layer = tree.own() - 1; layer >= 0; layer--) {
      named.set(
          layer,
          LayerNames.of(
              parts(layers.get(layer), layers.get(layer + 1), named.get(layer + 1)),
              byImages(layers.get(layer))));
    }
    for (int layer = tree.own() + 1; layer < layers.size(); layer++) {
      named.set(
          layer,
          LayerNames.ofParts(
              children(layers.get(layer - 1), layers.get(layer)),
              named.get(layer - 1),
              byImages(layers.get(layer))));
    }
    List<LayerRow> rows = new ArrayList<>();
    for (int layer = 0; layer < layers.size(); layer++) {
      rows.addAll(rows(layer, layers, named.get(layer), paths));
    }
    folder.write(LayerRow.SCHEMA, attempt, rows);
    folder.write(
        LayerAssignment.SCHEMA,
        attempt,
        () ->
            IntStream.range(0, paths.size())
                .mapToObj(
                    row -> new LayerAssignment(paths.get(row), path(layers, row, layers.size())))
                .iterator());
    return List.of(LayerRow.SCHEMA.name(), LayerAssignment.SCHEMA.name());
  }

  private static int[] path(List<int[]> layers, int row, int length) {
    return layers.subList(0, length).stream().mapToInt(labels -> labels[row]).toArray();
  }

  private List<LayerRow> rows(
      int layer, List<int[]> layers, Map<Integer, ClusterName> names, List<String> paths) {
    int[] labels = layers.get(layer);
    int count = Arrays.stream(labels).max().orElse(0) + 1;
    long[] medoids = ClusterProfiles.of(space, labels, count).medoids();
    Map<Integer, Integer> first = new TreeMap<>();
    Map<Integer, Long> sizes = new HashMap<>();
    for (int row = 0; row < labels.length; row++) {
      first.putIfAbsent(labels[row], row);
      sizes.merge(labels[row], 1L, Long::sum);
    }
    return first.entrySet().stream()
        .map(
            entry -> {
              int cluster = entry.getKey();
              ClusterName name = names.get(cluster);
              return new LayerRow(
                  layer,
                  cluster,
                  path(layers, entry.getValue(), layer + 1),
                  name.name(),
                  name.named(),
                  name.gloss(),
                  name.reason(),
                  sizes.get(cluster),
                  medoids[cluster] < 0
                      ? Optional.empty()
                      : Optional.of(paths.get(Math.toIntExact(medoids[cluster]))));
            })
        .toList();
  }

  private static Map<Integer, List<Integer>> children(int[] above, int[] below) {
    Map<Integer, TreeSet<Integer>> found = new TreeMap<>();
    for (int row = 0; row < above.length; row++) {
      found.computeIfAbsent(above[row], c -> new TreeSet<>()).add(below[row]);
    }
    Map<Integer, List<Integer>> children = new TreeMap<>();
    found.forEach((cluster, parts) -> children.put(cluster, List.copyOf(parts)));
    return children;
  }

  private static Map<Integer, List<Part>> parts(
      int[] above, int[] below, Map<Integer, ClusterName> names) {
    Map<Integer, Long> sizes = new HashMap<>();
    for (int label : below) {
      sizes.merge(label, 1L, Long::sum);
    }
    Map<Integer, List<Part>> parts = new TreeMap<>();
    children(above, below)
        .forEach(
            (cluster, children) ->
                parts.put(
                    cluster,
                    children.stream().map(c -> new Part(names.get(c), sizes.get(c))).toList()));
    return parts;
  }

  /** The names that the images alone would give; their numbers are made dense for it. */
  private Map<Integer, ClusterName> byImages(int[] labels) {
    int[] numbers = Arrays.stream(labels).distinct().sorted().toArray();
    int[] dense = Arrays.stream(labels).map(label -> Arrays.binarySearch(numbers, label)).toArray();
    List<ClusterName> found =
        naming.names(embeddings, NounScores.sampled(dense), semantics, numbers.length);
    Map<Integer, ClusterName> names = new HashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      ClusterName name = found.get(i);
      names.put(numbers[i], name.named() ? name : name.unnamed(numbers[i]));
    }
    return names;
  }
}
