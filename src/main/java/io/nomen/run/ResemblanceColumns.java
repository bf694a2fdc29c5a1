package io.nomen.run;

import io.nomen.store.Storage;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What the table {@code assignments} says of near-duplicates and outliers, all of it on the driver.
 *
 * @param duplicateOf [N] the first row of the image's group, or the row itself
 * @param outlierScore [N] NaN where it is not known
 */
public record ResemblanceColumns(int[] duplicateOf, float[] outlierScore) implements Serializable {

  /** The same in the blocks of a matrix of as many rows. */
  public JavaRDD<ResemblanceBlock> blocks(RowBlocks rows) {
    Broadcast<ResemblanceColumns> shared =
        JavaSparkContext.fromSparkContext(rows.blocks().context()).broadcast(this);
    return rows.blocks()
        .map(
            block -> {
              int first = Math.toIntExact(block.firstRow());
              int end = first + block.rows();
              return new ResemblanceBlock(
                  first,
                  Arrays.copyOfRange(shared.value().duplicateOf, first, end),
                  Arrays.copyOfRange(shared.value().outlierScore, first, end));
            });
  }

  public Optional<Float> outlierScore(long row) {
    return row >= outlierScore.length || Float.isNaN(outlierScore[(int) row])
        ? Optional.empty()
        : Optional.of(outlierScore[(int) row]);
  }

  /** What {@code assignments} holds. */
  public static ResemblanceColumns read(Storage storage, Table assignments, List<String> paths) {
    int rows = paths.size();
    Map<String, Integer> byPath = new HashMap<>();
    int[] duplicateOf = new int[rows];
    float[] scores = new float[rows];
    List<Optional<String>> firsts = new ArrayList<>();
    int at = 0;
    assignments
        .eachFile(uri -> new TableColumn(storage, uri, "duplicate_of").optionalStrings())
        .forEach(firsts::addAll);
    for (float[] part :
        assignments.eachFile(
            uri -> new TableColumn(storage, uri, "outlier_score").optionalFloats())) {
      System.arraycopy(part, 0, scores, at, part.length);
      at += part.length;
    }
    firsts.forEach(first -> first.ifPresent(path -> byPath.put(path, -1)));
    for (int row = 0; row < rows; row++) {
      byPath.replace(paths.get(row), row);
    }
    for (int row = 0; row < rows; row++) {
      duplicateOf[row] = firsts.get(row).map(byPath::get).orElse(row);
    }
    return new ResemblanceColumns(duplicateOf, scores);
  }
}
