package io.nomen.clip;

import io.nomen.clip.EncoderCache.PixelBuffer;
import io.nomen.image.Decoded;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** What {@link ClipImageEmbedder} does with the rows of one partition, a batch at a time. */
record EmbeddingTask(
    ClipModel model,
    Storage storage,
    String device,
    Precision precision,
    int batchSize,
    int inputColumn)
    implements Serializable {

  /** The rows with their embedding and status. */
  Iterator<Row> embed(Iterator<Row> rows) {
    ClipEncoder encoder =
        EncoderCache.encoder(model, storage, TorchDevice.ofTask(device), precision);
    return new Batches(rows, encoder);
  }

  private final class Batches implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final ClipEncoder encoder;
    private final Deque<Row> ready = new ArrayDeque<>();

    Batches(Iterator<Row> rows, ClipEncoder encoder) {
      this.rows = rows;
      this.encoder = encoder;
    }

    @Override
    public boolean hasNext() {
      return !ready.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (ready.isEmpty()) {
        if (!rows.hasNext()) {
          throw new NoSuchElementException();
        }
        batch();
      }
      return ready.remove();
    }

    private void batch() {
      List<Row> taken = new ArrayList<>();
      while (taken.size() < batchSize && rows.hasNext()) {
        taken.add(rows.next());
      }
      // Only now: another embedder before this one in the pipeline fills the same thread's buffer.
      ByteBuffer pixels = PixelBuffer.ofThread(taken.size() * model.vision().imageBytes());
      List<String> statuses = taken.stream().map(row -> decode(row, pixels)).toList();
      int pictures = pixels.flip().remaining() / model.vision().imageBytes();
      float[] embeddings = encoder.encodeImages(pixels, pictures);
      int at = 0;
      for (int i = 0; i < taken.size(); i++) {
        boolean ok = statuses.get(i).equals("ok");
        ready.add(extended(taken.get(i), ok ? unit(embeddings, at++) : null, statuses.get(i)));
      }
    }

    /** Puts the row's picture behind the others; its status. */
    private String decode(Row row, ByteBuffer pixels) {
      if (row.isNullAt(inputColumn)) {
        return "there is no image";
      }
      Decoded decoded = ImageDecoder.decode(row.getAs(inputColumn), DecodeOptions.defaults());
      if (decoded instanceof Decoded.Bad bad) {
        return bad.status().word() + ": " + bad.reason();
      }
      pixels.put(model.preprocessing().input().prepare(((Decoded.Ok) decoded).image()));
      return "ok";
    }

    private double[] unit(float[] embeddings, int row) {
      int width = model.projectionWidth();
      double[] unit = new double[width];
      double sum = 0;
      for (int i = 0; i < width; i++) {
        unit[i] = embeddings[row * width + i];
        sum += unit[i] * unit[i];
      }
      for (int i = 0; i < width; i++) {
        unit[i] /= Math.sqrt(sum);
      }
      return unit;
    }

    private Row extended(Row row, double[] embedding, String status) {
      Object[] values = new Object[row.size() + 2];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      values[row.size()] = embedding == null ? null : Vectors.dense(embedding);
      values[row.size() + 1] = status;
      return RowFactory.create(values);
    }
  }
}
