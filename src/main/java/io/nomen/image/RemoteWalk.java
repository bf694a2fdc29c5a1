package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.image.RawImage.Label;
import io.nomen.store.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Lists files of any Hadoop file system, in one flat listing where it has one. */
final class RemoteWalk {
  private RemoteWalk() {}

  /** Lists a file, a folder with all that it holds, or what matches a glob. */
  static void walk(FileSystem fileSystem, String uri, BiConsumer<String, ListedFile> found)
      throws IOException {
    Path path = Storage.path(uri);
    try {
      walk(fileSystem, fileSystem.getFileStatus(path), path.toString(), found);
      return;
    } catch (FileNotFoundException e) {
      // Not a name as it stands; perhaps a pattern.
    }
    if (Glob.isPattern(uri) && Glob.isDeep(uri)) {
      deep(fileSystem, path.toString(), found);
      return;
    }
    FileStatus[] matches = Glob.isPattern(uri) ? fileSystem.globStatus(path) : null;
    if (matches == null || matches.length == 0) {
      throw NomenException.input(
          "There is nothing at %s; give a folder, a file, a glob in quotes or a URI."
              .formatted(uri));
    }
    for (FileStatus match : matches) {
      walk(fileSystem, match, Glob.folder(path.toString()), found);
    }
  }

  private static void deep(
      FileSystem fileSystem, String pattern, BiConsumer<String, ListedFile> found)
      throws IOException {
    String root = Glob.folder(pattern);
    String below = LocalWalk.relative(root, pattern);
    int[] matches = {0};
    try {
      walk(
          fileSystem,
          fileSystem.getFileStatus(new Path(root)),
          root,
          (relative, file) -> {
            if (Glob.reaches(below, relative)) {
              matches[0]++;
              found.accept(relative, file);
            }
          });
    } catch (FileNotFoundException e) {
      // No folder, so no match.
    }
    if (matches[0] == 0) {
      throw NomenException.input("There is nothing at %s.".formatted(pattern));
    }
  }

  private static void walk(
      FileSystem fileSystem, FileStatus status, String root, BiConsumer<String, ListedFile> found)
      throws IOException {
    if (!status.isDirectory()) {
      report(status, root, found);
      return;
    }
    RemoteIterator<LocatedFileStatus> inside = fileSystem.listFiles(status.getPath(), true);
    while (inside.hasNext()) {
      report(inside.next(), root, found);
    }
  }

  private static void report(FileStatus status, String root, BiConsumer<String, ListedFile> found) {
    String path = status.getPath().toString();
    found.accept(
        LocalWalk.relative(root, path),
        new ListedFile(
            path,
            status.getLen(),
            status.getModificationTime(),
            Label.ofFolder(root, path).orElse(""),
            ""));
  }
}
