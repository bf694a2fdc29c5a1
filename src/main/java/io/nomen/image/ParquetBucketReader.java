package io.nomen.image;

import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Reads the images of a Parquet file's row groups, one group in memory at a time. A row's path is
 * {@code URI!/name}, its offset the row's number in the file. What cannot be read any more is one
 * row for each that is left, so that counts add up.
 */
final class ParquetBucketReader implements CloseableIterator<RawImage> {
  private final ParquetBucket bucket;
  private final InventoryOptions columns;
  private final Storage storage;
  private final ReadOptions options;
  private final Set<String> seen = new HashSet<>();

  private Optional<ParquetFileReader> file = Optional.empty();
  private MessageType schema = new MessageType("none");
  private Optional<RecordReader<Group>> records = Optional.empty();
  private long leftInGroup;
  private long next;
  private String trouble = "";

  ParquetBucketReader(ParquetBucket bucket, Storage storage, ReadOptions options) {
    this.bucket = bucket;
    this.storage = storage;
    this.options = options;
    this.next = bucket.firstRow();
    this.columns =
        new InventoryOptions(
            1,
            Optional.of(bucket.imageColumn()),
            Optional.of(bucket.labelColumn()).filter(c -> !c.isEmpty()),
            Optional.of(bucket.pathColumn()).filter(c -> !c.isEmpty()));
  }

  @Override
  public boolean hasNext() {
    return next < bucket.firstRow() + bucket.rows();
  }

  @Override
  public RawImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more images in " + bucket.path());
    }
    long row = next++;
    if (trouble.isEmpty()) {
      try {
        return image(row, record());
      } catch (IOException | RuntimeException e) {
        StoreTrouble.stopUnlessOfOneFile(bucket.path(), e);
        // A damaged page: what is behind it in this file cannot be told apart from it.
        trouble = LocalWalk.reason(e);
      }
    }
    return new RawImage(
        path("row-" + row, row),
        Optional.empty(),
        row,
        0,
        new Content.Missing(ImageStatus.UNREADABLE, trouble));
  }

  private Group record() throws IOException {
    if (file.isEmpty()) {
      ParquetFileReader opened = ParquetImages.open(storage, bucket.path());
      file = Optional.of(opened);
      MessageType all = opened.getFooter().getFileMetaData().getSchema();
      schema = ParquetImages.projection(all, bucket.path(), columns);
      opened.setRequestedSchema(schema);
      skipTo(opened, bucket.firstRow());
    }
    while (leftInGroup == 0) {
      PageReadStore pages = file.get().readNextRowGroup();
      if (pages == null) {
        throw new IOException("it has fewer rows than when it was listed");
      }
      leftInGroup = pages.getRowCount();
      records =
          Optional.of(
              new ColumnIOFactory()
                  .getColumnIO(schema)
                  .getRecordReader(pages, new GroupRecordConverter(schema)));
    }
    leftInGroup--;
    return records.orElseThrow().read();
  }

  private static void skipTo(ParquetFileReader reader, long row) throws IOException {
    long at = 0;
    for (int group = 0; at < row; group++) {
      at += reader.getRowGroups().get(group).getRowCount();
      reader.skipNextRowGroup();
    }
    if (at != row) {
      throw new IOException("its row groups are not those that were listed");
    }
  }

  private RawImage image(long row, Group record) {
    String name = columns.pathColumn().flatMap(c -> text(record, c)).orElse("row-" + row);
    Optional<String> label = columns.labelColumn().flatMap(c -> text(record, c));
    Content content;
    long length = 0;
    if (record.getFieldRepetitionCount(bucket.imageColumn()) == 0) {
      content = new Content.Missing(ImageStatus.EMPTY, "its column is null");
    } else {
      byte[] bytes = record.getBinary(bucket.imageColumn(), 0).getBytes();
      length = bytes.length;
      content =
          length > options.maxImageBytes()
              ? FileBucketReader.tooLarge(length, options)
              : new Content.Whole(bytes);
    }
    return new RawImage(path(name, row), label, row, length, content);
  }

  private Optional<String> text(Group record, String column) {
    if (record.getFieldRepetitionCount(column) == 0) {
      return Optional.empty();
    }
    boolean binary =
        schema.getType(column).asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    return Optional.of(
        binary
            ? new String(record.getBinary(column, 0).getBytes(), StandardCharsets.UTF_8)
            : record.getValueToString(schema.getFieldIndex(column), 0));
  }

  /** A column may hold a name twice; the rows of a bucket may not. */
  private String path(String name, long row) {
    String path = bucket.path() + "!/" + name;
    return seen.add(path) ? path : path + "#" + row;
  }

  @Override
  public void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      // Nothing was written, so nothing is lost by it.
    }
  }
}
