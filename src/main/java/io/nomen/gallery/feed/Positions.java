package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.MapLayout;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Where images lie on the gallery's map: all of them, or an even draw of {@value #MOST}.
 *
 * @param places [min(rows, MOST), 2] 0 to 1, in row order
 * @param rows N
 * @param algorithm how the positions were found
 */
public record Positions(float[] places, long rows, String algorithm) {
  static final int MOST = 100_000;

  /** Rows that the layout is learnt from. */
  private static final int SAMPLE = 4_000;

  private record Placed(long firstRow, float[] places) implements Serializable {}

  /** Lays out the run's embeddings on the executors; the same for the same run. */
  public static Positions of(JobContext context, Snapshot run, RunRecord record) {
    RowBlocks all =
        new EmbeddingTable(context.spark().get(), run.storage(), run.table("embeddings"))
            .embeddings();
    return of(all, layout(sample(all, record.seed()), record.seed()));
  }

  /** The rows that layouts and codes are learnt from. */
  static RowSample sample(RowBlocks all, long seed) {
    return RowSample.exactly(all, SAMPLE, seed);
  }

  static MapLayout layout(RowSample sample, long seed) {
    return MapLayout.fit(sample.rows().values(), sample.rows().width(), seed);
  }

  static Positions of(RowBlocks all, MapLayout layout) {
    RowBlocks drawn = RowSample.even(all, MOST);
    float[] places = new float[Math.toIntExact(2 * drawn.rows())];
    Broadcast<MapLayout> shared =
        JavaSparkContext.fromSparkContext(all.blocks().context()).broadcast(layout);
    drawn
        .blocks()
        .filter(block -> block.rows() > 0)
        .map(block -> new Placed(block.firstRow(), shared.value().place(block.matrix())))
        .collect()
        .forEach(
            part ->
                System.arraycopy(
                    part.places(),
                    0,
                    places,
                    Math.toIntExact(2 * part.firstRow()),
                    part.places().length));
    shared.destroy();
    return new Positions(places, all.rows(), layout.algorithm(drawn.rows()));
  }

  /** The place of a row, where it was drawn. */
  public Optional<MapPoint> of(long row) {
    OptionalInt number = RowSample.evenNumber(row, rows, MOST);
    return number.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new MapPoint(places[2 * number.getAsInt()], places[2 * number.getAsInt() + 1]));
  }
}
