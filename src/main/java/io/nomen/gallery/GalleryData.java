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

  /**
   * An image that was listed and could not be embedded.
   *
   * @param status the word in the images table, for example {@code truncated}
   * @param reason one sentence
   */
  public record FailedImage(String path, String status, String reason) {}

  /**
   * Images that show the same picture.
   *
   * @param exact true where the files' pixels are equal, false where they are only nearly so
   * @param members two or more
   */
  public record DuplicateGroup(boolean exact, List<Member> members) {

    /** One of the images, and the cluster that it is in. */
    public record Member(String path, int cluster) {}

    public DuplicateGroup {
      members = List.copyOf(members);
    }
  }

  /** A chart of one or more lines over one axis, for example the loss by epoch. */
  public record Curve(String title, String xLabel, List<Series> series) {

    /** One line: {@code y[i]} at {@code x[i]}; points that are not finite are left out. */
    public record Series(String name, double[] x, double[] y) {
      public Series {
        if (x.length != y.length) {
          throw new IllegalArgumentException(
              "The series \"%s\" has %d x and %d y; give as many of one as of the other."
                  .formatted(name, x.length, y.length));
        }
      }
    }

    public Curve {
      series = List.copyOf(series);
    }
  }
}
