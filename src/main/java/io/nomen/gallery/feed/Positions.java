package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.MapLayout;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.tensor.RowSample;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where images lie on the gallery's map.
 *
 * @param byRow only the rows that were drawn for the map
 * @param algorithm how the positions were found
 */
record Positions(Map<Integer, MapPoint> byRow, String algorithm) {
  private static final int MOST = 4_000;

  /** Lays out an even draw of the run's embeddings; the same for the same run. */
  static Positions of(JobContext context, Snapshot run, RunRecord record, int rows) {
    EmbeddingTable table =
        new EmbeddingTable(context.spark().get(), run.storage(), run.table("embeddings"));
    RowSample sample = RowSample.exactly(table.embeddings(), Math.min(MOST, rows), record.seed());
    MapLayout layout = MapLayout.of(sample.rows().values(), table.width(), record.seed());
    Map<Integer, MapPoint> byRow = new HashMap<>();
    for (int i = 0; i < sample.numbers().length; i++) {
      byRow.put((int) sample.numbers()[i], new MapPoint(layout.x()[i], layout.y()[i]));
    }
    return new Positions(byRow, layout.algorithm());
  }

  Optional<MapPoint> of(int row) {
    return Optional.ofNullable(byRow.get(row));
  }
}
