package io.nomen.run;

import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * A column of a table.
 *
 * @param optional whether a row may have no value there
 */
public record Column(String name, Kind kind, boolean optional) {

  /** What a column holds; a list is never nested and has no missing elements. */
  public enum Kind {
    STRING,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    BOOLEAN,
    INTS,
    FLOATS,
    STRINGS
  }

  public static Column of(String name, Kind kind) {
    return new Column(name, kind, false);
  }

  public static Column optional(String name, Kind kind) {
    return new Column(name, kind, true);
  }

  /** The column in Parquet's terms; lists in the three levels that all readers know. */
  Type parquet() {
    Type.Repetition repetition = optional ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
    return switch (kind) {
      case STRING ->
          Types.primitive(PrimitiveTypeName.BINARY, repetition)
              .as(LogicalTypeAnnotation.stringType())
              .named(name);
      case INT -> Types.primitive(PrimitiveTypeName.INT32, repetition).named(name);
      case LONG -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(name);
      case FLOAT -> Types.primitive(PrimitiveTypeName.FLOAT, repetition).named(name);
      case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(name);
      case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(name);
      case INTS ->
          Types.list(repetition)
              .element(Types.required(PrimitiveTypeName.INT32).named("element"))
              .named(name);
      case FLOATS ->
          Types.list(repetition)
              .element(Types.required(PrimitiveTypeName.FLOAT).named("element"))
              .named(name);
      case STRINGS ->
          Types.list(repetition)
              .element(
                  Types.required(PrimitiveTypeName.BINARY)
                      .as(LogicalTypeAnnotation.stringType())
                      .named("element"))
              .named(name);
    };
  }
}
