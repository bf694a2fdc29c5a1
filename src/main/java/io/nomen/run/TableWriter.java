package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.run.TableSchema.Column;
import io.nomen.run.TableSchema.Kind;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
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
public final class TableWriter<R extends Record> implements Closeable {
  private final ParquetWriter<R> writer;
  private final String uri;
  private long rows;

  public TableWriter(Storage storage, String uri, TableSchema<R> schema) {
    this.uri = uri;
    try {
      OutputFile file = HadoopOutputFile.fromPath(Storage.path(uri), storage.configuration(uri));
      Builder<R> builder =
          new Builder<>(file, schema)
              .withConf(storage.configuration(uri))
              .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
              .withCompressionCodec(CompressionCodecName.SNAPPY);
      for (Column column : schema.columns()) {
        if (column.kind() == Kind.FLOATS) {
          // No two coordinates are equal: a dictionary would only be built and thrown away.
          builder.withDictionaryEncoding(column.name() + ".list.element", false);
        }
      }
      writer = builder.build();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  public void write(R row) {
    try {
      writer.write(row);
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
        StorageFailure.of(e).isPresent()
            ? ""
            : "; check space and permissions, then run the same command again";
    return NomenException.input(
        "Cannot write %s: %s%s.".formatted(uri, StorageFailure.reason(e), advice), e);
  }

  private static final class Builder<R extends Record>
      extends ParquetWriter.Builder<R, Builder<R>> {
    private final TableSchema<R> schema;

    Builder(OutputFile file, TableSchema<R> schema) {
      super(file);
      this.schema = schema;
    }

    @Override
    protected Builder<R> self() {
      return this;
    }

    /** Newer Parquet has a second form, for readers without Hadoop; this one is in both. */
    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<R> getWriteSupport(Configuration configuration) {
      return new RowSupport<>(schema);
    }
  }

  private static final class RowSupport<R extends Record> extends WriteSupport<R> {
    private final List<Column> columns;
    private final MessageType schema;
    private RecordConsumer consumer;

    RowSupport(TableSchema<R> table) {
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
    public void write(R row) {
      consumer.startMessage();
      for (int i = 0; i < columns.size(); i++) {
        Column column = columns.get(i);
        Object value = value(column, row);
        if (value instanceof Optional<?> optional) {
          if (optional.isEmpty()) {
            continue;
          }
          value = optional.get();
        }
        consumer.startField(column.name(), i);
        add(column.kind(), value);
        consumer.endField(column.name(), i);
      }
      consumer.endMessage();
    }

    private static Object value(Column column, Record row) {
      try {
        return column.accessor().invoke(row);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a row has no " + column.name(), e);
      }
    }

    private void add(Kind kind, Object value) {
      switch (kind) {
        case STRING -> consumer.addBinary(Binary.fromString((String) value));
        case INT -> consumer.addInteger((Integer) value);
        case LONG -> consumer.addLong((Long) value);
        case FLOAT -> consumer.addFloat((Float) value);
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
