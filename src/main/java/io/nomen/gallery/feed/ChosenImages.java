package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.run.Assignments;
import io.nomen.run.Assignments.Image;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.Snapshot;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.TreeReduce;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The images that pages choose from, found in one pass over the table {@code assignments}: all of a
 * small cluster, and of a large one a random share, its most certain images, those on its border
 * and those far from everything; besides, all that lie on the map. So many at most, whatever N.
 *
 * @param byRow rising by row
 * @param furthest of all clusters, furthest first
 */
record ChosenImages(TreeMap<Long, Image> byRow, List<Image> furthest) {
  /** Images of one cluster that the gallery may choose from, where there are few clusters. */
  private static final int MOST_OF_CLUSTER = 2_000;

  private static final int MOST = 200_000;
  private static final int LEAST_OF_CLUSTER = 100;

  /** More than the pages of a cluster show of one kind. */
  private static final int OF_EACH_KIND = 24;

  private static final int FURTHEST = 120;

  /** About what a path and its numbers take on the heap. */
  private static final int BYTES_OF_IMAGE = 256;

  /** What the pages tell of an image. */
  static ImageEntry entry(Image image, Optional<MapPoint> position) {
    return new ImageEntry(
        image.path(),
        image.cluster(),
        image.confidence(),
        image.runnerUp() == image.cluster()
            ? Optional.empty()
            : Optional.of(new ImageEntry.RunnerUp(image.runnerUp(), image.runnerUpConfidence())),
        position,
        Float.isNaN(image.outlierScore())
            ? OptionalDouble.empty()
            : OptionalDouble.of(image.outlierScore()));
  }

  private static double margin(Image image) {
    return (double) image.confidence() - image.runnerUpConfidence();
  }

  /** What there is a first few of. */
  private enum Kind implements Comparator<Image> {
    CERTAIN,
    BORDER,
    FAR,
    FURTHEST;

    boolean has(Image image) {
      return switch (this) {
        case CERTAIN -> true;
        case BORDER -> image.runnerUp() != image.cluster();
        case FAR, FURTHEST -> !Float.isNaN(image.outlierScore());
      };
    }

    @Override
    public int compare(Image a, Image b) {
      int order =
          switch (this) {
            case CERTAIN -> Float.compare(b.confidence(), a.confidence());
            case BORDER -> Double.compare(margin(a), margin(b));
            case FAR, FURTHEST -> Float.compare(b.outlierScore(), a.outlierScore());
          };
      return order != 0 ? order : Long.compare(a.row(), b.row());
    }
  }

  /** Chooses; {@code cards} tell how large each cluster is, and which image is its medoid. */
  static ChosenImages of(JavaSparkContext spark, Snapshot run, List<ClusterCard> cards) {
    int share = Math.max(LEAST_OF_CLUSTER, MOST / Math.max(1, cards.size()));
    Wanted wanted =
        new Wanted(
            run.table("assignments").totalRows(),
            Math.min(MOST_OF_CLUSTER, share),
            new HashMap<>(
                cards.stream().collect(Collectors.toMap(ClusterCard::number, ClusterCard::size))),
            new HashMap<>(
                cards.stream()
                    .filter(card -> card.medoid().isPresent())
                    .collect(
                        Collectors.toMap(
                            ClusterCard::number, card -> card.medoid().orElseThrow()))));
    Broadcast<Wanted> shared = spark.broadcast(wanted);
    Found found =
        TreeReduce.of(
            Assignments.parts(spark, run.storage(), run.table("assignments"))
                .mapPartitions(
                    parts -> {
                      Found here = new Found();
                      parts.forEachRemaining(part -> here.add(part, shared.value()));
                      return List.of(here).iterator();
                    }),
            (long) cards.size() * 3 * OF_EACH_KIND * BYTES_OF_IMAGE,
            Found::merge);
    shared.destroy();
    return found.images();
  }

  /** The images of each cluster, as pages take them. */
  Map<Integer, List<ImageEntry>> entries(Positions positions) {
    Map<Integer, List<ImageEntry>> entries = new LinkedHashMap<>();
    byRow
        .values()
        .forEach(
            image ->
                entries
                    .computeIfAbsent(image.cluster(), cluster -> new ArrayList<>())
                    .add(entry(image, positions.of(image.row()))));
    return entries;
  }

  /** Images on the map, rising by row. */
  List<Image> onMap(Positions positions) {
    return byRow.values().stream().filter(image -> positions.of(image.row()).isPresent()).toList();
  }

  /**
   * What decides of a single image.
   *
   * @param rows N
   * @param ofCluster about how many images of a large cluster are drawn
   * @param sizes of the clusters
   * @param medoids paths by cluster
   */
  private record Wanted(
      long rows, int ofCluster, HashMap<Integer, Long> sizes, HashMap<Integer, String> medoids)
      implements Serializable {

    boolean isLarge(int cluster) {
      return sizes.get(cluster) > ofCluster;
    }

    /** A random share of a large cluster, so that no shard or folder is preferred. */
    boolean keeps(Image image) {
      double share = (double) ofCluster / sizes.get(image.cluster());
      return share >= 1
          || RowSample.uniform(image.cluster(), image.row()) < share
          || RowSample.evenNumber(image.row(), rows, Positions.MOST).isPresent()
          || image.path().equals(medoids.get(image.cluster()));
    }
  }

  /** The first few of a kind; sorted when it matters, cut when it grows and before it travels. */
  private static final class First implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final int count;
    private List<Image> images = new ArrayList<>();

    First(Kind kind, int count) {
      this.kind = kind;
      this.count = count;
    }

    void add(Image image) {
      if (kind.has(image)) {
        images.add(image);
        if (images.size() > 4 * count) {
          images = sorted();
        }
      }
    }

    List<Image> sorted() {
      return images.stream()
          .sorted(kind)
          .limit(count)
          .collect(Collectors.toCollection(ArrayList::new));
    }

    First merge(First other) {
      other.images.forEach(this::add);
      return this;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      images = sorted();
      out.defaultWriteObject();
    }
  }

  private static final class Found implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<Image> kept = new ArrayList<>();
    private final First furthest = new First(Kind.FURTHEST, FURTHEST);
    private final Map<Integer, List<First>> ofLarge = new HashMap<>();

    void add(PartOfTable part, Wanted wanted) {
      for (int i = 0; i < part.rows().rows(); i++) {
        Image image = part.image(i);
        furthest.add(image);
        if (wanted.keeps(image)) {
          kept.add(image);
        }
        if (wanted.isLarge(image.cluster())) {
          firsts(image.cluster()).forEach(first -> first.add(image));
        }
      }
    }

    private List<First> firsts(int cluster) {
      return ofLarge.computeIfAbsent(
          cluster,
          any ->
              List.of(
                  new First(Kind.CERTAIN, OF_EACH_KIND),
                  new First(Kind.BORDER, OF_EACH_KIND),
                  new First(Kind.FAR, OF_EACH_KIND)));
    }

    Found merge(Found other) {
      kept.addAll(other.kept);
      furthest.merge(other.furthest);
      other.ofLarge.forEach(
          (cluster, theirs) -> {
            List<First> own = firsts(cluster);
            for (int kind = 0; kind < own.size(); kind++) {
              own.get(kind).merge(theirs.get(kind));
            }
          });
      return this;
    }

    ChosenImages images() {
      TreeMap<Long, Image> all = new TreeMap<>();
      kept.forEach(image -> all.put(image.row(), image));
      ofLarge
          .values()
          .forEach(
              firsts ->
                  firsts.forEach(
                      first -> first.sorted().forEach(image -> all.put(image.row(), image))));
      return new ChosenImages(all, furthest.sorted());
    }
  }
}
