package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * A Parquet file with a column of embeddings (lists of float or double, all of one length), read
 * row group by row group. A row without an embedding is a row of NaN.
 */
public final class VectorFile implements Closeable {
  private final String uri;
  private final ParquetFileReader file;
  private final MessageType schema;

  private VectorFile(String uri, ParquetFileReader file) {
    this.uri = uri;
    this.file = file;
    this.schema = file.getFileMetaData().getSchema();
  }

  /** Opens {@code uri}; what is no Parquet file is an input error. */
  public static VectorFile open(Storage storage, String uri) {
    try {
      return new VectorFile(
          uri,
          ParquetFileReader.open(
              HadoopInputFile.fromPath(Storage.path(uri), storage.configuration(uri))));
    } catch (NullPointerException e) {
      // What Parquet's library says of a type that is newer than it.
      throw NomenException.input(
          "%s has a column of a type that is not read, as lists of float16 are; store them as float32 (pyarrow: cast, pandas: astype)."
              .formatted(uri),
          e);
    } catch (IOException | RuntimeException e) {
      throw NomenException.input(
          "%s is not a readable Parquet file (%s).".formatted(uri, e.getMessage()), e);
    }
  }

  public long rows() {
    return file.getRecordCount();
  }

  /** The columns that may be embeddings. */
  public List<String> vectors() {
    return schema.getColumns().stream()
        .filter(c -> c.getMaxRepetitionLevel() == 1 && isFloating(c))
        .map(c -> c.getPath()[0])
        .toList();
  }

  /** Whether there is a plain column of this name. */
  public boolean has(String column) {
    return schema.containsField(column) && schema.getType(column).isPrimitive();
  }

  /** The next row group; empty behind the last. */
  public Optional<RowGroup> next() {
    try {
      return Optional.ofNullable(file.readNextRowGroup()).map(RowGroup::new);
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  private static boolean isFloating(ColumnDescriptor column) {
    PrimitiveTypeName type = column.getPrimitiveType().getPrimitiveTypeName();
    return type == PrimitiveTypeName.FLOAT || type == PrimitiveTypeName.DOUBLE;
  }

  private ColumnDescriptor column(String name) {
    return schema.getColumns().stream()
        .filter(c -> c.getPath()[0].equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                NomenException.usage(
                    "%s has no column \"%s\"; it has %s."
                        .formatted(
                            uri, name, schema.getFields().stream().map(Type::getName).toList())));
  }

  /** Rows that lie together in the file. */
  public final class RowGroup {
    private final PageReadStore pages;

    private RowGroup(PageReadStore pages) {
      this.pages = pages;
    }

    public int rows() {
      return Math.toIntExact(pages.getRowCount());
    }

    /**
     * The embeddings.
     *
     * @param width of each; 0 to take that of the first row that has one
     * @return [rows, width]
     */
    public float[] embeddings(String name, int width) {
      ColumnDescriptor column = column(name);
      boolean doubles =
          column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE;
      Lists lists = new Lists(rows());
      read(
          column,
          reader -> {
            if (reader.getCurrentRepetitionLevel() == 0) {
              lists.begin();
            }
            if (reader.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
              lists.add(doubles ? (float) reader.getDouble() : reader.getFloat());
            }
          });
      return lists.rows(width);
    }

    /** A plain column as text, whatever it holds; empty where a row has no value. */
    public List<Optional<String>> texts(String name) {
      ColumnDescriptor column = column(name);
      PrimitiveTypeName type = column.getPrimitiveType().getPrimitiveTypeName();
      List<Optional<String>> texts = new ArrayList<>();
      read(
          column,
          reader ->
              texts.add(
                  reader.getCurrentDefinitionLevel() < column.getMaxDefinitionLevel()
                      ? Optional.empty()
                      : Optional.of(text(reader, type))));
      return texts;
    }

    /** A plain column of floats or doubles; NaN where a row has no value. */
    public float[] numbers(String name) {
      List<Optional<String>> texts = texts(name);
      float[] numbers = new float[texts.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = texts.get(i).map(Float::parseFloat).orElse(Float.NaN);
      }
      return numbers;
    }

    private void read(ColumnDescriptor column, Consumer<ColumnReader> value) {
      TableColumn.each(file, pages, column, value);
    }

    private static String text(ColumnReader reader, PrimitiveTypeName type) {
      return switch (type) {
        case INT32 -> Integer.toString(reader.getInteger());
        case INT64 -> Long.toString(reader.getLong());
        case BOOLEAN -> Boolean.toString(reader.getBoolean());
        case FLOAT -> Float.toString(reader.getFloat());
        case DOUBLE -> Double.toString(reader.getDouble());
        default -> reader.getBinary().toStringUsingUTF8();
      };
    }
  }

  /** Gathers lists, which must be of one length. */
  private final class Lists {
    private final int[] lengths;
    private float[] values = new float[1 << 16];
    private int size;
    private int row = -1;

    Lists(int rows) {
      lengths = new int[rows];
    }

    void begin() {
      row++;
    }

    void add(float value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, Math.multiplyExact(size, 2));
      }
      values[size++] = value;
      lengths[row]++;
    }

    float[] rows(int wanted) {
      int width =
          wanted > 0 ? wanted : Arrays.stream(lengths).filter(l -> l > 0).findFirst().orElse(1);
      float[] rows = new float[Math.multiplyExact(lengths.length, width)];
      Arrays.fill(rows, Float.NaN);
      int from = 0;
      for (int i = 0; i < lengths.length; i++) {
        if (lengths[i] != 0 && lengths[i] != width) {
          throw NomenException.input(
              "%s has an embedding of %d numbers where others have %d; all must have one length."
                  .formatted(uri, lengths[i], width));
        }
        System.arraycopy(values, from, rows, i * width, lengths[i]);
        from += lengths[i];
      }
      return rows;
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }
}
