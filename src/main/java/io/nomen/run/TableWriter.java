package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/**
 * Writes one Parquet file of a table, straight to its name.
 *
 * <p>The same rows always give the same pages; only the order in which the footer lists a column's
 * encodings differs from process to process. Written by tasks and by the driver alike; Spark's own
 * writer is not used because its commit needs a rename.
 */
public final class TableWriter implements Closeable {
  private final ParquetWriter<Object[]> writer;
  private final String uri;
  private final int columns;
  private long rows;

  public TableWriter(Storage storage, String uri, TableSchema schema) {
    this.uri = uri;
    this.columns = schema.columns().size();
    try {
      OutputFile file = HadoopOutputFile.fromPath(Storage.path(uri), storage.configuration(uri));
      Builder builder =
          new Builder(file, schema)
              .withConf(storage.configuration(uri))
              .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
              .withCompressionCodec(CompressionCodecName.SNAPPY);
      for (Column column : schema.columns()) {
        if (column.kind() == Column.Kind.FLOATS) {
          // No two coordinates are equal: a dictionary would only be built and thrown away.
          builder.withDictionaryEncoding(column.name() + ".list.element", false);
        }
      }
      writer = builder.build();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /**
   * Writes one row.
   *
   * @param values in the order of the schema's columns; {@code Optional} for optional ones, {@code
   *     int[]}, {@code float[]} and {@code List<String>} for lists
   */
  public void write(Object... values) {
    if (values.length != columns) {
      throw new IllegalArgumentException(
          "a row of %d values for a table of %d columns".formatted(values.length, columns));
    }
    try {
      writer.write(values);
      rows++;
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  public long rows() {
    return rows;
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private NomenException cannotWrite(IOException e) {
    String advice =
        StoreTrouble.of(e).isPresent()
            ? ""
            : "; check space and permissions, then run the same command again";
    return NomenException.input(
        "Cannot write %s: %s%s.".formatted(uri, StoreTrouble.reason(e), advice), e);
  }

  private static final class Builder extends ParquetWriter.Builder<Object[], Builder> {
    private final TableSchema schema;

    Builder(OutputFile file, TableSchema schema) {
      super(file);
      this.schema = schema;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Newer Parquet has a second form, for readers without Hadoop; this one is in both. */
    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<Object[]> getWriteSupport(Configuration configuration) {
      return new RowSupport(schema);
    }
  }

  private static final class RowSupport extends WriteSupport<Object[]> {
    private final List<Column> columns;
    private final MessageType schema;
    private RecordConsumer consumer;

    RowSupport(TableSchema table) {
      columns = table.columns();
      schema = table.parquet();
    }

    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(Object[] row) {
      consumer.startMessage();
      for (int i = 0; i < columns.size(); i++) {
        Column column = columns.get(i);
        Optional<?> value = row[i] instanceof Optional<?> optional ? optional : Optional.of(row[i]);
        if (value.isPresent()) {
          consumer.startField(column.name(), i);
          add(column.kind(), value.get());
          consumer.endField(column.name(), i);
        } else if (!column.optional()) {
          throw new IllegalArgumentException("no value for column " + column.name());
        }
      }
      consumer.endMessage();
    }

    private void add(Column.Kind kind, Object value) {
      switch (kind) {
        case STRING -> consumer.addBinary(Binary.fromString((String) value));
        case INT -> consumer.addInteger((Integer) value);
        case LONG -> consumer.addLong((Long) value);
        case FLOAT -> consumer.addFloat((Float) value);
        case DOUBLE -> consumer.addDouble((Double) value);
        case BOOLEAN -> consumer.addBoolean((Boolean) value);
        case INTS -> addList((int[]) value);
        case FLOATS -> addList((float[]) value);
        case STRINGS -> addList((List<?>) value);
      }
    }

    private void addList(int[] values) {
      addList(values.length, i -> consumer.addInteger(values[i]));
    }

    private void addList(float[] values) {
      addList(values.length, i -> consumer.addFloat(values[i]));
    }

    private void addList(List<?> values) {
      addList(values.size(), i -> consumer.addBinary(Binary.fromString((String) values.get(i))));
    }

    private void addList(int length, IntConsumer element) {
      consumer.startGroup();
      if (length > 0) {
        consumer.startField("list", 0);
        for (int i = 0; i < length; i++) {
          consumer.startGroup();
          consumer.startField("element", 0);
          element.accept(i);
          consumer.endField("element", 0);
          consumer.endGroup();
        }
        consumer.endField("list", 0);
      }
      consumer.endGroup();
    }
  }
}
