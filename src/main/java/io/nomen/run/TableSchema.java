package io.nomen.run;

import java.util.List;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Name and columns of a table. */
public record TableSchema(String name, List<Column> columns) {

  public TableSchema(String name, Column... columns) {
    this(name, List.of(columns));
  }

  MessageType parquet() {
    return new MessageType(name, columns.stream().map(Column::parquet).toArray(Type[]::new));
  }
}
