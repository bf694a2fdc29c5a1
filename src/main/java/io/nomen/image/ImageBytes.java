package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Random access to the bytes of one image that was listed before. */
public final class ImageBytes {
  private static final String INSIDE = "!/";
  private static final int BUFFER = 1 << 16;

  private ImageBytes() {}

  /**
   * Reads one image's bytes again.
   *
   * @param path, offset, length as {@link RawImage} gave them
   * @throws NomenException when the file is no longer there or no longer that long
   */
  public static byte[] read(Storage storage, String path, long offset, long length) {
    String file = file(storage, path);
    try {
      return file.length() < path.length() && file.toLowerCase(Locale.ROOT).endsWith(".parquet")
          ? ParquetRow.read(
              storage, file, path.substring(file.length() + INSIDE.length()), offset, length)
          : readPart(storage, file, offset, length);
    } catch (IOException e) {
      throw NomenException.input(
          "Cannot read %s again: %s; was the input changed?".formatted(path, LocalWalk.reason(e)),
          e);
    }
  }

  /**
   * The whole of a file that may be an image, or why there is nothing of it.
   *
   * @param path a file's URI or absolute path
   * @throws NomenException where the store itself is in trouble
   */
  public static Content whole(Storage storage, String path, ReadOptions options) {
    try (InputStream in = ImageFile.open(storage, path, 0)) {
      byte[] bytes = ImageFile.readAll(in, BUFFER, options.maxImageBytes() + 1);
      return bytes.length > options.maxImageBytes()
          ? FileBucketReader.tooLarge(bytes.length, options)
          : new Content.Whole(bytes);
    } catch (IOException e) {
      StoreTrouble.stopUnlessOfOneFile(path, e);
      return new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e));
    }
  }

  private static byte[] readPart(Storage storage, String file, long offset, long length)
      throws IOException {
    if (Inventory.isCompressedTar(file)) {
      // There is no other way to a member than through all before it.
      try (InputStream in = new GZIPInputStream(ImageFile.open(storage, file, 0), BUFFER)) {
        in.skipNBytes(offset);
        return exactly(in, length);
      }
    }
    try (InputStream in = ImageFile.open(storage, file, offset)) {
      return exactly(in, length);
    }
  }

  private static byte[] exactly(InputStream in, long length) throws IOException {
    byte[] bytes = in.readNBytes(Math.toIntExact(length));
    if (bytes.length < length) {
      throw new IOException("it ends after %d of %d bytes".formatted(bytes.length, length));
    }
    return bytes;
  }

  /** The file that {@code path} lies in: up to the first {@code !/} where that is a file. */
  private static String file(Storage storage, String path) {
    for (int i = path.indexOf(INSIDE); i >= 0; i = path.indexOf(INSIDE, i + 1)) {
      String container = path.substring(0, i);
      if (isFile(storage, container)) {
        return container;
      }
    }
    return path;
  }

  private static boolean isFile(Storage storage, String uri) {
    if (LocalPath.isLocal(uri)) {
      return Files.isRegularFile(LocalPath.of(uri));
    }
    try {
      return storage.fileSystem(uri).getFileStatus(Storage.path(uri)).isFile();
    } catch (IOException e) {
      StoreTrouble.stopUnlessOfOneFile(uri, e);
      return false;
    }
  }
}
