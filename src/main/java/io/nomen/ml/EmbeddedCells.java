package io.nomen.ml;

import io.nomen.tensor.UnitRows.UnitRow;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns that an embedder adds: the embedding, its status, and the reason where it is bad. */
record EmbeddedCells(
    String outputCol, String statusCol, String reasonCol, String outputType, boolean normalize)
    implements Serializable {
  private static final String OK = "ok";

  static EmbeddedCells of(HasStatus<?> stage, String outputCol) {
    return new EmbeddedCells(
        outputCol,
        stage.getStatusCol(),
        stage.getReasonCol(),
        stage.getOutputType(),
        stage.getNormalize());
  }

  StructType schema(StructType schema) {
    StructType embedded = Columns.append(schema, outputCol, Columns.type(outputType), true);
    StructType told = Columns.append(embedded, statusCol, DataTypes.StringType, false);
    return Columns.append(told, reasonCol, DataTypes.StringType, true);
  }

  /** A row with the embedding from {@code start} on. */
  Row good(Row row, float[] embeddings, int start, int width) {
    UnitRow unit = UnitRow.of(embeddings, start, width);
    if (unit.problem().isPresent()) {
      return bad(row, "corrupt", unit.problem().get());
    }
    float[] values = unit.values().orElseThrow();
    if (!normalize) {
      System.arraycopy(embeddings, start, values, 0, width);
    }
    return row(row, Optional.of(values), OK, null);
  }

  Row bad(Row row, String status, String reason) {
    return row(row, Optional.empty(), status, reason);
  }

  private Row row(Row row, Optional<float[]> embedding, String status, String reason) {
    int more =
        (outputCol.isEmpty() ? 0 : 1)
            + (statusCol.isEmpty() ? 0 : 1)
            + (reasonCol.isEmpty() ? 0 : 1);
    Object[] values = Columns.extended(row, more);
    int at = row.size();
    if (!outputCol.isEmpty()) {
      values[at++] = embedding.map(e -> Columns.cell(e, outputType)).orElse(null);
    }
    if (!statusCol.isEmpty()) {
      values[at++] = status;
    }
    if (!reasonCol.isEmpty()) {
      values[at] = reason;
    }
    return RowFactory.create(values);
  }
}
