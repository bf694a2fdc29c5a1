package io.nomen.image;

import io.nomen.RootLocale;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Reads the images of one WebDataset shard in a single pass, in the shard's order. */
final class TarBucketReader implements CloseableIterator<RawImage> {
  private static final int BUFFER = 1 << 16;

  private final String shard;
  private final long shardLength;
  private final Storage storage;
  private final ReadOptions options;
  private final Deque<RawImage> ready = new ArrayDeque<>();
  private final Map<String, Integer> seen = new HashMap<>();

  private TarSample sample = new TarSample("");
  private InputStream in = InputStream.nullInputStream();
  private TarReader tar = new TarReader(in);
  private boolean opened;
  private boolean ended;

  TarBucketReader(TarBucket bucket, Storage storage, ReadOptions options) {
    this.shard = bucket.path();
    this.shardLength = bucket.length();
    this.storage = storage;
    this.options = options;
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
      StoreTrouble.stopUnlessOfOneFile(shard, e);
      sample.drainTo(ready);
      ready.add(whole(new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e))));
      ended = true;
    }
  }

  /** A file that only calls itself a shard is read as the one image that it may be. */
  private void open() throws IOException {
    opened = true;
    in = new BufferedInputStream(ImageFile.open(storage, shard, 0), BUFFER);
    in.mark(TarHeader.BLOCK);
    byte[] start = in.readNBytes(TarHeader.BLOCK);
    in.reset();
    boolean gzip = start.length > 1 && start[0] == 0x1f && start[1] == (byte) 0x8b;
    if (gzip) {
      ready.add(
          whole(
              new Content.Missing(
                  ImageStatus.UNSUPPORTED, "a compressed archive; unpack it to a plain .tar")));
      ended = true;
    } else if (start.length == 0 || ImageFormat.of(start).isPresent()) {
      ListedFile file = new ListedFile(shard, shardLength, "", "");
      ready.add(FileBucketReader.read(file, storage, options));
      ended = true;
    } else {
      tar = new TarReader(in);
    }
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
    if (!sample.holds(member.name())) {
      sample.drainTo(ready);
      sample = new TarSample(member.name());
    }
    if (TarSample.isLabel(member.name())) {
      sample.label(tar.read(TarSample.MAX_LABEL_BYTES));
      return;
    }
    byte[] start = tar.read(TarHeader.BLOCK);
    if (TarSample.isSide(member.name()) && ImageFormat.of(start).isEmpty()) {
      return;
    }
    Content content = content(member, start);
    sample.add(
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
    byte[] bytes = Arrays.copyOf(start, start.length + rest.length);
    System.arraycopy(rest, 0, bytes, start.length, rest.length);
    return new Content.Whole(bytes);
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
    String path = shard + "!/" + name;
    int times = seen.merge(path, 1, Integer::sum);
    return times == 1 ? path : path + "#" + times;
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
}
