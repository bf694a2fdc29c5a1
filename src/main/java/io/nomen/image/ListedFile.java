package io.nomen.image;

import java.io.Serializable;

/**
 * A file as it was listed. Travels to executors, which {@code Optional} cannot: empty text stands
 * for nothing.
 *
 * @param path URI as text
 * @param length bytes when it was listed
 * @param label name of the folder that holds it, or empty at an input's top level
 * @param trouble why it cannot be read, or empty
 * @param labelFile URI of the {@code .cls} beside it, whose text is its label, or empty
 * @param side what its name says that it is instead of an image ({@code a.json}, {@code a.mov}), or
 *     empty: with it, it has a row only if it begins like an image
 */
public record ListedFile(
    String path, long length, String label, String trouble, String labelFile, String side)
    implements Serializable {
  private static final long serialVersionUID = 2L;

  /** A file of which nothing more is known. */
  public ListedFile(String path, long length, String label, String trouble) {
    this(path, length, label, trouble, "", "");
  }

  /** The last part of its path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
