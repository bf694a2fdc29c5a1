package io.nomen.job;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.RunQuality;
import io.nomen.naming.ClusterNaming.NamedClusters;
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
   * @param ids [K] what the tables call the clusters 0 to K − 1 of {@code rows}
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
      int[] ids,
      Function<Assignments, NamedClusters> naming,
      long seed,
      Stopwatch stopwatch) {
    Storage storage = folder.storage();
    Table written =
        stopwatch.time(
            "tables",
            () ->
                Assignments.write(
                    folder,
                    attempt,
                    rows.map(block -> block.withIds(ids)),
                    table.paths(),
                    resemblance));
    Assignments assignments = Assignments.read(storage, written).withoutIds(ids);
    NamedClusters names = stopwatch.time("names", () -> naming.apply(assignments));
    return stopwatch.time(
        "quality",
        () -> {
          RunQuality quality = RunQuality.of(embeddings, assignments, ids.length, seed);
          ClusterProfiles profiles =
              ClusterProfiles.of(embeddings, assignments.cluster(), ids.length);
          folder.write(
              ClusterRow.SCHEMA,
              attempt,
              names.rows(ids, profiles, quality, Assignments.paths(storage, written)));
          return quality;
        });
  }
}
