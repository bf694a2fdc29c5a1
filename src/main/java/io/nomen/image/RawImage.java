package io.nomen.image;

import java.util.Optional;
import java.util.Set;

/**
 * One listed image as it lies in its file: exactly one for every row of the table of images.
 *
 * @param path what names the image for ever: the file's URI as text, or {@code URI!/name} for a
 *     member of a tar shard or a row of a Parquet file
 * @param label what the input says about its class; kept for evaluation and seen by nothing else
 * @param offset where its bytes begin in the file, or its row in a Parquet file
 * @param length how many bytes it has, as far as is known
 * @param content the bytes, or why there are none
 */
public record RawImage(
    String path, Optional<String> label, long offset, long length, Content content) {

  /** The same without its bytes, which nobody needs once they are decoded. */
  public RawImage withoutBytes() {
    return new RawImage(path, label, offset, length, new Content.Whole(new byte[0]));
  }

  /**
   * {@code path}, or with {@code #2}, {@code #3}, … behind it what no image before it is called.
   */
  static String unique(String path, Set<String> seen) {
    String name = path;
    for (int times = 2; !seen.add(name); times++) {
      name = path + "#" + times;
    }
    return name;
  }

  /** What reading one listed image gave: its bytes, or why there are none. */
  public sealed interface Content permits Content.Whole, Content.Missing {

    /**
     * The bytes.
     *
     * @param bytes the whole file or member, as stored
     */
    record Whole(byte[] bytes) implements Content {}

    /**
     * No bytes.
     *
     * @param status anything but {@link ImageStatus#OK}
     * @param reason one clause for the table of images
     */
    record Missing(ImageStatus status, String reason) implements Content {}
  }

  /** Labels that inputs carry. They are kept for evaluation; nothing else reads them. */
  static final class Label {
    private Label() {}

    /** The name of the folder that holds {@code uri}, unless that is {@code root} itself. */
    static Optional<String> ofFolder(String root, String uri) {
      int end = uri.lastIndexOf('/');
      String inside = root.endsWith("/") ? root : root + "/";
      if (!uri.startsWith(inside) || end < inside.length()) {
        return Optional.empty();
      }
      return Optional.of(uri.substring(uri.lastIndexOf('/', end - 1) + 1, end));
    }

    /** The folder that a member's name in a shard names, if it does. */
    static Optional<String> ofMember(String name) {
      int end = name.lastIndexOf('/');
      String folder = end < 0 ? "" : name.substring(name.lastIndexOf('/', end - 1) + 1, end);
      return Optional.of(folder).filter(text -> !text.matches("[.]{0,2}"));
    }
  }
}
