package io.nomen.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a WebDataset shard that share a key: all of the name before the first dot of its
 * last part. A label may stand before or behind its image, so images wait here for the key's end.
 */
final class TarSample {
  static final int MAX_LABEL_BYTES = 4096;

  /** Beyond these the key means nothing, and waiting would only cost memory. */
  private static final int MAX_IMAGES = 64;

  private static final long MAX_BYTES = 64L << 20;

  /** What WebDatasets keep beside images; such a member is an image only if it begins like one. */
  private static final Set<String> SIDE =
      Set.of(
          "cls",
          "cls2",
          "index",
          "inx",
          "id",
          "txt",
          "text",
          "transcript",
          "caption",
          "cap",
          "json",
          "jsn",
          "jsonl",
          "csv",
          "tsv",
          "xml",
          "html",
          "md",
          "yaml",
          "yml",
          "npy",
          "npz",
          "pyd",
          "pickle",
          "pkl",
          "pt",
          "pth",
          "ten",
          "tb",
          "mp",
          "msg",
          "cbor",
          "bbox");

  private final String key;
  private final List<RawImage> images = new ArrayList<>();
  private Optional<String> label = Optional.empty();
  private long bytes;

  TarSample(String name) {
    this.key = key(name);
  }

  static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot < name.lastIndexOf('/') ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  static boolean isLabel(String name) {
    return extension(name).equals("cls");
  }

  static boolean isSide(String name) {
    return SIDE.contains(extension(name));
  }

  /** Whether a member of this name belongs here, and there is room for it. */
  boolean holds(String name) {
    return key.equals(key(name)) && images.size() < MAX_IMAGES && bytes < MAX_BYTES;
  }

  void label(byte[] text) {
    label = Optional.of(new String(text, StandardCharsets.UTF_8).strip()).filter(s -> !s.isEmpty());
  }

  void add(RawImage image) {
    images.add(image);
    bytes += image.content() instanceof Content.Whole whole ? whole.bytes().length : 0;
  }

  /** Gives the images away, now with their label: of the {@code .cls}, or of the folder. */
  void drainTo(Collection<RawImage> ready) {
    for (RawImage image : images) {
      Optional<String> own = label.or(image::label);
      ready.add(new RawImage(image.path(), own, image.offset(), image.length(), image.content()));
    }
    images.clear();
  }
}
