package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;

/**
 * Reads one column of a Parquet file, whole, without assembling rows: an embedding column of 2,000
 * × 512 takes milliseconds this way.
 */
public final class TableColumn {
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
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(Storage.path(uri), storage.configuration(uri)))) {
      return reader.getFooter().getFileMetaData().getSchema().containsField(column);
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  /**
   * A list column whose lists are all of one length.
   *
   * @return [rows × width] values, row after row
   */
  public float[] floats() {
    FloatList values = new FloatList();
    each(reader -> values.add(reader.getFloat()));
    return values.toArray();
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

  public long[] longs() {
    List<Long> values = new ArrayList<>();
    each(reader -> values.add(reader.getLong()));
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private void each(Consumer<ColumnReader> present) {
    each(
        present,
        reader -> {
          throw NomenException.input(
              "Column %s of %s has a row without a value; every row needs one."
                  .formatted(column, uri));
        });
  }

  private void each(Consumer<ColumnReader> present, Consumer<ColumnReader> missing) {
    try (ParquetFileReader file =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(Storage.path(uri), storage.configuration(uri)))) {
      MessageType schema = file.getFileMetaData().getSchema();
      ColumnDescriptor descriptor = find(schema);
      // Only this column's pages are read from the file.
      file.setRequestedSchema(new MessageType(schema.getName(), schema.getType(column)));
      for (PageReadStore pages = file.readNextRowGroup();
          pages != null;
          pages = file.readNextRowGroup()) {
        each(
            file,
            pages,
            descriptor,
            reader -> {
              if (reader.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel()) {
                present.accept(reader);
              } else {
                missing.accept(reader);
              }
            });
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
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
