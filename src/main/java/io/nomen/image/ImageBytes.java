package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Access to the bytes of images that were listed before, in any order. Of the images in a Parquet
 * file only those that come in the order of its rows share the reading of a row group.
 */
public final class ImageBytes implements Closeable {
  private static final String INSIDE = "!/";
  private static final int BUFFER = 1 << 16;

  private final Storage storage;
  private Optional<ParquetRows> open = Optional.empty();
  private String lastShard = "";
  private boolean lastShardIsGzip;

  public ImageBytes(Storage storage) {
    this.storage = storage;
  }

  /** The bytes of one image alone, as {@link #read(String, long, long)} gives them. */
  public static byte[] read(Storage storage, String path, long offset, long length) {
    try (ImageBytes images = new ImageBytes(storage)) {
      return images.read(path, offset, length);
    }
  }

  /**
   * Reads one image's bytes again.
   *
   * @param path, offset, length as {@link RawImage} gave them
   * @throws NomenException when the file is no longer there or no longer that long
   */
  public byte[] read(String path, long offset, long length) {
    String file = file(storage, path);
    try {
      if (file.length() == path.length()) {
        return readPart(storage, file, offset, length);
      }
      if (!file.toLowerCase(Locale.ROOT).endsWith(".parquet")) {
        return readMember(file, offset, length);
      }
      if (open.filter(rows -> rows.path.equals(file) && rows.canReach(offset)).isEmpty()) {
        close();
        open = Optional.of(new ParquetRows(storage, file));
      }
      return open.get().read(path.substring(file.length() + INSIDE.length()), offset, length);
    } catch (IOException e) {
      close();
      throw NomenException.input(
          "Cannot read %s again: %s; was the input changed?".formatted(path, LocalWalk.reason(e)),
          e);
    }
  }

  @Override
  public void close() {
    open.ifPresent(ParquetRows::close);
    open = Optional.empty();
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
      StorageFailure.stopUnlessOfOneFile(path, e);
      return new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e));
    }
  }

  /** By its bytes, as it was listed, and not by its name a shard is compressed or not. */
  private byte[] readMember(String shard, long offset, long length) throws IOException {
    if (!shard.equals(lastShard)) {
      try (InputStream in = ImageFile.open(storage, shard, 0)) {
        lastShardIsGzip = ImageFile.isGzip(in.readNBytes(2));
      }
      lastShard = shard;
    }
    if (!lastShardIsGzip) {
      return readPart(storage, shard, offset, length);
    }
    // There is no other way to a member than through all before it.
    try (InputStream in = new GZIPInputStream(ImageFile.open(storage, shard, 0), BUFFER)) {
      in.skipNBytes(offset);
      return exactly(in, length);
    }
  }

  private static byte[] readPart(Storage storage, String file, long offset, long length)
      throws IOException {
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
      StorageFailure.stopUnlessOfOneFile(uri, e);
      return false;
    }
  }

  /** The images in the rows of a Parquet file, one row after the other. */
  private static final class ParquetRows implements Closeable {
    private final String path;
    private final ParquetFileReader reader;
    private final MessageType binaries;

    /** How many row groups are behind, or open. */
    private int groups;

    /** The first row behind them. */
    private long end;

    /** The row that {@link #records} gives next, and the record of the one before. */
    private long next;

    private RecordReader<Group> records;
    private Group last;

    ParquetRows(Storage storage, String path) throws IOException {
      this.path = path;
      this.reader = ParquetImages.open(storage, path);
      MessageType all = reader.getFooter().getFileMetaData().getSchema();
      this.binaries =
          new MessageType(
              all.getName(), all.getFields().stream().filter(ParquetRows::hasBinary).toList());
      reader.setRequestedSchema(binaries);
    }

    /** Whether {@code row} is not behind. */
    boolean canReach(long row) {
      return row >= next || (row == next - 1 && last != null);
    }

    /**
     * The image of a row. Its column is not asked for: it is the binary value that has {@code
     * length} bytes there and begins like an image, or has at least that length.
     *
     * @param name what the image is called in its file; of a list it ends with its place
     */
    byte[] read(String name, long row, long length) throws IOException {
      List<byte[]> fitting = new ArrayList<>();
      Group record = record(row);
      for (int field = 0; field < binaries.getFieldCount(); field++) {
        List<byte[]> values = new ArrayList<>();
        collect(record, field, values);
        for (int i = 0; i < values.size(); i++) {
          boolean here = name.endsWith("[" + i + "]");
          if (values.get(i).length == length) {
            fitting.add(here ? 0 : fitting.size(), values.get(i));
          }
        }
      }
      return fitting.stream()
          .filter(bytes -> ImageFormat.of(bytes).isPresent())
          .findFirst()
          .or(() -> fitting.stream().findFirst())
          .orElseThrow(
              () ->
                  new IOException("row %d has no binary value of %d bytes".formatted(row, length)));
    }

    private Group record(long row) throws IOException {
      while (row >= end) {
        if (groups == reader.getRowGroups().size()) {
          throw new IOException("it has no row " + row);
        }
        next = end;
        last = null;
        end += reader.getRowGroups().get(groups++).getRowCount();
        if (row >= end) {
          reader.skipNextRowGroup();
        } else {
          records =
              new ColumnIOFactory()
                  .getColumnIO(binaries)
                  .getRecordReader(reader.readNextRowGroup(), new GroupRecordConverter(binaries));
        }
      }
      for (; next <= row; next++) {
        last = records.read();
      }
      return last;
    }

    private static boolean hasBinary(Type type) {
      return type.isPrimitive()
          ? type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
          : type.asGroupType().getFields().stream().anyMatch(ParquetRows::hasBinary);
    }

    /** All binary values below a field that are no text, in their order. */
    private static void collect(Group group, int field, List<byte[]> values) {
      Type type = group.getType().getType(field);
      for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
        if (type.isPrimitive()) {
          if (hasBinary(type) && type.getLogicalTypeAnnotation() == null) {
            values.add(group.getBinary(field, i).getBytes());
          }
          continue;
        }
        Group inside = group.getGroup(field, i);
        for (int inner = 0; inner < inside.getType().getFieldCount(); inner++) {
          collect(inside, inner, values);
        }
      }
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw StorageFailure.cannot("read", path, e);
      }
    }
  }
}
