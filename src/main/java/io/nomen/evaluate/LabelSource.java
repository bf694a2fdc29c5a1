package io.nomen.evaluate;

import io.nomen.NomenException;
import io.nomen.exchange.NpyReader;
import io.nomen.run.Assignments;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Where {@code nomen evaluate --labels} takes labels from. */
public sealed interface LabelSource {

  /** Looks up the labels of {@code run}'s images, of which at least one must have one. */
  Labels of(JavaSparkContext spark, Snapshot run);

  /** The source that the option's word or file names, if it names one. */
  static Optional<LabelSource> find(String option) {
    String lower = option.toLowerCase(Locale.ROOT);
    if (List.of("folder", "column", "cls").contains(option)) {
      return Optional.of(new Stored(option));
    }
    if (lower.endsWith(".npy")) {
      return Optional.of(new Npy(option));
    }
    return lower.endsWith(".csv") || lower.endsWith(".tsv")
        ? Optional.of(new Csv(option))
        : Optional.empty();
  }

  /** The source that the option's word or file names. */
  static LabelSource parse(String option) {
    return find(option)
        .orElseThrow(
            () ->
                NomenException.usage(
                    "--labels takes folder, column, cls, or a .csv, .tsv or .npy file, not \"%s\"."
                        .formatted(option)));
  }

  /**
   * What the input said when it was read: the image's folder, its Parquet column or its {@code
   * .cls} in the tar.
   *
   * @param word which of them the user expects
   */
  record Stored(String word) implements LabelSource {
    @Override
    public Labels of(JavaSparkContext spark, Snapshot run) {
      Storage storage = run.storage();
      Table assigned = run.table("assignments");
      return Labels.count(
              run.table("images")
                  .onCluster(spark)
                  .flatMapToPair(file -> labels(storage, file.uri()))
                  .join(Assignments.byPath(spark, storage, assigned))
                  .values())
          .orElseThrow(
              () ->
                  NomenException.input(
                      "None of the run's %d images came with a label (--labels %s); give them as a .csv of"
                              .formatted(assigned.totalRows(), word)
                          + " path,label or as a .npy in path order."));
    }

    /** Path and label of the images in a file that have one. */
    private static Iterator<Tuple2<String, String>> labels(Storage storage, String images) {
      List<Optional<String>> labels = new TableColumn(storage, images, "label").optionalStrings();
      if (labels.stream().noneMatch(Optional::isPresent)) {
        return Collections.emptyIterator();
      }
      List<String> paths = new TableColumn(storage, images, "path").strings();
      return IntStream.range(0, paths.size())
          .boxed()
          .flatMap(i -> labels.get(i).map(label -> new Tuple2<>(paths.get(i), label)).stream())
          .iterator();
    }
  }

  /** Integers, entry i for the i-th path. */
  record Npy(String uri) implements LabelSource {
    private static final int AT_ONCE = 100_000;

    @Override
    public Labels of(JavaSparkContext spark, Snapshot run) {
      Storage storage = run.storage();
      Table assigned = run.table("assignments");
      String file = storage.qualify(uri);
      try (NpyReader reader = NpyReader.open(storage, file)) {
        if (reader.rows() != assigned.totalRows() || reader.width() != 1) {
          throw NomenException.input(
              "%s holds %d × %d values for %d embedded images; it needs one label an image, in path"
                      .formatted(uri, reader.rows(), reader.width(), assigned.totalRows())
                  + " order.");
        }
      }
      return Labels.count(
              Assignments.byPath(spark, storage, assigned)
                  .sortByKey(true, (int) (assigned.totalRows() / AT_ONCE) + 1)
                  .values()
                  .zipWithIndex()
                  .mapPartitions(clusters -> labels(storage, file, clusters)))
          .orElseThrow();
    }

    /**
     * The labels of images that follow each other.
     *
     * @param clusters of the images, with their numbers in path order
     */
    private static Iterator<Tuple2<String, Integer>> labels(
        Storage storage, String file, Iterator<Tuple2<Integer, Long>> clusters) {
      List<Tuple2<Integer, Long>> images = new ArrayList<>();
      clusters.forEachRemaining(images::add);
      if (images.isEmpty()) {
        return Collections.emptyIterator();
      }
      try (NpyReader reader = NpyReader.open(storage, file)) {
        reader.skip(images.get(0)._2());
        int[] labels = reader.ints(images.size());
        return IntStream.range(0, labels.length)
            .mapToObj(i -> new Tuple2<>(Integer.toString(labels[i]), images.get(i)._1()))
            .iterator();
      }
    }
  }

  /** Lines of {@code path,label}; a path may be the end of one, as long as it is the only such. */
  record Csv(String uri) implements LabelSource {
    @Override
    public Labels of(JavaSparkContext spark, Snapshot run) {
      return LabelFile.labels(spark, run, uri);
    }
  }

  /**
   * Labels of a run's images, for scores and nothing else.
   *
   * @param names the distinct labels, in alphabetical order (numbers by value)
   * @param counts how often each label, by its place in {@code names}, meets each cluster
   */
  record Labels(List<String> names, Contingency counts) {
    /** So many different pairs fit on the driver. */
    private static final int MOST_PAIRS = 10_000_000;

    /** 160 MB of counts, and as much again for the matching. */
    private static final int MOST_CELLS = 20_000_000;

    public Labels {
      names = List.copyOf(names);
    }

    /** Counts on the executors: the label and the cluster of each image; nothing of no images. */
    static Optional<Labels> count(JavaRDD<Tuple2<String, Integer>> images) {
      JavaPairRDD<Tuple2<String, Integer>, Long> counted =
          images.mapToPair(pair -> new Tuple2<>(pair, 1L)).reduceByKey(Long::sum);
      long pairs = counted.count();
      if (pairs > MOST_PAIRS) {
        throw NomenException.input(
            "The images have %,d different pairs of label and cluster, more than %,d; give classes as labels, not captions."
                .formatted(pairs, MOST_PAIRS));
      }
      List<Tuple2<Tuple2<String, Integer>, Long>> found = counted.collect();
      List<String> names =
          found.stream().map(pair -> pair._1()._1()).distinct().sorted(Labels::compare).toList();
      long clusters = found.stream().map(pair -> pair._1()._2()).distinct().count();
      if (names.size() * clusters > MOST_CELLS) {
        throw NomenException.input(
            "%,d labels and %,d clusters are a table of more than %,d cells; give classes as labels, not captions."
                .formatted(names.size(), clusters, MOST_CELLS));
      }
      return found.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Labels(
                  names,
                  Contingency.of(
                      found.stream()
                          .map(
                              pair ->
                                  new Contingency.Count(
                                      Collections.binarySearch(
                                          names, pair._1()._1(), Labels::compare),
                                      pair._1()._2(),
                                      pair._2()))
                          .toList())));
    }

    private static int compare(String a, String b) {
      Optional<Long> left = number(a);
      Optional<Long> right = number(b);
      if (left.isPresent() && right.isPresent()) {
        int byValue = left.get().compareTo(right.get());
        return byValue != 0 ? byValue : a.compareTo(b);
      }
      return left.isPresent() == right.isPresent() ? a.compareTo(b) : left.isPresent() ? -1 : 1;
    }

    private static Optional<Long> number(String label) {
      return label.matches("-?\\d{1,18}") ? Optional.of(Long.valueOf(label)) : Optional.empty();
    }
  }
}
