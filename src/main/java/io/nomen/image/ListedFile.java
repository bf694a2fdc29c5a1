package io.nomen.image;

import java.io.Serializable;

/**
 * A file as it was listed. Travels to executors, which {@code Optional} cannot: empty text stands
 * for nothing.
 *
 * @param path URI as text
 * @param length bytes when it was listed
 * @param modified when it was written last, in milliseconds since 1970, as the store tells it: the
 *     same name and length may hold other images than before
 * @param label name of the folder that holds it, or empty at an input's top level
 * @param trouble why it cannot be read, or empty
 * @param labelFile URI of the {@code .cls} beside it, whose text is its label, or empty
 * @param side what its name says that it is instead of an image ({@code a.json}, {@code a.mov}), or
 *     empty: with it, it has a row only if it begins like an image
 */
public record ListedFile(
    String path,
    long length,
    long modified,
    String label,
    String trouble,
    String labelFile,
    String side)
    implements Serializable {
  private static final long serialVersionUID = 3L;

  /** A file of which nothing more is known. */
  public ListedFile(String path, long length, long modified, String label, String trouble) {
    this(path, length, modified, label, trouble, "", "");
  }

  /** The last part of its path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
