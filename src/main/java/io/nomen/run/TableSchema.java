package io.nomen.run;

import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Name and columns of a table, as the record says that is a row of it: {@code meanConfidence} is
 * the column {@code mean_confidence}, an {@code Optional} a column that may lack values, and {@code
 * int[]}, {@code float[]} and {@code List<String>} are lists, never nested and with nothing missing
 * in them. {@code docs/output.md} explains each of the tables.
 */
public final class TableSchema<R extends Record> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final Class<R> row;
  private final transient List<Column> columns;
  private final transient Constructor<R> constructor;

  /** What a column holds. */
  enum Kind {
    STRING,
    INT,
    LONG,
    FLOAT,
    BOOLEAN,
    INTS,
    FLOATS,
    STRINGS
  }

  /**
   * A column.
   *
   * @param optional whether a row may have no value there
   * @param accessor of the row's value
   */
  record Column(String name, Kind kind, boolean optional, Method accessor) {

    private static Column of(RecordComponent component) {
      java.lang.reflect.Type type = component.getGenericType();
      boolean optional = component.getType() == Optional.class;
      if (optional) {
        type = ((ParameterizedType) type).getActualTypeArguments()[0];
      }
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      String name = component.getName().replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT);
      return new Column(name, kind(type), optional, accessor);
    }

    private static Kind kind(java.lang.reflect.Type type) {
      return switch (type.getTypeName()) {
        case "java.lang.String" -> Kind.STRING;
        case "int", "java.lang.Integer" -> Kind.INT;
        case "long" -> Kind.LONG;
        case "float", "java.lang.Float" -> Kind.FLOAT;
        case "boolean" -> Kind.BOOLEAN;
        case "int[]" -> Kind.INTS;
        case "float[]" -> Kind.FLOATS;
        case "java.util.List<java.lang.String>" -> Kind.STRINGS;
        default -> throw new IllegalArgumentException("no column holds " + type);
      };
    }

    /** In Parquet's terms; lists in the three levels that all readers know. */
    Type parquet() {
      Type.Repetition repetition = optional ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
      return switch (kind) {
        case INTS, FLOATS, STRINGS ->
            Types.list(repetition).element(value(Type.Repetition.REQUIRED, "element")).named(name);
        default -> value(repetition, name);
      };
    }

    private Type value(Type.Repetition repetition, String called) {
      return switch (kind) {
        case STRING, STRINGS ->
            Types.primitive(PrimitiveTypeName.BINARY, repetition)
                .as(LogicalTypeAnnotation.stringType())
                .named(called);
        case INT, INTS -> Types.primitive(PrimitiveTypeName.INT32, repetition).named(called);
        case LONG -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(called);
        case FLOAT, FLOATS -> Types.primitive(PrimitiveTypeName.FLOAT, repetition).named(called);
        case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(called);
      };
    }

    /** In Spark's terms. */
    StructField spark() {
      DataType type =
          switch (kind) {
            case STRING -> DataTypes.StringType;
            case INT -> DataTypes.IntegerType;
            case LONG -> DataTypes.LongType;
            case FLOAT -> DataTypes.FloatType;
            case BOOLEAN -> DataTypes.BooleanType;
            case INTS -> new ArrayType(DataTypes.IntegerType, false);
            case FLOATS -> new ArrayType(DataTypes.FloatType, false);
            case STRINGS -> new ArrayType(DataTypes.StringType, false);
          };
      return DataTypes.createStructField(name, type, optional);
    }

    /** The row's value as Spark takes it: null where there is none. */
    Object cell(Object row) {
      try {
        Object value = accessor.invoke(row);
        return value instanceof Optional<?> maybe ? maybe.orElse(null) : value;
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a record gives its values", e);
      }
    }

    private Object read(Group row) {
      if (optional) {
        // A file of an earlier version may lack the column altogether.
        return !row.getType().containsField(name) || row.getFieldRepetitionCount(name) == 0
            ? Optional.empty()
            : Optional.of(value(row));
      }
      return value(row);
    }

    private Object value(Group row) {
      return switch (kind) {
        case STRING -> row.getString(name, 0);
        case INT -> row.getInteger(name, 0);
        case LONG -> row.getLong(name, 0);
        case FLOAT -> row.getFloat(name, 0);
        case BOOLEAN -> row.getBoolean(name, 0);
        case INTS ->
            list(row, element -> element.getInteger(0, 0)).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        case FLOATS -> floats(list(row, element -> element.getFloat(0, 0)));
        case STRINGS -> list(row, element -> element.getString(0, 0));
      };
    }

    private <T> List<T> list(Group row, java.util.function.Function<Group, T> element) {
      Group list = row.getGroup(name, 0);
      IntFunction<T> at = i -> element.apply(list.getGroup(0, i));
      return IntStream.range(0, list.getFieldRepetitionCount(0)).mapToObj(at).toList();
    }

    private static float[] floats(List<Float> values) {
      float[] floats = new float[values.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values.get(i);
      }
      return floats;
    }
  }

  public TableSchema(String name, Class<R> row) {
    this.name = name;
    this.row = row;
    this.columns = Arrays.stream(row.getRecordComponents()).map(Column::of).toList();
    try {
      constructor =
          row.getDeclaredConstructor(
              Arrays.stream(row.getRecordComponents())
                  .map(RecordComponent::getType)
                  .toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every record has its constructor", e);
    }
  }

  /** Executors look the columns up anew. */
  private Object readResolve() {
    return new TableSchema<>(name, row);
  }

  public String name() {
    return name;
  }

  List<Column> columns() {
    return columns;
  }

  MessageType parquet() {
    return new MessageType(name, columns.stream().map(Column::parquet).toArray(Type[]::new));
  }

  /** The rows as a dataset, with the columns that the table's files have. */
  public Dataset<Row> dataset(SparkSession spark, List<R> rows) {
    StructType schema =
        new StructType(columns.stream().map(Column::spark).toArray(StructField[]::new));
    List<Row> cells =
        rows.stream()
            .map(row -> RowFactory.create(columns.stream().map(c -> c.cell(row)).toArray()))
            .toList();
    return spark.createDataFrame(cells, schema);
  }

  /** All rows of one small file; {@link TableColumn} is for large ones. */
  public List<R> read(Storage storage, String uri) {
    List<R> rows = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), Storage.path(uri))
            .withConf(storage.configuration(uri))
            .build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        Group row = group;
        rows.add(
            constructor.newInstance(columns.stream().map(column -> column.read(row)).toArray()));
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a row of %s cannot be made".formatted(name), e);
    }
    return rows;
  }
}
