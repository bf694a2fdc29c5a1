package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The images of one cluster that its pages show.
 *
 * @param card the cluster
 * @param shown a sample over the whole range of confidence, most certain first
 * @param border those of {@code shown} that almost went to another cluster, closest first
 * @param outliers those of {@code shown} that are furthest from everything else
 * @param medoid the most typical image
 * @param mosaic images for the card, the most typical first
 */
record ClusterSample(
    ClusterCard card,
    List<ImageEntry> shown,
    List<ImageEntry> border,
    List<ImageEntry> outliers,
    Optional<ImageEntry> medoid,
    List<ImageEntry> mosaic) {

  /** Ties are broken by path, so that one run has one gallery. */
  private static final Comparator<ImageEntry> BY_PATH = Comparator.comparing(ImageEntry::path);

  private static final Comparator<ImageEntry> CERTAIN_FIRST =
      Comparator.comparingDouble(ImageEntry::confidence).reversed().thenComparing(BY_PATH);
  private static final Comparator<ImageEntry> BORDER_FIRST =
      Comparator.comparingDouble(ImageEntry::margin).thenComparing(BY_PATH);
  private static final Comparator<ImageEntry> OUTLIER_FIRST =
      Comparator.<ImageEntry>comparingDouble(i -> i.outlierScore().orElse(Double.NEGATIVE_INFINITY))
          .reversed()
          .thenComparing(BY_PATH);

  private static final int BORDER = 12;
  private static final int OUTLIERS = 6;

  /** Takes at most {@code limit} of {@code images}. */
  static ClusterSample of(ClusterCard card, List<ImageEntry> images, int limit) {
    List<ImageEntry> certain = images.stream().sorted(CERTAIN_FIRST).toList();
    Optional<ImageEntry> medoid =
        card.medoid().flatMap(m -> images.stream().filter(i -> i.path().equals(m)).findFirst());

    // A third of a small sample goes to each end, so that both sections have something to show.
    List<ImageEntry> border =
        first(
            images.stream().filter(i -> i.runnerUp().isPresent()).sorted(BORDER_FIRST).toList(),
            Math.min(BORDER, limit / 3));
    List<ImageEntry> outliers =
        first(
            images.stream()
                .filter(i -> i.outlierScore().isPresent())
                .sorted(OUTLIER_FIRST)
                .toList(),
            Math.min(OUTLIERS, limit / 6));

    Set<ImageEntry> taken = new LinkedHashSet<>();
    medoid.ifPresent(taken::add);
    taken.addAll(first(certain, Math.min(GalleryLimits.MOSAIC - 1, limit / 3)));
    List<ImageEntry> mosaic = new ArrayList<>(taken);
    taken.addAll(border);
    taken.addAll(outliers);
    spread(certain, limit, taken);
    if (mosaic.size() < GalleryLimits.MOSAIC) {
      taken.stream().sorted(CERTAIN_FIRST).filter(i -> !mosaic.contains(i)).forEach(mosaic::add);
    }
    return new ClusterSample(
        card,
        taken.stream().sorted(CERTAIN_FIRST).toList(),
        border,
        outliers,
        medoid,
        first(mosaic, GalleryLimits.MOSAIC));
  }

  /** Fills {@code taken} up to {@code limit} at even distances over the ranks. */
  private static void spread(List<ImageEntry> certain, int limit, Collection<ImageEntry> taken) {
    List<ImageEntry> rest = certain.stream().filter(i -> !taken.contains(i)).toList();
    int wanted = Math.min(limit - taken.size(), rest.size());
    for (int i = 0; i < wanted; i++) {
      taken.add(rest.get((int) ((i + 0.5) * rest.size() / wanted)));
    }
  }

  private static <T> List<T> first(List<T> list, int count) {
    return List.copyOf(list.subList(0, Math.min(count, list.size())));
  }

  boolean complete() {
    return shown.size() == card.size();
  }
}
