package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The images that the map shows, by cluster, with a colour for each. */
final class MapPoints {
  /** Colours in the style sheet. */
  static final int COLOURS = 12;

  /** One cluster on the map, around the median of its points. */
  record Patch(ClusterCard card, List<ImageEntry> images, MapPoint middle, int colour) {}

  private final List<Patch> patches = new ArrayList<>();
  private final int drawn;

  /** Takes an even part of every cluster's images where there are more than the limit. */
  MapPoints(GalleryPlan plan) {
    Map<ClusterSample, List<ImageEntry>> placed = new HashMap<>();
    long all = 0;
    for (ClusterSample cluster : plan.clusters()) {
      List<ImageEntry> images =
          plan.data().imagesOf(cluster.card()).stream()
              .filter(image -> image.position().isPresent())
              .sorted(Comparator.comparing(ImageEntry::path))
              .toList();
      placed.put(cluster, images);
      all += images.size();
    }
    double every = Math.max(1, (double) all / plan.limits().canvasPoints());
    int count = 0;
    for (ClusterSample cluster : plan.clusters()) {
      List<ImageEntry> images = thin(placed.get(cluster), every);
      if (!images.isEmpty()) {
        MapPoint middle = middle(images);
        patches.add(new Patch(cluster.card(), images, middle, colour(middle)));
      }
      count += images.size();
    }
    this.drawn = count;
  }

  /** Largest cluster first. */
  List<Patch> patches() {
    return patches;
  }

  /**
   * The same with at most {@code most} images or one of each cluster, an even part of every one.
   */
  List<Patch> patches(int most) {
    double every = Math.max(1, (double) drawn / most);
    return patches.stream()
        .map(
            patch ->
                new Patch(
                    patch.card(), thin(patch.images(), every), patch.middle(), patch.colour()))
        .toList();
  }

  int drawn() {
    return drawn;
  }

  static MapPoint place(ImageEntry image) {
    return image.position().orElseThrow();
  }

  private static List<ImageEntry> thin(List<ImageEntry> images, double every) {
    List<ImageEntry> out = new ArrayList<>();
    for (double i = 0; i < images.size(); i += every) {
      out.add(images.get((int) i));
    }
    return out;
  }

  private static MapPoint middle(List<ImageEntry> images) {
    double[] x = images.stream().mapToDouble(i -> place(i).x()).sorted().toArray();
    double[] y = images.stream().mapToDouble(i -> place(i).y()).sorted().toArray();
    return new MapPoint((float) x[x.length / 2], (float) y[y.length / 2]);
  }

  /** The colour whose nearest user is furthest away, so that neighbours differ. */
  private int colour(MapPoint middle) {
    double[] nearest = new double[COLOURS];
    java.util.Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    for (Patch patch : patches) {
      double distance =
          Math.hypot(patch.middle().x() - middle.x(), patch.middle().y() - middle.y());
      nearest[patch.colour()] = Math.min(nearest[patch.colour()], distance);
    }
    // Ties (unused colours) are taken far apart on the wheel: 5 and 12 have no common factor.
    int best = patches.size() * 5 % COLOURS;
    for (int i = 0; i < COLOURS; i++) {
      int candidate = (patches.size() * 5 + i * 5) % COLOURS;
      best = nearest[candidate] > nearest[best] ? candidate : best;
    }
    return best;
  }
}
