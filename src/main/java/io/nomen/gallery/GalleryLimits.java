package io.nomen.gallery;

/**
 * Bounds that keep pages small and a gallery quick to make, whatever the number of images. What
 * they leave out, the pages say in words.
 *
 * @param imagesPerCluster most images shown of one cluster
 * @param thumbnails most images shown of all clusters together; large clusters give way first, and
 *     none goes below {@link #MOSAIC} images; duplicates may add a few thousand
 * @param imagesPerPage images on one page of a cluster
 * @param cardsPerPage clusters on one page of the overview
 * @param rowsPerPage rows on one page of a table
 * @param mapPoints most images drawn on the map
 */
public record GalleryLimits(
    int imagesPerCluster,
    int thumbnails,
    int imagesPerPage,
    int cardsPerPage,
    int rowsPerPage,
    int mapPoints) {
  /** Images in a cluster's mosaic. */
  static final int MOSAIC = 9;

  /**
   * Measured for 100,000 images in 1,000 clusters: 24 images of each cluster, no page above 300 kB.
   */
  public static final GalleryLimits DEFAULT = new GalleryLimits(200, 24_000, 100, 120, 400, 4_000);
}
