package io.nomen.image;

import io.nomen.RootLocale;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
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
  private final LeftOut leftOut;
  private final Deque<RawImage> ready = new ArrayDeque<>();
  private final Set<String> seen = new HashSet<>();

  private TarSample sample = new TarSample("");
  private InputStream in = InputStream.nullInputStream();
  private TarReader tar = new TarReader(in);
  private boolean opened;
  private boolean ended;

  TarBucketReader(TarBucket bucket, Storage storage, ReadOptions options, LeftOut leftOut) {
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
    } else if (start.length == 0 || ImageFormat.of(start).isPresent()) {
      ListedFile file = new ListedFile(shard, shardLength, 0, "", "");
      ready.add(FileBucketReader.read(file, storage, options));
      ended = true;
    } else {
      tar = new TarReader(in);
    }
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
}
