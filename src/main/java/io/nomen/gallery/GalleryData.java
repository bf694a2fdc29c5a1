package io.nomen.gallery;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the gallery of one run shows.
 *
 * @param facts what the run was
 * @param clusters every cluster, in any order
 * @param images by cluster number; all images of the cluster or a sample of them, in any order. A
 *     cluster's size is its card's, not the length of this list
 * @param failed every image that could not be used
 * @param duplicates groups of equal or nearly equal images
 * @param outliers images that are far from everything else, furthest first; a hundred or so
 * @param mapLayout how the images' positions were found, in a few words; without it there is no map
 */
public record GalleryData(
    RunFacts facts,
    List<ClusterCard> clusters,
    Map<Integer, List<ImageEntry>> images,
    List<FailedImage> failed,
    List<DuplicateGroup> duplicates,
    List<ImageEntry> outliers,
    Optional<String> mapLayout) {
  public GalleryData {
    clusters = List.copyOf(clusters);
    failed = List.copyOf(failed);
    duplicates = List.copyOf(duplicates);
    outliers = List.copyOf(outliers);
  }

  List<ImageEntry> imagesOf(ClusterCard card) {
    return images.getOrDefault(card.number(), List.of());
  }
}
