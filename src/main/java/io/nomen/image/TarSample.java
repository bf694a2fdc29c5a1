package io.nomen.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The members of a WebDataset shard that share a key: all of the name before the first dot of its
 * last part. A label may stand before or behind its image, so images wait here for the key's end.
 * Where names have more dots, a label belongs to the image with which it shares most of its name.
 */
final class TarSample {
  /** Beyond these the key means nothing, and waiting would only cost memory. */
  private static final int MAX_IMAGES = 64;

  private static final long MAX_BYTES = 64L << 20;

  private record Member(String name, RawImage image) {}

  private final String key;
  private final List<Member> images = new ArrayList<>();
  private final Map<String, String> labels = new HashMap<>();
  private long bytes;

  TarSample(String name) {
    this.key = key(name);
  }

  private static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Whether a member of this name belongs here, and there is room for it. */
  boolean holds(String name) {
    return key.equals(key(name)) && images.size() < MAX_IMAGES && bytes < MAX_BYTES;
  }

  void label(String name, byte[] text) {
    String label = new String(text, StandardCharsets.UTF_8).strip();
    if (!label.isEmpty()) {
      labels.put(SideFiles.withoutExtension(name), label);
    }
  }

  void add(String name, RawImage image) {
    images.add(new Member(name, image));
    bytes += image.content() instanceof Content.Whole whole ? whole.bytes().length : 0;
  }

  /** Gives the images away, now with their label: of the {@code .cls}, or of the folder. */
  void drainTo(Collection<RawImage> ready) {
    images.forEach(member -> ready.add(labelled(member)));
    images.clear();
  }

  private RawImage labelled(Member member) {
    RawImage image = member.image();
    Optional<String> label = SideFiles.ofLongestName(labels, member.name()).or(image::label);
    return new RawImage(image.path(), label, image.offset(), image.length(), image.content());
  }

  /**
   * Gives the images away and begins the sample of member {@code name}. What shares its whole name
   * but the ending goes with it: a label or an image of it may be what comes.
   */
  TarSample next(String name, Collection<RawImage> ready) {
    TarSample next = new TarSample(name);
    String whole = SideFiles.withoutExtension(name);
    for (Member member : images) {
      if (SideFiles.withoutExtension(member.name()).equals(whole)) {
        next.add(member.name(), member.image());
      } else {
        ready.add(labelled(member));
      }
    }
    if (labels.containsKey(whole)) {
      next.labels.put(whole, labels.get(whole));
    }
    return next;
  }
}
