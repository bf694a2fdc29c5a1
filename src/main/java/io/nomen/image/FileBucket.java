package io.nomen.image;

import java.util.List;

/**
 * Plain files, one image each.
 *
 * @param files in path order
 */
public record FileBucket(int number, List<ListedFile> files) implements Bucket {
  private static final long serialVersionUID = 1L;

  public FileBucket {
    files = List.copyOf(files);
  }
}
