package io.nomen.image;

import io.nomen.store.Storage;
import java.io.IOException;
import java.util.Optional;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** Random access to the image in one row of a Parquet file. */
final class ParquetRow {
  private ParquetRow() {}

  /**
   * The image of a row. Its column is not asked for: it is the binary one that has {@code length}
   * bytes there and begins like an image, or has at least that length.
   */
  static byte[] read(Storage storage, String path, long row, long length) throws IOException {
    try (ParquetFileReader reader = ParquetImages.open(storage, path)) {
      MessageType all = reader.getFooter().getFileMetaData().getSchema();
      MessageType binaries =
          new MessageType(
              all.getName(), all.getFields().stream().filter(ParquetRow::isBinary).toList());
      reader.setRequestedSchema(binaries);
      Group record = record(reader, binaries, row);
      Optional<byte[]> second = Optional.empty();
      for (int i = 0; i < binaries.getFieldCount(); i++) {
        if (record.getFieldRepetitionCount(i) == 0 || record.getBinary(i, 0).length() != length) {
          continue;
        }
        byte[] bytes = record.getBinary(i, 0).getBytes();
        if (ImageFormat.of(bytes).isPresent()) {
          return bytes;
        }
        second = Optional.of(bytes);
      }
      return second.orElseThrow(
          () -> new IOException("row %d has no binary value of %d bytes".formatted(row, length)));
    }
  }

  private static boolean isBinary(Type type) {
    return type.isPrimitive()
        && !type.isRepetition(Type.Repetition.REPEATED)
        && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
  }

  private static Group record(ParquetFileReader reader, MessageType schema, long row)
      throws IOException {
    long first = 0;
    int group = 0;
    while (group < reader.getRowGroups().size()
        && first + reader.getRowGroups().get(group).getRowCount() <= row) {
      first += reader.getRowGroups().get(group).getRowCount();
      reader.skipNextRowGroup();
      group++;
    }
    PageReadStore pages = reader.readNextRowGroup();
    if (pages == null) {
      throw new IOException("it has no row " + row);
    }
    RecordReader<Group> records =
        new ColumnIOFactory()
            .getColumnIO(schema)
            .getRecordReader(pages, new GroupRecordConverter(schema));
    for (long at = first; at < row; at++) {
      records.read();
    }
    return records.read();
  }
}
