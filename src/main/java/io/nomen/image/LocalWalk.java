package io.nomen.image;

import io.nomen.image.RawImage.Label;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Lists local files, all of them: hidden and empty ones, and, with the reason, what cannot be read.
 * Links are followed; pipes and devices are not opened.
 */
final class LocalWalk {
  private final String root;
  private final BiConsumer<String, ListedFile> found;

  /**
   * Lists into {@code found}, with the path relative to {@code root}.
   *
   * @param root URI of the input's folder; files right in it have no label
   */
  LocalWalk(String root, BiConsumer<String, ListedFile> found) {
    this.root = root;
    this.found = found;
  }

  /** Lists {@code path}: a file, or a folder with all that it holds. */
  void walk(Path path) {
    walk(path, List.of());
  }

  /**
   * Lists what is at a path.
   *
   * @param above the folders on the way here, by the file system's own keys
   */
  private void walk(Path path, List<Object> above) {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      boolean link = Files.isSymbolicLink(path);
      report(path, 0, 0, link ? "a link that leads nowhere" : reason(e));
      return;
    }
    if (attributes.isRegularFile()) {
      report(path, attributes.size(), attributes.lastModifiedTime().toMillis(), "");
    } else if (!attributes.isDirectory()) {
      report(path, 0, 0, "neither a file nor a folder, but a pipe, socket or device");
    } else if (above.contains(attributes.fileKey())) {
      report(path, 0, 0, "a link to a folder that it lies in");
    } else {
      folder(path, above, attributes);
    }
  }

  private void folder(Path path, List<Object> above, BasicFileAttributes attributes) {
    List<Object> here = new ArrayList<>(above);
    here.add(attributes.fileKey());
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
      stream.forEach(children::add);
    } catch (IOException | DirectoryIteratorException e) {
      report(path, 0, 0, "a folder that cannot be listed: " + reason(e));
    }
    children.forEach(child -> walk(child, here));
  }

  private void report(Path path, long length, long modified, String trouble) {
    String uri = LocalPath.uri(path);
    found.accept(
        relative(root, uri),
        new ListedFile(uri, length, modified, Label.ofFolder(root, uri).orElse(""), trouble));
  }

  /** The part of {@code uri} below {@code root}; empty for the root itself. */
  static String relative(String root, String uri) {
    int start = root.endsWith("/") ? root.length() : root.length() + 1;
    return uri.startsWith(root) && uri.length() >= start ? uri.substring(start) : "";
  }

  static String reason(Exception e) {
    return e.getClass().getSimpleName()
        + Optional.ofNullable(e.getMessage()).map(m -> ": " + m).orElse("");
  }

  /** Whether there is something at {@code path}, be it a link that leads nowhere. */
  static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
