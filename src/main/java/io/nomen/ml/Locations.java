package io.nomen.ml;

import io.nomen.clip.ClipCheckpoint;
import io.nomen.store.Storage;
import org.apache.hadoop.fs.Path;

/** Paths as Spark takes them: without a scheme they lie in Hadoop's default file system. */
final class Locations {
  private Locations() {}

  /**
   * The whole URI of a path.
   *
   * @throws io.nomen.NomenException where it is not one
   */
  static String qualify(Storage storage, String path) {
    Path hadoop = Storage.path(path);
    return hadoop.toUri().getScheme() == null
        ? storage.fileSystem(path).makeQualified(hadoop).toString()
        : hadoop.toString();
  }

  static ClipCheckpoint checkpoint(Storage storage, String model) {
    return ClipCheckpoint.open(storage, model.equals("tiny") ? model : qualify(storage, model));
  }
}
