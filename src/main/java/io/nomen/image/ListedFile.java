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
 */
public record ListedFile(String path, long length, String label, String trouble)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The last part of its path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
