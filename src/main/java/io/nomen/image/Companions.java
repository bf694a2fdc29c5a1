package io.nomen.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells files that lie beside images (captions, boxes, labels) from images, as in a WebDataset
 * shard: by their ending, and by a file of another kind with the same name before its first dot. A
 * {@code .cls} gives its label. One that stands alone is a file like any other.
 */
final class Companions {
  private Companions() {}

  /** The same files in the same order, now with what lies beside them. */
  static List<ListedFile> mark(Collection<ListedFile> files) {
    Set<String> keys = new HashSet<>();
    Map<String, String> labels = new HashMap<>();
    for (ListedFile file : files) {
      if (!TarSample.isSide(file.path())) {
        keys.add(TarSample.key(file.path()));
      } else if (TarSample.isLabel(file.path()) && file.trouble().isEmpty()) {
        labels.put(TarSample.key(file.path()), file.path());
      }
    }
    List<ListedFile> marked = new ArrayList<>(files.size());
    for (ListedFile file : files) {
      String key = TarSample.key(file.path());
      boolean companion = TarSample.isSide(file.path()) && keys.contains(key);
      String label = companion ? "" : labels.getOrDefault(key, "");
      marked.add(
          companion || !label.isEmpty()
              ? new ListedFile(
                  file.path(), file.length(), file.label(), file.trouble(), label, companion)
              : file);
    }
    return marked;
  }
}
