package io.nomen.ml;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Columns as Spark's own stages check them, and vectors in every form that a column has. */
final class Columns {
  private Columns() {}

  /**
   * Requires a column of one of these types.
   *
   * @throws IllegalArgumentException as Spark's stages throw it
   */
  static DataType require(StructType schema, String name, List<DataType> types) {
    DataType found = field(schema, name).dataType();
    if (types.stream().noneMatch(type -> DataType.equalsStructurally(type, found, true))) {
      throw new IllegalArgumentException(
          "requirement failed: Column %s must be of type equal to one of the following types: %s but was actually of type %s."
              .formatted(
                  name,
                  types.stream().map(DataType::catalogString).toList(),
                  found.catalogString()));
    }
    return found;
  }

  static StructField field(StructType schema, String name) {
    if (!schema.getFieldIndex(name).isDefined()) {
      throw new IllegalArgumentException(
          "%s does not exist. Available: %s"
              .formatted(name, String.join(", ", schema.fieldNames())));
    }
    return schema.apply(name);
  }

  /** Requires a column of vectors, as an ML vector or an array. */
  static void requireFeatures(StructType schema, String name) {
    require(
        schema,
        name,
        List.of(
            SQLDataTypes.VectorType(),
            DataTypes.createArrayType(DataTypes.FloatType),
            DataTypes.createArrayType(DataTypes.DoubleType)));
  }

  /** The schema with one more column, unless that is called "". */
  static StructType append(StructType schema, String name, DataType type, boolean nullable) {
    if (name.isEmpty()) {
      return schema;
    }
    if (Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException("requirement failed: Column " + name + " already exists.");
    }
    return schema.add(name, type, nullable);
  }

  /** A column by its whole name, dots and all. */
  static Column named(Dataset<?> dataset, String name) {
    return dataset.col("`" + name.replace("`", "``") + "`");
  }

  /** The values of a cell that holds a vector, an array of float or one of double. */
  static float[] floats(Row row, int column) {
    Object cell = row.get(column);
    if (cell instanceof Vector vector) {
      return floats(vector.toArray());
    }
    List<Number> numbers = row.getList(column);
    float[] values = new float[numbers.size()];
    int at = 0;
    for (Number number : numbers) {
      // A missing number is none that can be worked with, and so is the row.
      values[at++] = number == null ? Float.NaN : number.floatValue();
    }
    return values;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** A cell of {@code type}, {@link SharedParams#VECTOR} or {@link SharedParams#ARRAY}. */
  static Object cell(float[] values, String type) {
    if (type.equals(SharedParams.ARRAY)) {
      Float[] boxed = new Float[values.length];
      Arrays.setAll(boxed, i -> values[i]);
      return boxed;
    }
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return Vectors.dense(doubles);
  }

  static DataType type(String outputType) {
    return outputType.equals(SharedParams.ARRAY)
        ? new ArrayType(DataTypes.FloatType, false)
        : SQLDataTypes.VectorType();
  }

  /** The row's values with room for more behind them. */
  static Object[] extended(Row row, int more) {
    Object[] values = new Object[row.size() + more];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    return values;
  }
}
