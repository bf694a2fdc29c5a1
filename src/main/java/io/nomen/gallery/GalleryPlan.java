package io.nomen.gallery;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.gallery.GalleryData.ClusterCard;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which images a gallery shows, decided before any thumbnail is made. */
public final class GalleryPlan {
  /** Images shown of one group of duplicates, and groups whose images get thumbnails. */
  static final int MEMBERS_OF_DUPLICATES = 12;

  private static final int GROUPS_WITH_THUMBNAILS = 300;

  private final GalleryData data;
  private final GalleryLimits limits;
  private final Language language;
  private final List<ClusterSample> clusters;
  private final Map<Integer, ClusterSample> byNumber = new HashMap<>();
  private final Map<String, String> thumbnails = new LinkedHashMap<>();

  private GalleryPlan(GalleryData data, GalleryLimits limits, Language language) {
    this.language = language;
    this.data = data;
    this.limits = limits;
    int each = imagesOfEach(data, limits);
    this.clusters =
        data.clusters().stream()
            .sorted(
                Comparator.comparingLong(ClusterCard::size)
                    .reversed()
                    .thenComparingInt(ClusterCard::number))
            .map(card -> ClusterSample.of(card, data.imagesOf(card), each))
            .toList();
    for (ClusterSample cluster : clusters) {
      if (byNumber.put(cluster.card().number(), cluster) != null) {
        throw new NomenException(
            NomenException.Kind.INTERNAL,
            "Two clusters of the gallery have the number %d; give each one number."
                .formatted(cluster.card().number()));
      }
      cluster.shown().forEach(image -> plan(image.path()));
    }
    DuplicatesPages.ordered(data.duplicates()).stream()
        .limit(GROUPS_WITH_THUMBNAILS)
        .flatMap(group -> group.members().stream().limit(MEMBERS_OF_DUPLICATES))
        .forEach(member -> plan(member.path()));
    data.outliers().forEach(image -> plan(image.path()));
    data.workbench().questions().forEach(asked -> plan(asked.image().path()));
    data.workbench()
        .comparison()
        .ifPresent(change -> change.moved().forEach(image -> plan(image.path())));
  }

  /** The plan under {@link GalleryLimits#DEFAULT}. */
  public static GalleryPlan of(GalleryData data) {
    return of(data, GalleryLimits.DEFAULT);
  }

  public static GalleryPlan of(GalleryData data, GalleryLimits limits) {
    return of(data, limits, Language.ENGLISH.code());
  }

  /**
   * The plan of pages in another language.
   *
   * @param language {@code en} or {@code de}
   */
  public static GalleryPlan of(GalleryData data, GalleryLimits limits, String language) {
    return new GalleryPlan(data, limits, Language.of(language));
  }

  Language language() {
    return language;
  }

  /** Paths of the images whose thumbnails the gallery will ask for, each once. */
  public List<String> images() {
    return List.copyOf(thumbnails.keySet());
  }

  /**
   * The thumbnail's generated name in the gallery's folder, for example {@code t/000/000123.jpg}.
   */
  Map<String, String> thumbnails() {
    return thumbnails;
  }

  GalleryData data() {
    return data;
  }

  GalleryLimits limits() {
    return limits;
  }

  /** Largest first. */
  List<ClusterSample> clusters() {
    return clusters;
  }

  Optional<ClusterSample> cluster(int number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  private void plan(String path) {
    int next = thumbnails.size();
    thumbnails.putIfAbsent(path, RootLocale.format("t/%03d/%06d.jpg", next / 1000, next));
  }

  /** The number in a thumbnail's name. */
  static int number(String thumbnail) {
    return Integer.parseInt(
        thumbnail.substring(thumbnail.lastIndexOf('/') + 1, thumbnail.length() - ".jpg".length()));
  }

  /** The largest number of images of each cluster that keeps the sum within the limit. */
  private static int imagesOfEach(GalleryData data, GalleryLimits limits) {
    int each = limits.imagesPerCluster();
    while (each > GalleryLimits.MOSAIC && sum(data, each) > limits.thumbnails()) {
      each--;
    }
    return each;
  }

  private static long sum(GalleryData data, int each) {
    return data.clusters().stream()
        .mapToLong(card -> Math.min(each, data.imagesOf(card).size()))
        .sum();
  }

  /**
   * Bounds that keep pages small and a gallery quick to make, whatever the number of images. What
   * they leave out, the pages say in words.
   *
   * @param imagesPerCluster most images shown of one cluster
   * @param thumbnails most images shown of all clusters together; large clusters give way first,
   *     and none goes below {@link #MOSAIC} images; duplicates may add a few thousand
   * @param imagesPerPage images on one page of a cluster
   * @param cardsPerPage clusters on one page of the overview
   * @param rowsPerPage rows on one page of a table
   * @param mapPoints most images drawn on the map where no script runs
   * @param canvasPoints most images that the map's script draws
   */
  public record GalleryLimits(
      int imagesPerCluster,
      int thumbnails,
      int imagesPerPage,
      int cardsPerPage,
      int rowsPerPage,
      int mapPoints,
      int canvasPoints) {
    /** Images in a cluster's mosaic. */
    static final int MOSAIC = 9;

    /**
     * Measured for 100,000 images in 1,000 clusters: 24 images of each cluster, no page above 300
     * kB.
     */
    public static final GalleryLimits DEFAULT =
        new GalleryLimits(200, 24_000, 100, 120, 400, 4_000, 100_000);
  }
}
