package io.nomen.image;

import io.nomen.RootLocale;
import io.nomen.image.Bucket.TarBucket;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.BucketReader.SkippedCounts;
import io.nomen.image.RawImage.Content;
import io.nomen.image.RawImage.Label;
import io.nomen.image.TarReader.TarMember;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** Reads the images of one WebDataset shard in a single pass, in the shard's order. */
final class TarBucketReader implements CloseableIterator<RawImage> {
  private static final int BUFFER = 1 << 16;

  private final String shard;
  private final long shardLength;
  private final Storage storage;
  private final ReadOptions options;
  private final SkippedCounts leftOut;
  private final Deque<RawImage> ready = new ArrayDeque<>();
  private final Set<String> seen = new HashSet<>();

  private TarSample sample = new TarSample("");
  private InputStream in = InputStream.nullInputStream();
  private TarReader tar = new TarReader(in);
  private boolean opened;
  private boolean ended;

  TarBucketReader(TarBucket bucket, Storage storage, ReadOptions options, SkippedCounts leftOut) {
    this.shard = bucket.path();
    this.shardLength = bucket.length();
    this.storage = storage;
    this.options = options;
    this.leftOut = leftOut;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !ended) {
      advance();
    }
    return !ready.isEmpty();
  }

  @Override
  public RawImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more images in " + shard);
    }
    return ready.remove();
  }

  private void advance() {
    try {
      if (!opened) {
        open();
        return;
      }
      Optional<TarMember> member = tar.next();
      if (member.isEmpty()) {
        sample.drainTo(ready);
        ended = true;
      } else {
        take(member.get());
      }
    } catch (IOException e) {
      StorageFailure.stopUnlessOfOneFile(shard, e);
      sample.drainTo(ready);
      ready.add(whole(new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e))));
      ended = true;
    }
  }

  /** A file that only calls itself a shard is read as the one image that it may be. */
  private void open() throws IOException {
    opened = true;
    in = new BufferedInputStream(ImageFile.open(storage, shard, 0), BUFFER);
    byte[] start = peek();
    boolean compressed = ImageFile.isGzip(start);
    if (compressed) {
      in = new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER);
      start = peek();
    }
    if (compressed && !TarHeader.begins(start)) {
      ready.add(
          whole(
              new Content.Missing(
                  ImageStatus.UNSUPPORTED, "compressed by gzip, and what is in it is no tar")));
      ended = true;
    } else if (start.length == 0 || (!isTar(start) && ImageFormat.of(start).isPresent())) {
      ListedFile file = new ListedFile(shard, shardLength, 0, "", "");
      ready.add(FileBucketReader.read(file, storage, options));
      ended = true;
    } else {
      tar = new TarReader(in);
    }
  }

  /** A member's name may begin as images do: {@code BMW/}. */
  private static boolean isTar(byte[] start) {
    return start.length == TarHeader.BLOCK && TarHeader.parse(start).isPresent();
  }

  private byte[] peek() throws IOException {
    in.mark(TarHeader.BLOCK);
    byte[] start = in.readNBytes(TarHeader.BLOCK);
    in.reset();
    return start;
  }

  /** A row for the shard as such. */
  private RawImage whole(Content content) {
    return new RawImage(shard, Optional.empty(), 0, shardLength, content);
  }

  private void take(TarMember member) throws IOException {
    if (member.kind() == TarMember.Kind.DAMAGE) {
      sample.drainTo(ready);
      ready.add(damage(member));
      return;
    }
    if (member.kind() == TarMember.Kind.OTHER) {
      return;
    }
    if (SideFiles.inSystemFolder(member.name())) {
      leftOut.add(SideFiles.FOLDERS);
      return;
    }
    if (!sample.holds(member.name())) {
      sample = sample.next(member.name(), ready);
    }
    if (SideFiles.isLabel(member.name())) {
      sample.label(member.name(), tar.read(SideFiles.MAX_LABEL_BYTES));
      return;
    }
    byte[] start = tar.read(TarHeader.BLOCK);
    Optional<String> side = SideFiles.kind(member.name());
    if (side.isPresent() && ImageFormat.of(start).isEmpty()) {
      leftOut.add(side.get());
      return;
    }
    Content content = content(member, start);
    sample.add(
        member.name(),
        new RawImage(
            path(member.name()),
            Label.ofMember(member.name()),
            member.offset(),
            member.length(),
            content));
  }

  private Content content(TarMember member, byte[] start) throws IOException {
    if (member.kind() == TarMember.Kind.LINK) {
      return new Content.Missing(ImageStatus.UNREADABLE, "a link in its shard, not followed");
    }
    if (member.kind() == TarMember.Kind.SPARSE) {
      return new Content.Missing(ImageStatus.UNSUPPORTED, "stored with holes in its shard");
    }
    if (member.length() > options.maxImageBytes()) {
      return FileBucketReader.tooLarge(member.length(), options);
    }
    byte[] rest = tar.read((int) member.length() - start.length);
    if (start.length + rest.length < member.length()) {
      return new Content.Missing(ImageStatus.TRUNCATED, "its shard ends within it");
    }
    return new Content.Whole(Bytes.concat(start, rest));
  }

  private RawImage damage(TarMember gap) {
    String reason =
        RootLocale.format(
            "no tar header at byte %d of its shard; %d bytes passed over",
            gap.offset(), gap.length());
    return new RawImage(
        path("@" + gap.offset()),
        Optional.empty(),
        gap.offset(),
        gap.length(),
        new Content.Missing(ImageStatus.CORRUPT, reason));
  }

  /** A tar may hold a name twice; rows may not. */
  private String path(String name) {
    return RawImage.unique(shard + "!/" + name, seen);
  }

  @Override
  public void close() {
    ended = true;
    ready.clear();
    try {
      in.close();
    } catch (IOException e) {
      // Nothing was written, so nothing is lost by it.
    }
  }

  /**
   * The members of a WebDataset shard that share a key: all of the name before the first dot of its
   * last part. A label may stand before or behind its image, so images wait here for the key's end.
   * Where names have more dots, a label belongs to the image with which it shares most of its name.
   */
  static final class TarSample {
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
     * Gives the images away and begins the sample of member {@code name}. What shares its whole
     * name but the ending goes with it: a label or an image of it may be what comes.
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
}
