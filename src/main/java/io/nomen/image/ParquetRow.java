package io.nomen.image;

import io.nomen.store.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
   * The image of a row. Its column is not asked for: it is the binary value that has {@code length}
   * bytes there and begins like an image, or has at least that length.
   *
   * @param name what the image is called in its file; of a list it ends with its place
   */
  static byte[] read(Storage storage, String path, String name, long row, long length)
      throws IOException {
    try (ParquetFileReader reader = ParquetImages.open(storage, path)) {
      MessageType all = reader.getFooter().getFileMetaData().getSchema();
      MessageType binaries =
          new MessageType(
              all.getName(), all.getFields().stream().filter(ParquetRow::hasBinary).toList());
      reader.setRequestedSchema(binaries);
      List<byte[]> fitting = new ArrayList<>();
      Group record = record(reader, binaries, row);
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
  }

  private static boolean hasBinary(Type type) {
    return type.isPrimitive()
        ? type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
        : type.asGroupType().getFields().stream().anyMatch(ParquetRow::hasBinary);
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
