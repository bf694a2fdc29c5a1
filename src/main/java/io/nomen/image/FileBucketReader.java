package io.nomen.image;

import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads plain files, one after the other. One that begins like a tar is read as the shard that it
 * is, whatever its name.
 */
final class FileBucketReader implements CloseableIterator<RawImage> {
  private final Iterator<ListedFile> files;
  private final Storage storage;
  private final ReadOptions options;
  private final LeftOut leftOut;
  private final FilesAhead ahead;
  private final Deque<RawImage> ready = new ArrayDeque<>();
  private Optional<TarBucketReader> shard = Optional.empty();

  FileBucketReader(FileBucket bucket, Storage storage, ReadOptions options, LeftOut leftOut) {
    this.files = bucket.files().iterator();
    this.storage = storage;
    this.options = options;
    this.leftOut = leftOut;
    this.ahead = new FilesAhead(bucket.files(), storage, options);
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty()) {
      if (shard.isPresent() && shard.get().hasNext()) {
        ready.add(shard.get().next());
        continue;
      }
      closeShard();
      if (!files.hasNext()) {
        return false;
      }
      take(files.next());
    }
    return true;
  }

  @Override
  public RawImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more files in this bucket");
    }
    return ready.remove();
  }

  private void take(ListedFile file) {
    RawImage image = ahead.read(file);
    if (file.trouble().isEmpty() && file.length() > options.maxImageBytes() && isTar(file)) {
      open(file);
      return;
    }
    byte[] start =
        image.content() instanceof Content.Whole whole
            ? Arrays.copyOf(whole.bytes(), Math.min(TarHeader.BLOCK, whole.bytes().length))
            : new byte[0];
    if (TarHeader.begins(start)) {
      open(file);
    } else if (file.side().isEmpty() || ImageFormat.of(start).isPresent()) {
      ready.add(image);
    } else {
      leftOut.add(file.side());
    }
  }

  private void open(ListedFile file) {
    shard =
        Optional.of(
            new TarBucketReader(
                new TarBucket(0, file.path(), file.length()), storage, options, leftOut));
  }

  private boolean isTar(ListedFile file) {
    try (InputStream in = ImageFile.open(storage, file.path(), 0)) {
      return TarHeader.begins(in.readNBytes(TarHeader.BLOCK));
    } catch (IOException e) {
      // Its row will say so.
      return false;
    }
  }

  /** One file, whatever it is. */
  static RawImage read(ListedFile file, Storage storage, ReadOptions options) {
    Content content = content(file, storage, options);
    long length = content instanceof Content.Whole whole ? whole.bytes().length : file.length();
    return new RawImage(file.path(), label(file, storage), 0, length, content);
  }

  private static Optional<String> label(ListedFile file, Storage storage) {
    Optional<String> folder = Optional.of(file.label()).filter(text -> !text.isEmpty());
    if (file.labelFile().isEmpty()) {
      return folder;
    }
    try (InputStream in = ImageFile.open(storage, file.labelFile(), 0)) {
      String text =
          new String(in.readNBytes(SideFiles.MAX_LABEL_BYTES), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? folder : Optional.of(text);
    } catch (IOException e) {
      StoreTrouble.stopUnlessOfOneFile(file.labelFile(), e);
      // A label is for scores alone: the image is not worse for the lack of it.
      return folder;
    }
  }

  private static Content content(ListedFile file, Storage storage, ReadOptions options) {
    if (!file.trouble().isEmpty()) {
      return new Content.Missing(ImageStatus.UNREADABLE, file.trouble());
    }
    if (file.length() > options.maxImageBytes() && file.side().isEmpty()) {
      return tooLarge(file.length(), options);
    }
    try (InputStream in = ImageFile.open(storage, file.path(), 0)) {
      byte[] start = new byte[0];
      if (!file.side().isEmpty()) {
        start = in.readNBytes(TarHeader.BLOCK);
        if (ImageFormat.of(start).isEmpty()) {
          // A video may be long, and nobody will look further than this.
          return new Content.Whole(start);
        }
      }
      byte[] rest =
          ImageFile.readAll(
              in, file.length() - start.length, options.maxImageBytes() + 1 - start.length);
      byte[] bytes = start.length == 0 ? rest : Bytes.concat(start, rest);
      return bytes.length > options.maxImageBytes()
          ? tooLarge(bytes.length, options)
          : new Content.Whole(bytes);
    } catch (IOException e) {
      StoreTrouble.stopUnlessOfOneFile(file.path(), e);
      return new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e));
    }
  }

  static Content tooLarge(long length, ReadOptions options) {
    return new Content.Missing(
        ImageStatus.TOO_LARGE,
        "it has %d bytes; the limit is %d".formatted(length, options.maxImageBytes()));
  }

  private void closeShard() {
    shard.ifPresent(TarBucketReader::close);
    shard = Optional.empty();
  }

  @Override
  public void close() {
    ahead.close();
    // Every plain file is closed as soon as it is read.
    closeShard();
  }
}
