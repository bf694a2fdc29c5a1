package io.nomen.gallery;

import java.util.Optional;

/** Where the gallery gets its small pictures. Asked from several threads at once. */
@FunctionalInterface
public interface ThumbnailSource {
  /**
   * The thumbnail of an image: a JPEG that {@link Thumbnail} made, or nothing where there is none
   * (the page then shows the file's name in its place).
   */
  Optional<byte[]> jpeg(String path);
}
