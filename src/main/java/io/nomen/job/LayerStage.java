package io.nomen.job;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.method.FittedModel;
import io.nomen.method.LayerTree;
import io.nomen.method.LayerTree.LayerBlock;
import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNaming;
import io.nomen.naming.LayerNames;
import io.nomen.naming.LayerNames.Part;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.ClusterRow;
import io.nomen.run.LayerRow;
import io.nomen.run.LayerRow.LayerAssignment;
import io.nomen.run.RunFolder;
import io.nomen.run.Table;
import io.nomen.semantics.NamingSample;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** The tables {@code layers} and {@code layer_assignments}: coarser and finer clusters of a run. */
final class LayerStage {
  private final RunInProgress run;
  private final RowBlocks space;
  private final Map<Integer, ClusterName> names = new TreeMap<>();
  private final ClusterNaming naming;
  private final Optional<SemanticSpace> semantics;
  private final LayerTree tree;
  private final JavaRDD<LayerBlock> blocks;

  /** The ways through all layers that images take, by the first image that takes each. */
  private final List<Way> ways;

  /**
   * Clusters from the coarsest layer to the finest that images are in together.
   *
   * @param firstRow of those images
   */
  private record Way(List<Integer> clusters, long size, long firstRow)
      implements Comparable<Way>, Serializable {

    Way with(Way other) {
      return new Way(clusters, size + other.size, Math.min(firstRow, other.firstRow));
    }

    @Override
    public int compareTo(Way other) {
      return Long.compare(firstRow, other.firstRow);
    }
  }

  private LayerStage(
      RunInProgress run,
      RowBlocks space,
      Table assigned,
      List<ClusterRow> clusters,
      List<Integer> counts,
      ClusterNaming naming,
      Optional<SemanticSpace> ofMethod) {
    this.run = run;
    this.space = space;
    this.naming = naming;
    this.semantics = naming.space(run.embeddings(), ofMethod, clusters.size());
    clusters.forEach(row -> names.put(row.cluster(), ClusterName.of(row)));
    List<ClusterRow> alive = clusters.stream().filter(row -> row.size() > 0).toList();
    int count = alive.stream().mapToInt(row -> row.cluster() + 1).max().orElse(0);
    long[] sizes = new long[count];
    alive.forEach(row -> sizes[row.cluster()] = row.size());
    JavaRDD<AssignmentBlock> assignments = run.table().assignments(assigned).map(PartOfTable::rows);
    Matrix means = ClusterProfiles.means(space, assignments, count);
    this.tree = LayerTree.of(space, means, sizes, assignments, counts, naming.seed());
    this.blocks = tree.blocks().persist(StorageLevel.MEMORY_AND_DISK());
    this.ways =
        blocks.flatMapToPair(LayerStage::ways).reduceByKey(Way::with).values().collect().stream()
            .sorted()
            .toList();
  }

  private static Iterator<Tuple2<List<Integer>, Way>> ways(LayerBlock block) {
    Map<List<Integer>, Way> found = new HashMap<>();
    for (int i = 0; i < block.labels()[0].length; i++) {
      List<Integer> clusters = Arrays.stream(way(block, i)).boxed().toList();
      found.merge(clusters, new Way(clusters, 1, block.firstRow() + i), Way::with);
    }
    return found.entrySet().stream()
        .map(way -> new Tuple2<>(way.getKey(), way.getValue()))
        .iterator();
  }

  private static int[] way(LayerBlock block, int row) {
    return Arrays.stream(block.labels()).mapToInt(labels -> labels[row]).toArray();
  }

  /**
   * Writes both tables of a run whose other tables are whole.
   *
   * @param counts how many clusters the other layers shall have; with none, nothing is done
   * @param ofMethod the method's semantic space, where it has one
   * @return the tables' names
   */
  static List<String> write(
      RunFolder folder,
      RunInProgress run,
      List<Integer> counts,
      FittedModel model,
      ClusterNaming naming,
      Optional<SemanticSpace> ofMethod) {
    if (counts.isEmpty()) {
      return List.of();
    }
    Storage storage = folder.storage();
    List<ClusterRow> clusters =
        folder
            .table("clusters", run.attempt())
            .eachFile(file -> ClusterRow.SCHEMA.read(storage, file))
            .stream()
            .flatMap(List::stream)
            .toList();
    RowBlocks space = model.space(run.embeddings()).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      LayerStage stage =
          new LayerStage(
              run,
              space,
              folder.table("assignments", run.attempt()),
              clusters,
              counts,
              naming,
              ofMethod);
      try {
        return stage.write(folder);
      } finally {
        stage.blocks.unpersist();
      }
    } finally {
      space.unpersist();
    }
  }

  private List<String> write(RunFolder folder) {
    String attempt = run.attempt().attempt();
    List<Map<Integer, ClusterName>> named = new ArrayList<>();
    IntStream.range(0, tree.size()).forEach(layer -> named.add(new HashMap<>()));
    named.set(tree.own(), names);
    for (int layer = tree.own() + 1; layer < tree.size(); layer++) {
      named.set(
          layer, LayerNames.ofParts(children(layer - 1), named.get(layer - 1), byImages(layer)));
    }
    for (int layer = tree.own() - 1; layer >= 0; layer--) {
      named.set(layer, LayerNames.of(parts(layer, named), byImages(layer)));
    }
    List<LayerRow> rows = new ArrayList<>();
    for (int layer = 0; layer < tree.size(); layer++) {
      rows.addAll(rows(layer, named.get(layer)));
    }
    folder.write(LayerRow.SCHEMA, attempt, rows);
    folder.write(
        LayerAssignment.SCHEMA,
        attempt,
        blocks
            .zip(run.table().paths())
            .flatMap(
                images ->
                    IntStream.range(0, images._2().size())
                        .mapToObj(i -> new LayerAssignment(images._2().get(i), way(images._1(), i)))
                        .iterator()));
    return List.of(LayerRow.SCHEMA.name(), LayerAssignment.SCHEMA.name());
  }

  private static int[] array(Collection<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private JavaRDD<AssignmentBlock> layer(int layer) {
    return blocks.map(block -> block.layer(layer));
  }

  private List<LayerRow> rows(int layer, Map<Integer, ClusterName> called) {
    Map<Integer, List<Integer>> first = new TreeMap<>();
    ways.forEach(way -> first.putIfAbsent(way.clusters().get(layer), way.clusters()));
    Map<Integer, Long> sizes = sizes(layer);
    int count = first.keySet().stream().mapToInt(c -> c + 1).max().orElse(0);
    long[] medoids = ClusterProfiles.of(space, layer(layer), count).medoids();
    Map<Long, String> paths =
        run.table().pathsOf(LongStream.of(medoids).filter(row -> row >= 0).sorted().toArray());
    return first.entrySet().stream()
        .map(
            entry -> {
              int cluster = entry.getKey();
              ClusterName name = called.get(cluster);
              return new LayerRow(
                  layer,
                  cluster,
                  array(entry.getValue().subList(0, layer + 1)),
                  name.name(),
                  name.named(),
                  name.gloss(),
                  name.reason(),
                  sizes.get(cluster),
                  Optional.ofNullable(paths.get(medoids[cluster])));
            })
        .toList();
  }

  private Map<Integer, Long> sizes(int layer) {
    Map<Integer, Long> sizes = new TreeMap<>();
    ways.forEach(way -> sizes.merge(way.clusters().get(layer), way.size(), Long::sum));
    return sizes;
  }

  /** The clusters of the next layer that each cluster of a layer is made of. */
  private Map<Integer, List<Integer>> children(int above) {
    Map<Integer, TreeSet<Integer>> found = new TreeMap<>();
    ways.forEach(
        way ->
            found
                .computeIfAbsent(way.clusters().get(above), c -> new TreeSet<>())
                .add(way.clusters().get(above + 1)));
    Map<Integer, List<Integer>> children = new TreeMap<>();
    found.forEach((cluster, parts) -> children.put(cluster, List.copyOf(parts)));
    return children;
  }

  /** What the clusters of a layer are made of, down to the finest; all below it is named. */
  private Map<Integer, List<Part>> parts(int above, List<Map<Integer, ClusterName>> named) {
    if (above == tree.size() - 1) {
      return Map.of();
    }
    Map<Integer, List<Part>> below = parts(above + 1, named);
    Map<Integer, ClusterName> called = named.get(above + 1);
    Map<Integer, Long> sizes = sizes(above + 1);
    Map<Integer, List<Part>> parts = new TreeMap<>();
    children(above)
        .forEach(
            (cluster, children) ->
                parts.put(
                    cluster,
                    children.stream()
                        .map(
                            c ->
                                new Part(
                                    called.get(c), sizes.get(c), below.getOrDefault(c, List.of())))
                        .toList()));
    return parts;
  }

  /** The names that the images alone would give; their numbers are made dense for it. */
  private Map<Integer, ClusterName> byImages(int layer) {
    int[] numbers = array(sizes(layer).keySet());
    NamingSample sample = NamingSample.of(layer(layer), run.embeddings().rows());
    int[] dense =
        Arrays.stream(sample.clusters())
            .map(label -> Arrays.binarySearch(numbers, label))
            .toArray();
    List<ClusterName> found =
        naming.names(run.embeddings(), sample.in(dense), semantics, numbers.length);
    Map<Integer, ClusterName> byImages = new HashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      ClusterName name = found.get(i);
      byImages.put(numbers[i], name.named() ? name : name.unnamed(numbers[i]));
    }
    return byImages;
  }
}
