package io.nomen.image;

import io.nomen.RootLocale;
import io.nomen.image.Bucket.ParquetBucket;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
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
  private final Set<String> namesBefore = new HashSet<>();

  private Optional<ParquetFileReader> file = Optional.empty();
  private MessageType schema = new MessageType("none");
  private List<String> leaf = List.of();
  private List<String> classNames = List.of();
  private final Deque<RawImage> ready = new ArrayDeque<>();
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
    return !ready.isEmpty() || next < bucket.firstRow() + bucket.rows();
  }

  @Override
  public RawImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more images in " + bucket.path());
    }
    if (!ready.isEmpty()) {
      return ready.remove();
    }
    long row = next++;
    if (trouble.isEmpty()) {
      try {
        ready.addAll(images(row, record()));
        return ready.remove();
      } catch (IOException | RuntimeException e) {
        StorageFailure.stopUnlessOfOneFile(bucket.path(), e);
        // A damaged page: what is behind it in this file cannot be told apart from it.
        trouble = LocalWalk.reason(e);
      }
    }
    return new RawImage(
        path("row-" + row),
        Optional.empty(),
        row,
        0,
        new Content.Missing(ImageStatus.UNREADABLE, trouble));
  }

  private Group record() throws IOException {
    if (file.isEmpty()) {
      ParquetFileReader opened = ParquetImages.open(storage, bucket.path());
      file = Optional.of(opened);
      FileMetaData whole = opened.getFooter().getFileMetaData();
      schema = ParquetImages.projection(whole.getSchema(), bucket.path(), columns);
      leaf = ParquetImages.leaf(schema, bucket.path(), bucket.imageColumn());
      classNames = ParquetImages.classNames(whole, bucket.labelColumn());
      readNamesBefore(opened);
      opened.setRequestedSchema(schema);
    }
    while (leftInGroup == 0) {
      PageReadStore pages = file.get().readNextRowGroup();
      if (pages == null) {
        throw new IOException("it has fewer rows than when it was listed");
      }
      leftInGroup = pages.getRowCount();
      records = Optional.of(rows(schema, pages));
    }
    leftInGroup--;
    return records.orElseThrow().read();
  }

  /** Goes to the bucket's first row, and takes down what the rows before it are called. */
  private void readNamesBefore(ParquetFileReader reader) throws IOException {
    MessageType named = ParquetImages.names(schema, bucket.path(), columns.pathColumn(), leaf);
    reader.setRequestedSchema(named);
    long at = 0;
    for (int group = 0; at < bucket.firstRow(); group++) {
      long rows = reader.getRowGroups().get(group).getRowCount();
      if (named.getFieldCount() == 0) {
        reader.skipNextRowGroup();
      } else {
        RecordReader<Group> names = rows(named, reader.readNextRowGroup());
        for (long row = 0; row < rows; row++) {
          addTexts(names.read(), namesBefore);
        }
      }
      at += rows;
    }
    if (at != bucket.firstRow()) {
      throw new IOException("its row groups are not those that were listed");
    }
  }

  private static RecordReader<Group> rows(MessageType schema, PageReadStore pages) {
    return new ColumnIOFactory()
        .getColumnIO(schema)
        .getRecordReader(pages, new GroupRecordConverter(schema));
  }

  private static void addTexts(Group group, Set<String> texts) {
    for (int field = 0; field < group.getType().getFieldCount(); field++) {
      for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
        if (group.getType().getType(field).isPrimitive()) {
          texts.add(text(group, field, i));
        } else {
          addTexts(group.getGroup(field, i), texts);
        }
      }
    }
  }

  private static String text(Group group, int field, int index) {
    boolean binary =
        group.getType().getType(field).asPrimitiveType().getPrimitiveTypeName()
            == PrimitiveTypeName.BINARY;
    return binary
        ? new String(group.getBinary(field, index).getBytes(), StandardCharsets.UTF_8)
        : group.getValueToString(field, index);
  }

  private List<RawImage> images(long row, Group record) {
    List<ParquetImages.Stored> stored = ParquetImages.images(record, leaf);
    Optional<String> named = columns.pathColumn().flatMap(c -> text(record, c));
    Optional<String> label = columns.labelColumn().flatMap(c -> label(record, c));
    List<RawImage> images = new ArrayList<>();
    for (ParquetImages.Stored image : stored) {
      String name = name(named.or(image::path), row);
      String place = stored.size() == 1 ? name : RootLocale.format("%s[%d]", name, images.size());
      long length = image.bytes().map(bytes -> bytes.length).orElse(0);
      images.add(new RawImage(path(place), label, row, length, content(image)));
    }
    if (images.isEmpty()) {
      images.add(
          new RawImage(
              path(name(named, row)),
              label,
              row,
              0,
              new Content.Missing(ImageStatus.EMPTY, "its list of images is empty")));
    }
    return images;
  }

  private Content content(ParquetImages.Stored image) {
    if (image.bytes().isEmpty()) {
      return new Content.Missing(
          ImageStatus.EMPTY,
          "its column is null"
              + image
                  .path()
                  .map(p -> "; the file %s that it names is not read".formatted(p))
                  .orElse(""));
    }
    byte[] bytes = image.bytes().get();
    return bytes.length > options.maxImageBytes()
        ? FileBucketReader.tooLarge(bytes.length, options)
        : new Content.Whole(bytes);
  }

  /** The text in a column; a number of a class by its name, where the file has names. */
  private Optional<String> label(Group record, String column) {
    Optional<String> text = text(record, column);
    if (classNames.isEmpty()) {
      return text;
    }
    try {
      // -1 is how a class that is not known is written.
      return text.map(Integer::parseInt)
          .filter(number -> number >= 0)
          .map(n -> n < classNames.size() ? classNames.get(n) : n.toString());
    } catch (NumberFormatException e) {
      return text;
    }
  }

  private Optional<String> text(Group record, String column) {
    String[] names = ParquetImages.text(schema, bucket.path(), column, "");
    Group group = record;
    if (names.length == 2) {
      if (record.getFieldRepetitionCount(names[0]) == 0) {
        return Optional.empty();
      }
      group = record.getGroup(names[0], 0);
    }
    String name = names[names.length - 1];
    if (group.getFieldRepetitionCount(name) == 0) {
      return Optional.empty();
    }
    return Optional.of(text(group, group.getType().getFieldIndex(name), 0));
  }

  /** A column may hold a name twice: then the row tells the images of a file apart. */
  private String name(Optional<String> named, long row) {
    String number = "row-" + row;
    return named
        .map(name -> namesBefore.contains(name) ? name + "#" + number : name)
        .orElse(number);
  }

  private String path(String name) {
    return RawImage.unique(bucket.path() + "!/" + name, seen);
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
