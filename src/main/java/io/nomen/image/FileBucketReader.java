package io.nomen.image;

import io.nomen.store.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;

/** Reads plain files, one after the other. */
final class FileBucketReader implements CloseableIterator<RawImage> {
  private final Iterator<ListedFile> files;
  private final Storage storage;
  private final ReadOptions options;

  FileBucketReader(FileBucket bucket, Storage storage, ReadOptions options) {
    this.files = bucket.files().iterator();
    this.storage = storage;
    this.options = options;
  }

  @Override
  public boolean hasNext() {
    return files.hasNext();
  }

  @Override
  public RawImage next() {
    return read(files.next(), storage, options);
  }

  /** One file, whatever it is. */
  static RawImage read(ListedFile file, Storage storage, ReadOptions options) {
    Content content = content(file, storage, options);
    long length = content instanceof Content.Whole whole ? whole.bytes().length : file.length();
    Optional<String> label = Optional.of(file.label()).filter(text -> !text.isEmpty());
    return new RawImage(file.path(), label, 0, length, content);
  }

  private static Content content(ListedFile file, Storage storage, ReadOptions options) {
    if (!file.trouble().isEmpty()) {
      return new Content.Missing(ImageStatus.UNREADABLE, file.trouble());
    }
    if (file.length() > options.maxImageBytes()) {
      return tooLarge(file.length(), options);
    }
    try (InputStream in = ImageFile.open(storage, file.path(), 0)) {
      byte[] bytes = ImageFile.readAll(in, file.length(), options.maxImageBytes() + 1);
      return bytes.length > options.maxImageBytes()
          ? tooLarge(bytes.length, options)
          : new Content.Whole(bytes);
    } catch (IOException e) {
      return new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e));
    }
  }

  static Content tooLarge(long length, ReadOptions options) {
    return new Content.Missing(
        ImageStatus.TOO_LARGE,
        "it has %d bytes; the limit is %d".formatted(length, options.maxImageBytes()));
  }

  @Override
  public void close() {
    // Every file is closed as soon as it is read.
  }
}
