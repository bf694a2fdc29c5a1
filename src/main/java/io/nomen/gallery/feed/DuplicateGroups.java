package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.DuplicateGroup.Member;
import io.nomen.run.Assignments;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.ImageRow;
import io.nomen.run.Snapshot;
import io.nomen.run.Table.TableFile;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import io.nomen.tensor.TreeReduce;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Groups of equal files, and of near-duplicates that are more than equal files; found by Spark, of
 * which the driver gets the largest {@value DuplicateGroup#MOST} of each, with their first members.
 */
final class DuplicateGroups {
  /** About what a group with its first paths takes. */
  private static final int BYTES_OF_GROUP = 1024;

  private final JavaRDD<PartOfTable> assigned;
  private final JavaPairRDD<String, Listed> digests;

  private DuplicateGroups(JavaRDD<PartOfTable> assigned, JavaPairRDD<String, Listed> digests) {
    this.assigned = assigned;
    this.digests = digests;
  }

  static List<DuplicateGroup> of(JavaSparkContext spark, Snapshot run) {
    Storage storage = run.storage();
    DuplicateGroups groups =
        new DuplicateGroups(
            Assignments.parts(spark, storage, run.table("assignments")),
            run.table("images").onCluster(spark).flatMapToPair(file -> digests(storage, file)));
    List<Group> exact = groups.exact();
    List<Group> near = groups.near();
    Map<String, Integer> clusters = groups.clusters(spark, exact, near);
    return Stream.concat(
            exact.stream().map(group -> group.shown(true, clusters)),
            near.stream().map(group -> group.shown(false, clusters)))
        .toList();
  }

  /** An image in the order in which it was listed. */
  private record Listed(long order, String path) implements Serializable {}

  private static Iterator<Tuple2<String, Listed>> digests(Storage storage, TableFile file) {
    List<String> paths = new TableColumn(storage, file.uri(), "path").strings();
    List<String> statuses = new TableColumn(storage, file.uri(), "status").strings();
    List<Optional<String>> digests =
        new TableColumn(storage, file.uri(), "digest").optionalStrings();
    return IntStream.range(0, paths.size())
        .filter(i -> digests.get(i).isPresent() && statuses.get(i).equals(ImageRow.OK))
        .mapToObj(
            i ->
                new Tuple2<>(
                    digests.get(i).orElseThrow(), new Listed(file.firstRow() + i, paths.get(i))))
        .iterator();
  }

  /** How many images a group has, and the first of them. */
  private static final class Group implements Serializable {
    private static final long serialVersionUID = 1L;

    private long size;
    private final TreeMap<Long, String> first = new TreeMap<>();

    Group add(Listed image) {
      size++;
      put(image.order(), image.path());
      return this;
    }

    Group merge(Group other) {
      size += other.size;
      other.first.forEach(this::put);
      return this;
    }

    private void put(long order, String path) {
      first.put(order, path);
      if (first.size() > DuplicateGroup.MOST_MEMBERS) {
        first.pollLastEntry();
      }
    }

    DuplicateGroup shown(boolean exact, Map<String, Integer> clusters) {
      return new DuplicateGroup(
          exact,
          first.values().stream().map(path -> new Member(path, clusters.get(path))).toList(),
          size);
    }
  }

  private enum Order implements Comparator<Group> {
    LARGEST_FIRST;

    @Override
    public int compare(Group a, Group b) {
      int bySize = Long.compare(b.size, a.size);
      return bySize != 0
          ? bySize
          : a.first.firstEntry().getValue().compareTo(b.first.firstEntry().getValue());
    }
  }

  private List<Group> exact() {
    return largest(
        digests
            .aggregateByKey(new Group(), Group::add, Group::merge)
            .values()
            .filter(group -> group.size > 1));
  }

  /** Groups by their first image's path, those left out whose members are equal files. */
  private List<Group> near() {
    JavaPairRDD<String, Listed> members =
        assigned.flatMapToPair(
            part -> {
              List<Tuple2<String, Listed>> pairs = new ArrayList<>();
              for (int i = 0; i < part.paths().size(); i++) {
                if (part.duplicateOf().get(i).isPresent()) {
                  pairs.add(
                      new Tuple2<>(
                          part.duplicateOf().get(i).get(),
                          new Listed(part.rows().firstRow() + i, part.paths().get(i))));
                }
              }
              return pairs.iterator();
            });
    if (members.isEmpty()) {
      return List.of();
    }
    JavaPairRDD<String, Group> groups =
        members
            .aggregateByKey(new Group(), Group::add, Group::merge)
            .mapToPair(
                group -> new Tuple2<>(group._1(), group._2().add(new Listed(-1, group._1()))));
    JavaPairRDD<String, String> groupOf =
        members
            .mapToPair(pair -> new Tuple2<>(pair._2().path(), pair._1()))
            .union(members.keys().distinct().mapToPair(path -> new Tuple2<>(path, path)));
    JavaPairRDD<String, String> digestOf =
        digests.mapToPair(pair -> new Tuple2<>(pair._2().path(), pair._1()));
    // What has no digest, or another than the rest of its group, makes the group one to show.
    JavaPairRDD<String, String> common =
        groupOf
            .leftOuterJoin(digestOf)
            .values()
            .mapToPair(pair -> new Tuple2<>(pair._1(), pair._2().orElse("")))
            .reduceByKey((a, b) -> a.equals(b) ? a : "");
    return largest(
        groups.join(common).values().filter(pair -> pair._2().isEmpty()).map(Tuple2::_1));
  }

  private static List<Group> largest(JavaRDD<Group> groups) {
    return TreeReduce.first(groups, DuplicateGroup.MOST, Order.LARGEST_FIRST, BYTES_OF_GROUP);
  }

  /** Clusters of the members that are shown, by path. */
  private Map<String, Integer> clusters(
      JavaSparkContext spark, List<Group> exact, List<Group> near) {
    HashSet<String> wanted = new HashSet<>();
    Stream.concat(exact.stream(), near.stream())
        .forEach(group -> wanted.addAll(group.first.values()));
    Map<String, Integer> clusters = new HashMap<>();
    if (!wanted.isEmpty()) {
      Broadcast<HashSet<String>> shared = spark.broadcast(wanted);
      assigned
          .flatMap(
              part ->
                  IntStream.range(0, part.paths().size())
                      .filter(i -> shared.value().contains(part.paths().get(i)))
                      .mapToObj(i -> new Tuple2<>(part.paths().get(i), part.rows().cluster()[i]))
                      .iterator())
          .collect()
          .forEach(pair -> clusters.put(pair._1(), pair._2()));
      shared.destroy();
    }
    return clusters;
  }
}
