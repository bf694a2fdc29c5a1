package io.nomen.encode;

import io.nomen.clip.ClipEncoder;
import io.nomen.clip.ClipModel;
import io.nomen.clip.EncoderCache;
import io.nomen.clip.PixelBuffer;
import io.nomen.encode.BucketManifest.BadImage;
import io.nomen.image.Bucket;
import io.nomen.image.BucketReader;
import io.nomen.image.Facts;
import io.nomen.image.LeftOut;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.ImageRow;
import io.nomen.run.Table;
import io.nomen.run.TableWriter;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.LongAccumulator;

/**
 * Encodes one bucket of images: one Parquet file of {@code images}, one of {@code embeddings}, and
 * then, when both are whole, the manifest that makes them count. A repeated or speculative task
 * writes beside the first, and the manifest names the winner.
 */
final class EncodeTask implements Function<Bucket, BucketManifest> {
  private static final long serialVersionUID = 1L;

  private final Storage storage;
  private final ClipModel model;
  private final EncodeSettings settings;
  private final LongAccumulator encoded;

  EncodeTask(Storage storage, ClipModel model, EncodeSettings settings, LongAccumulator encoded) {
    this.storage = storage;
    this.model = model;
    this.settings = settings;
    this.encoded = encoded;
  }

  @Override
  public BucketManifest call(Bucket bucket) {
    String file = Table.newFile("bucket", bucket.number());
    Torch.start(settings.torchThreads());
    BucketManifest manifest = TaskThreads.take(settings.torchThreads(), () -> encode(bucket, file));
    storage.writeText(
        settings.manifestsFolder() + "/" + BucketManifest.name(bucket.number()),
        Json.line(manifest));
    return manifest;
  }

  private BucketManifest encode(Bucket bucket, String file) {
    ClipEncoder encoder =
        EncoderCache.encoder(
            model,
            storage,
            TaskDevice.choose(settings.device(), TaskContext.get()),
            settings.precision());
    LeftOut leftOut = new LeftOut();
    try (TableWriter<ImageRow> images =
            new TableWriter<>(storage, settings.imagesFolder() + "/" + file, ImageRow.SCHEMA);
        TableWriter<EmbeddingTable.Row> embeddings =
            new TableWriter<>(
                storage, settings.embeddingsFolder() + "/" + file, EmbeddingTable.SCHEMA);
        DecodeAhead prepared =
            new DecodeAhead(
                BucketReader.open(bucket, storage, settings.read(), leftOut),
                model.preprocessing(),
                settings.decode(),
                settings.decodeThreads(),
                2 * settings.batchSize())) {
      Batch batch = new Batch(encoder, images, embeddings);
      while (prepared.hasNext()) {
        batch.add(prepared.next());
      }
      batch.flush();
      return new BucketManifest(
          bucket.number(),
          file,
          images.rows(),
          embeddings.rows(),
          batch.statuses,
          batch.bad,
          leftOut.counts());
    }
  }

  /** Gathers images for a forward pass; rows are written in the order of the bucket. */
  private final class Batch {
    private final ClipEncoder encoder;
    private final TableWriter<ImageRow> images;
    private final TableWriter<EmbeddingTable.Row> embeddings;
    private final SortedMap<String, Long> statuses = new TreeMap<>();
    private final List<BadImage> bad = new ArrayList<>();
    private final List<PreparedImage> waiting = new ArrayList<>();
    private final ByteBuffer pixels;
    private int usable;

    Batch(
        ClipEncoder encoder,
        TableWriter<ImageRow> images,
        TableWriter<EmbeddingTable.Row> embeddings) {
      this.encoder = encoder;
      this.images = images;
      this.embeddings = embeddings;
      int crop = model.preprocessing().crop();
      this.pixels = PixelBuffer.ofThread(settings.batchSize() * crop * crop * 3);
    }

    void add(PreparedImage image) {
      image.pixels().ifPresent(pixels::put);
      usable += image.pixels().isPresent() ? 1 : 0;
      waiting.add(image);
      // A run of bad images must not pile up either.
      if (usable == settings.batchSize() || waiting.size() == 4 * settings.batchSize()) {
        flush();
      }
    }

    void flush() {
      float[] values = {};
      if (usable > 0) {
        values = encoder.encodeImages(pixels.flip(), usable);
      }
      int row = 0;
      for (PreparedImage image : waiting) {
        if (image.pixels().isPresent()) {
          write(image, UnitRow.of(values, row * model.projectionWidth(), model.projectionWidth()));
          row++;
        } else {
          write(image);
        }
      }
      encoded.add(waiting.size());
      waiting.clear();
      pixels.clear();
      usable = 0;
    }

    private void write(PreparedImage image, UnitRow unit) {
      if (unit.values().isPresent()) {
        embeddings.write(
            new EmbeddingTable.Row(image.raw().path(), unit.values().get(), unit.norm()));
        write(image);
      } else {
        write(image.bad(unit.problem().orElseThrow()));
      }
    }

    private void write(PreparedImage image) {
      String status = image.status().word();
      if (statuses.merge(status, 1L, Long::sum) <= BucketManifest.EXAMPLES) {
        image
            .reason()
            .ifPresent(reason -> bad.add(new BadImage(status, reason, image.raw().path())));
      }
      images.write(
          new ImageRow(
              image.raw().path(),
              status,
              image.reason(),
              image.facts().map(Facts::format),
              image.facts().map(Facts::width),
              image.facts().map(Facts::height),
              image.bytes(),
              image.raw().offset(),
              image.digest(),
              image.raw().label()));
    }
  }
}
