package io.nomen.job;

import io.nomen.evaluate.RunQuality;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.naming.ClusterSurvey;
import io.nomen.run.Assignments;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.ResemblanceColumns;
import io.nomen.run.RunFolder;
import io.nomen.run.Stopwatch;
import io.nomen.run.Table;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;

/** The tables that every run ends with: {@code assignments} and {@code clusters}. */
final class ResultTables {
  private ResultTables() {}

  /**
   * Writes both tables of {@code attempt}.
   *
   * @param embeddings the rows of {@code table}, persisted
   * @param resemblance what is known of near-duplicates and outliers
   * @param clusters K
   * @param naming gives the K names when the assignments are known
   * @return label-free quality of what was written
   */
  static RunQuality write(
      RunFolder folder,
      String attempt,
      JavaRDD<AssignmentBlock> rows,
      EmbeddingTable table,
      RowBlocks embeddings,
      ResemblanceColumns resemblance,
      int clusters,
      Function<Assignments, NamedClusters> naming,
      long seed,
      Stopwatch stopwatch) {
    Storage storage = folder.storage();
    Table written =
        stopwatch.time(
            "tables", () -> Assignments.write(folder, attempt, rows, table.paths(), resemblance));
    Assignments assignments = Assignments.read(storage, written);
    ClusterSurvey survey =
        ClusterSurvey.of(
            embeddings,
            assignments,
            clusters,
            naming,
            row -> paths(storage, written, row),
            seed,
            stopwatch);
    stopwatch.time("tables", () -> folder.write(ClusterRow.SCHEMA, attempt, survey.clusters()));
    return survey.quality();
  }

  private static Map<Long, String> paths(Storage storage, Table assignments, long[] rows) {
    List<String> all = Assignments.paths(storage, assignments);
    Map<Long, String> found = new HashMap<>();
    for (long row : rows) {
      found.put(row, all.get(Math.toIntExact(row)));
    }
    return found;
  }
}
