package io.nomen.run;

import java.util.function.Consumer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;

/** The values of a Parquet column, one after the other, without rows being put together. */
public final class ColumnValues {
  private ColumnValues() {}

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
}
