package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;

/** Reads one column of a Parquet file, whole, without assembling rows. */
public final class TableColumn {
  /** Of a column whose values lie in their pages as they are; the levels have the other two. */
  @SuppressWarnings("deprecation")
  private static final Set<Encoding> PLAIN =
      EnumSet.of(Encoding.PLAIN, Encoding.RLE, Encoding.BIT_PACKED);

  private final Storage storage;
  private final String uri;
  private final String column;

  public TableColumn(Storage storage, String uri, String column) {
    this.storage = storage;
    this.uri = uri;
    this.column = column;
  }

  /** Whether the file has the column. */
  public boolean exists() {
    return ask(file -> file.getFileMetaData().getSchema().containsField(column));
  }

  /** How many values the column has, those of all lists together; reads the footer alone. */
  public long size() {
    return ask(file -> size(file, find(file.getFileMetaData().getSchema())));
  }

  private interface Question<T> {
    T of(ParquetFileReader file) throws IOException;
  }

  private <T> T ask(Question<T> question) {
    try (ParquetFileReader file =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(Storage.path(uri), storage.configuration(uri)))) {
      return question.of(file);
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  private static long size(ParquetFileReader file, ColumnDescriptor descriptor) {
    return chunks(file, descriptor).mapToLong(ColumnChunkMetaData::getValueCount).sum();
  }

  /**
   * A list column whose lists are all of one length.
   *
   * @return [rows × width] values, row after row
   */
  public float[] floats() {
    return ask(this::floats);
  }

  private float[] floats(ParquetFileReader file) throws IOException {
    ColumnDescriptor descriptor = find(file.getFileMetaData().getSchema());
    float[] values = new float[Math.toIntExact(size(file, descriptor))];
    FloatBuffer rest = FloatBuffer.wrap(values);
    boolean plain =
        chunks(file, descriptor).allMatch(chunk -> PLAIN.containsAll(chunk.getEncodings()));
    eachRowGroup(
        file,
        pages -> {
          if (plain) {
            copy(pages.getPageReader(descriptor), descriptor, rest);
          } else {
            each(file, pages, descriptor, reader -> rest.put(value(reader, descriptor)));
          }
        });
    return values;
  }

  /**
   * The values of every page as they lie there, behind the levels, which tell nothing where no
   * value is missing: value by value would take twenty times as long.
   */
  private void copy(PageReader pages, ColumnDescriptor descriptor, FloatBuffer to)
      throws IOException {
    for (DataPage page = pages.readPage(); page != null; page = pages.readPage()) {
      int size = Math.multiplyExact(page.getValueCount(), Float.BYTES);
      ByteBufferInputStream values = page.accept(new ValuesOfPage(descriptor));
      if (values.available() != size) {
        throw missing();
      }
      to.put(values.slice(size).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
    }
  }

  /** What lies behind the levels of a page. */
  private record ValuesOfPage(ColumnDescriptor column)
      implements DataPage.Visitor<ByteBufferInputStream> {

    @Override
    public ByteBufferInputStream visit(DataPageV1 page) {
      try {
        ByteBufferInputStream bytes = page.getBytes().toInputStream();
        skip(page.getRlEncoding(), ValuesType.REPETITION_LEVEL, page, bytes);
        skip(page.getDlEncoding(), ValuesType.DEFINITION_LEVEL, page, bytes);
        return bytes;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void skip(Encoding levels, ValuesType of, DataPage page, ByteBufferInputStream bytes)
        throws IOException {
      levels.getValuesReader(column, of).initFromPage(page.getValueCount(), bytes);
    }

    @Override
    public ByteBufferInputStream visit(DataPageV2 page) {
      try {
        return page.getData().toInputStream();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public List<String> strings() {
    List<String> values = new ArrayList<>();
    each(reader -> values.add(reader.getBinary().toStringUsingUTF8()));
    return values;
  }

  /** A column that may lack values, one entry a row. */
  public List<Optional<String>> optionalStrings() {
    List<Optional<String>> values = new ArrayList<>();
    each(
        reader -> values.add(Optional.of(reader.getBinary().toStringUsingUTF8())),
        reader -> values.add(Optional.empty()));
    return values;
  }

  /** A column of numbers that may lack values, one entry a row; NaN where there is none. */
  public float[] optionalFloats() {
    FloatList values = new FloatList();
    each(reader -> values.add(reader.getFloat()), reader -> values.add(Float.NaN));
    return values.toArray();
  }

  public int[] ints() {
    List<Integer> values = new ArrayList<>();
    each(reader -> values.add(reader.getInteger()));
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  public boolean[] booleans() {
    List<Boolean> values = new ArrayList<>();
    each(reader -> values.add(reader.getBoolean()));
    boolean[] all = new boolean[values.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = values.get(i);
    }
    return all;
  }

  public long[] longs() {
    List<Long> values = new ArrayList<>();
    each(reader -> values.add(reader.getLong()));
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private void each(Consumer<ColumnReader> present) {
    each(
        present,
        reader -> {
          throw missing();
        });
  }

  private void each(Consumer<ColumnReader> present, Consumer<ColumnReader> missing) {
    ask(
        file -> {
          ColumnDescriptor descriptor = find(file.getFileMetaData().getSchema());
          eachRowGroup(
              file,
              pages ->
                  each(
                      file,
                      pages,
                      descriptor,
                      reader ->
                          (isMissing(reader, descriptor) ? missing : present).accept(reader)));
          return file;
        });
  }

  private static boolean isMissing(ColumnReader reader, ColumnDescriptor descriptor) {
    return reader.getCurrentDefinitionLevel() < descriptor.getMaxDefinitionLevel();
  }

  private float value(ColumnReader reader, ColumnDescriptor descriptor) {
    if (isMissing(reader, descriptor)) {
      throw missing();
    }
    return reader.getFloat();
  }

  private NomenException missing() {
    return NomenException.input(
        "Column %s of %s has a row without a value; every row needs one.".formatted(column, uri));
  }

  private static Stream<ColumnChunkMetaData> chunks(
      ParquetFileReader file, ColumnDescriptor descriptor) {
    ColumnPath path = ColumnPath.get(descriptor.getPath());
    return file.getRowGroups().stream()
        .flatMap(rows -> rows.getColumns().stream())
        .filter(chunk -> chunk.getPath().equals(path));
  }

  /** Reads this column's pages alone. */
  private void eachRowGroup(ParquetFileReader file, RowGroupReader reader) throws IOException {
    MessageType schema = file.getFileMetaData().getSchema();
    file.setRequestedSchema(new MessageType(schema.getName(), schema.getType(column)));
    for (PageReadStore pages = file.readNextRowGroup();
        pages != null;
        pages = file.readNextRowGroup()) {
      reader.read(pages);
    }
  }

  private interface RowGroupReader {
    void read(PageReadStore pages) throws IOException;
  }

  /** Stops {@code value} at every value of {@code column} in one row group, missing ones too. */
  public static void each(
      ParquetFileReader file,
      PageReadStore pages,
      ColumnDescriptor column,
      Consumer<ColumnReader> value) {
    MessageType schema = file.getFileMetaData().getSchema();
    ColumnReader reader =
        new ColumnReadStoreImpl(
                pages,
                new GroupRecordConverter(schema).getRootConverter(),
                schema,
                file.getFileMetaData().getCreatedBy())
            .getColumnReader(column);
    long count = pages.getPageReader(column).getTotalValueCount();
    for (long i = 0; i < count; i++) {
      value.accept(reader);
      reader.consume();
    }
  }

  private ColumnDescriptor find(MessageType schema) {
    return schema.getColumns().stream()
        .filter(candidate -> candidate.getPath()[0].equals(column))
        .findFirst()
        .orElseThrow(
            () ->
                NomenException.input(
                    "%s has no column \"%s\"; it has %s."
                        .formatted(uri, column, Arrays.toString(names(schema)))));
  }

  private static String[] names(MessageType schema) {
    return schema.getFields().stream().map(field -> field.getName()).toArray(String[]::new);
  }

  private static final class FloatList {
    private float[] values = new float[1 << 16];
    private int size;

    void add(float value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    float[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
