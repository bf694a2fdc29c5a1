package io.nomen.image;

import java.util.Optional;

/** Labels that inputs carry. They are kept for evaluation; nothing else reads them. */
final class Label {
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
