package io.nomen.encode;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.encode.EncodeTask.BucketManifest;
import io.nomen.encode.EncodeTask.BucketManifest.BadImage;
import io.nomen.run.RunRecord.Counts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Decides whether there are too many bad images to go on, and says what is wrong with them. */
public final class BadImages {
  private BadImages() {}

  /** A few of each status, over all buckets. */
  static List<BadImage> examples(Collection<BucketManifest> manifests) {
    Map<String, Integer> taken = new LinkedHashMap<>();
    List<BadImage> examples = new ArrayList<>();
    for (BucketManifest manifest : manifests) {
      for (BadImage image : manifest.bad()) {
        if (taken.merge(image.status(), 1, Integer::sum) <= BucketManifest.EXAMPLES) {
          examples.add(image);
        }
      }
    }
    return examples;
  }

  /**
   * Ends a job that has too many of them.
   *
   * @param examples some of them
   * @throws NomenException of kind {@code TOO_MANY_BAD} when the share of bad ones is above {@code
   *     largest}; it says how many have each status, and why
   */
  public static void check(Counts counts, List<BadImage> examples, double largest) {
    if (counts.bad() <= largest * counts.listed()) {
      return;
    }
    List<String> kinds = new ArrayList<>();
    counts
        .statuses()
        .forEach(
            (status, images) -> {
              if (!status.equals("ok")) {
                kinds.add(kind(status, images, examples));
              }
            });
    Map<String, Serializable> details = new LinkedHashMap<>();
    details.put("statuses", new TreeMap<>(counts.statuses()));
    details.put("bad", new ArrayList<>(examples));
    throw new NomenException(
            NomenException.Kind.TOO_MANY_BAD,
            RootLocale.format(
                "%,d of %,d images cannot be used (%.1f %%; --max-bad-fraction allows %.1f %%):"
                    + " %s.",
                counts.bad(),
                counts.listed(),
                100.0 * counts.bad() / counts.listed(),
                100 * largest,
                String.join("; ", kinds)))
        .withDetails(details);
  }

  /** {@code 3 unsupported (a picture of the format heif, …): a.heic, b.heic, c.heic}. */
  private static String kind(String status, long images, List<BadImage> examples) {
    List<BadImage> here = examples.stream().filter(bad -> bad.status().equals(status)).toList();
    String count = RootLocale.format("%,d %s", images, status);
    if (here.isEmpty()) {
      return count;
    }
    List<String> paths =
        here.stream().map(BadImage::path).map(path -> path.replaceFirst(".*/", "")).toList();
    String more = images > paths.size() ? ", …" : "";
    return "%s (%s): %s%s".formatted(count, here.get(0).reason(), String.join(", ", paths), more);
  }
}
