package io.nomen.gallery;

import java.util.Map;
import java.util.Optional;

/**
 * What every page needs to know of the others.
 *
 * @param thumbnails by path of the image, those that exist
 * @param mosaics whether a cluster has a mosaic, by number
 */
record Site(GalleryPlan plan, Map<String, Shown> thumbnails, Map<Integer, Boolean> mosaics) {

  /** A thumbnail in the gallery's folder, with its size in pixels. */
  record Shown(String name, int width, int height) {}

  GalleryData data() {
    return plan.data();
  }

  GalleryLimits limits() {
    return plan.limits();
  }

  Optional<Shown> thumbnail(String path) {
    return Optional.ofNullable(thumbnails.get(path));
  }

  boolean hasMosaic(int cluster) {
    return mosaics.getOrDefault(cluster, false);
  }

  /** What a cluster is called; an unknown one is called by its number. */
  String name(int cluster) {
    return plan.cluster(cluster).map(c -> c.card().name()).orElse("cluster " + cluster);
  }

  static String clusterPage(int cluster) {
    return "clusters/" + cluster + ".html";
  }

  static String mosaic(int cluster) {
    return "m/" + cluster + ".jpg";
  }

  /** The name of page {@code page} (from 1) of the page called {@code first}. */
  static String paged(String first, int page) {
    return page == 1 ? first : first.replace(".html", "-" + page + ".html");
  }
}
