package io.nomen.encode;

import io.nomen.RootLocale;
import io.nomen.clip.ClipEncoder;
import io.nomen.clip.ClipModel;
import io.nomen.clip.EncoderCache;
import io.nomen.clip.EncoderCache.PixelBuffer;
import io.nomen.encode.EncodeTask.BucketManifest;
import io.nomen.encode.EncodeTask.BucketManifest.BadImage;
import io.nomen.image.Bucket;
import io.nomen.image.BucketReader;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.BucketReader.SkippedCounts;
import io.nomen.image.Decoded.ImageInfo;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.ImageRow;
import io.nomen.run.Table;
import io.nomen.run.TableWriter;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import io.nomen.tensor.UnitRows.UnitRow;
import java.io.Closeable;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.LongAccumulator;

/**
 * Encodes one bucket of images: one Parquet file of {@code images}, one of {@code embeddings}, and
 * then, when both are whole, the manifest that makes them count. A repeated or speculative task
 * writes beside the first, and the manifest names the winner.
 */
public final class EncodeTask implements Function<Bucket, BucketManifest> {
  private static final long serialVersionUID = 1L;

  private final Storage storage;
  private final List<ClipModel> models;
  private final Settings settings;
  private final LongAccumulator encoded;

  /**
   * A task for one model, or two.
   *
   * @param models the first one's embeddings are the images'
   */
  EncodeTask(Storage storage, List<ClipModel> models, Settings settings, LongAccumulator encoded) {
    this.storage = storage;
    this.models = List.copyOf(models);
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
    TorchDevice device = TorchDevice.ofTask(settings.device());
    List<ClipEncoder> encoders =
        models.stream()
            .map(model -> EncoderCache.encoder(model, storage, device, settings.precision()))
            .toList();
    SkippedCounts leftOut = new SkippedCounts();
    try (TableWriter<ImageRow> images =
            new TableWriter<>(storage, settings.imagesFolder() + "/" + file, ImageRow.SCHEMA);
        EmbeddingWriter<?> embeddings = embeddings(settings.embeddingsFolder() + "/" + file);
        DecodeAhead prepared =
            new DecodeAhead(
                BucketReader.open(bucket, storage, settings.read(), leftOut),
                models.stream().map(model -> model.preprocessing().input()).toList(),
                bytes -> ImageDecoder.decode(bytes, settings.decode()),
                settings.decodeThreads(),
                2 * settings.batchSize())) {
      Batch batch = new Batch(encoders, images, embeddings);
      while (prepared.hasNext()) {
        batch.add(prepared.next());
      }
      batch.flush();
      return new BucketManifest(
          bucket.number(),
          file,
          images.rows(),
          embeddings.writer().rows(),
          batch.statuses,
          batch.bad,
          leftOut.counts());
    }
  }

  private EmbeddingWriter<?> embeddings(String uri) {
    return models.size() == 1
        ? new EmbeddingWriter<>(
            new TableWriter<>(storage, uri, EmbeddingTable.SCHEMA),
            (path, units) -> new EmbeddingTable.Row(path, values(units, 0), units.get(0).norm()))
        : new EmbeddingWriter<>(
            new TableWriter<>(storage, uri, EmbeddingTable.SCHEMA_OF_TWO),
            (path, units) ->
                new EmbeddingTable.RowOfTwo(
                    path,
                    values(units, 0),
                    units.get(0).norm(),
                    values(units, 1),
                    units.get(1).norm()));
  }

  private static float[] values(List<UnitRow> units, int model) {
    return units.get(model).values().orElseThrow();
  }

  /** Writes an image's embeddings as one row, whatever the number of models. */
  private record EmbeddingWriter<R extends Record>(
      TableWriter<R> writer, BiFunction<String, List<UnitRow>, R> row) implements Closeable {
    void write(String path, List<UnitRow> units) {
      writer.write(row.apply(path, units));
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  /** Gathers images for a forward pass; rows are written in the order of the bucket. */
  private final class Batch {
    private final List<ClipEncoder> encoders;
    private final TableWriter<ImageRow> images;
    private final EmbeddingWriter<?> embeddings;
    private final SortedMap<String, Long> statuses = new TreeMap<>();
    private final List<BadImage> bad = new ArrayList<>();
    private final List<PreparedImage> waiting = new ArrayList<>();
    private int usable;

    Batch(List<ClipEncoder> encoders, TableWriter<ImageRow> images, EmbeddingWriter<?> embeddings) {
      this.encoders = encoders;
      this.images = images;
      this.embeddings = embeddings;
    }

    void add(PreparedImage image) {
      usable += image.pixels().isEmpty() ? 0 : 1;
      waiting.add(image);
      // A run of bad images must not pile up either.
      if (usable == settings.batchSize() || waiting.size() == 4 * settings.batchSize()) {
        flush();
      }
    }

    void flush() {
      List<float[]> values = new ArrayList<>();
      for (int m = 0; m < models.size() && usable > 0; m++) {
        values.add(encoders.get(m).encodeImages(pixels(m), usable));
      }
      int row = 0;
      for (PreparedImage image : waiting) {
        if (image.pixels().isEmpty()) {
          write(image);
        } else {
          write(image, units(values, row));
          row++;
        }
      }
      encoded.add(waiting.size());
      waiting.clear();
      usable = 0;
    }

    /** The usable pictures as the model {@code m} takes them; valid until the next call. */
    private ByteBuffer pixels(int m) {
      // Room for a whole batch at once: too little memory for one is told at the first, not later.
      int imageBytes = models.get(m).vision().imageBytes();
      ByteBuffer pixels = PixelBuffer.ofThread(settings.batchSize() * imageBytes);
      for (PreparedImage image : waiting) {
        if (!image.pixels().isEmpty()) {
          pixels.put(image.pixels().get(m));
        }
      }
      return pixels.flip();
    }

    private List<UnitRow> units(List<float[]> values, int row) {
      List<UnitRow> units = new ArrayList<>();
      for (int m = 0; m < models.size(); m++) {
        int width = models.get(m).projectionWidth();
        units.add(UnitRow.of(values.get(m), row * width, width));
      }
      return units;
    }

    private void write(PreparedImage image, List<UnitRow> units) {
      for (UnitRow unit : units) {
        if (unit.problem().isPresent()) {
          write(image.bad(unit.problem().get()));
          return;
        }
      }
      embeddings.write(image.raw().path(), units);
      write(image);
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
              image.info().map(ImageInfo::format),
              image.info().map(ImageInfo::width),
              image.info().map(ImageInfo::height),
              image.bytes(),
              image.raw().offset(),
              image.digest(),
              image.raw().label()));
    }
  }

  /**
   * Says that a bucket is whole, and which files are it. Written last: a bucket without its
   * manifest does not count, whatever files lie about.
   *
   * @param bucket number of the bucket
   * @param file name of its Parquet file, the same in {@code images} and {@code embeddings}
   * @param listed rows in {@code images}
   * @param embedded rows in {@code embeddings}
   * @param statuses word of each status → images that have it
   * @param bad up to {@value #EXAMPLES} of each status of bad images
   * @param leftOut kind of what lay among the images and is none → how many
   */
  public record BucketManifest(
      int bucket,
      String file,
      long listed,
      long embedded,
      SortedMap<String, Long> statuses,
      List<BadImage> bad,
      SortedMap<String, Long> leftOut)
      implements Serializable {
    /** As many as a message shows. */
    public static final int EXAMPLES = 3;

    /** An image that could not be used. */
    public record BadImage(String status, String reason, String path) implements Serializable {}

    public static String name(int bucket) {
      return RootLocale.format("bucket-%06d.json", bucket);
    }
  }

  /**
   * What a task needs to know to encode a bucket.
   *
   * @param batchSize images per forward pass
   * @param decodeThreads threads that decode ahead of the encoder, per task
   * @param torchThreads threads of one libtorch operation: an executor's cores over its task slots
   */
  record Settings(
      String imagesFolder,
      String embeddingsFolder,
      String manifestsFolder,
      Precision precision,
      String device,
      int batchSize,
      int decodeThreads,
      int torchThreads,
      ReadOptions read,
      DecodeOptions decode)
      implements Serializable {}
}
