package io.nomen.ml;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.clip.ClipEncoder;
import io.nomen.clip.ClipModel;
import io.nomen.clip.EncoderCache;
import io.nomen.clip.EncoderCache.PixelBuffer;
import io.nomen.encode.EncodeStage.BatchSize;
import io.nomen.encode.ModelChoice;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.Decoded;
import io.nomen.image.ImageBytes;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.ImageStatus;
import io.nomen.image.RawImage.Content;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.shared.HasInputCol;
import org.apache.spark.ml.param.shared.HasOutputCol;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * CLIP's image tower as a transformer: encoded images (JPEG, PNG, WebP, TIFF, BMP, GIF) in, unit
 * vectors out.
 *
 * <p>The input column holds the images' bytes, or paths and URIs that the executors can read. The
 * output column gets a vector of the model's width, or null where the cell is no picture; the
 * status column says {@code ok} or a word for what is wrong ({@code empty}, {@code not-an-image},
 * {@code unsupported}, {@code truncated}, {@code corrupt}, {@code too-large}, {@code timeout},
 * {@code unreadable}), and the reason column a sentence. No row is lost, and no image stops the
 * job; a store that does not answer does.
 *
 * <p>One encoder per executor and device does the work, whatever the number of partitions; of the
 * models that a process has used, the last two keep their weights in memory. The checkpoint is
 * checked by {@code transform}, before any action.
 */
public final class ClipImageEmbedder extends Transformer
    implements HasInputCol, HasOutputCol, HasStatus<ClipImageEmbedder>, DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final Param<String> statusCol;
  private final Param<String> reasonCol;
  private final Param<String> outputType;
  private final BooleanParam normalize;
  private final Param<String> model;
  private final Param<String> precision;
  private final Param<String> device;
  private final IntParam batchSize;
  private final LongParam pixelLimit;
  private final DoubleParam timeLimit;

  /** An embedder with the bundled model, from {@code content} to {@code embedding}. */
  public ClipImageEmbedder() {
    this(Identifiable$.MODULE$.randomUID("clipImageEmbedder"));
  }

  /** The same with an id of its own. */
  public ClipImageEmbedder(String uid) {
    this.uid = uid;
    inputCol =
        SharedParams.text(
            this, "inputCol", "column of encoded images: their bytes, or paths to them");
    outputCol = SharedParams.text(this, "outputCol", "column for the embeddings");
    statusCol = SharedParams.statusCol(this);
    reasonCol = SharedParams.reasonCol(this);
    outputType = SharedParams.outputType(this);
    normalize = SharedParams.normalize(this);
    model = SharedParams.model(this);
    precision = SharedParams.precision(this);
    device = SharedParams.device(this);
    batchSize =
        SharedParams.atLeastOne(
            this, "batchSize", "images per forward pass; not set, what suits model and device");
    pixelLimit =
        new LongParam(
            this,
            "pixelLimit",
            "images whose header promises more pixels are not decoded",
            ParamValidators.gtEq(1));
    timeLimit =
        new DoubleParam(
            this,
            "timeLimit",
            "seconds after which decoding an image stops",
            ParamValidators.gt(0));
    setDefault(inputCol, "content");
    setDefault(outputCol, "embedding");
    setDefault(statusCol, "status");
    setDefault(reasonCol, "reason");
    setDefault(outputType, SharedParams.VECTOR);
    setDefault(normalize, true);
    setDefault(model, "tiny");
    setDefault(precision, "auto");
    setDefault(device, "auto");
    setDefault(pixelLimit, DecodeOptions.DEFAULT_PIXEL_LIMIT);
    setDefault(timeLimit, (double) DecodeOptions.DEFAULT_TIME_LIMIT.toSeconds());
  }

  /** The transformer that {@code write().save(path)} left at {@code path}. */
  public static ClipImageEmbedder load(String path) {
    return read().load(path);
  }

  /** What Spark's pipelines load a saved transformer with. */
  public static MLReader<ClipImageEmbedder> read() {
    return new DefaultParamsReader<>();
  }

  @Override
  public Dataset<Row> transform(Dataset<?> images) {
    StructType schema = transformSchema(images.schema());
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(images.sparkSession().sparkContext());
    Storage storage = new Storage(spark.hadoopConfiguration());
    ClipModel clip = Locations.checkpoint(storage, getModel()).model();
    ModelChoice choice =
        new ModelChoice(getModel(), Precision.parse(getPrecision()), getDevice(), 0);
    var taskDevice = choice.taskDevice(Sessions.offersGpus(spark.getConf()));
    int threads = Sessions.taskThreads(spark);
    ImageTask task =
        new ImageTask(
            clip,
            storage,
            getDevice(),
            choice.precision().on(taskDevice),
            isDefined(batchSize) ? getBatchSize() : BatchSize.choose(clip.vision(), taskDevice),
            threads,
            new DecodeOptions(getPixelLimit(), Duration.ofMillis((long) (1000 * getTimeLimit()))),
            images.schema().fieldIndex(getInputCol()),
            EmbeddedCells.of(this, getOutputCol()));
    MapPartitionsFunction<Row, Row> embed = task::embed;
    return images.toDF().mapPartitions(embed, Encoders.row(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Columns.require(schema, getInputCol(), List.of(DataTypes.BinaryType, DataTypes.StringType));
    return EmbeddedCells.of(this, getOutputCol()).schema(schema);
  }

  @Override
  public ClipImageEmbedder copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** What a task does with the rows of one partition. */
  private record ImageTask(
      ClipModel model,
      Storage storage,
      String device,
      Precision precision,
      int batchSize,
      int threads,
      DecodeOptions decode,
      int inputColumn,
      EmbeddedCells cells)
      implements Serializable {

    /** What became of a cell's image: pixels as the model takes them, or why there are none. */
    private record Prepared(byte[] pixels, ImageStatus status, String reason) {
      static Prepared bad(ImageStatus status, String reason) {
        return new Prepared(new byte[0], status, reason);
      }
    }

    private record Waiting(Row row, long bytes, Future<Prepared> image)
        implements BatchedRows.Waiting {
      Prepared prepared() {
        try {
          return image.get();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while decoding", e);
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException told) {
            throw told;
          }
          throw new IllegalStateException("decoding failed", e.getCause());
        }
      }
    }

    Iterator<Row> embed(Iterator<Row> rows) {
      Torch.start(threads);
      ClipEncoder encoder =
          EncoderCache.encoder(model, storage, TorchDevice.ofTask(device), precision);
      ExecutorService decoders =
          Executors.newFixedThreadPool(threads, DaemonThreads.named("nomen-decode"));
      TaskContext.get()
          .addTaskCompletionListener((TaskCompletionListener) end -> decoders.shutdownNow());
      return new BatchedRows<>(
          rows, batchSize, batchSize, row -> begin(row, decoders), taken -> finish(taken, encoder));
    }

    private Waiting begin(Row row, ExecutorService decoders) {
      Object cell = row.get(inputColumn);
      long bytes = cell instanceof byte[] image ? image.length : 0;
      return new Waiting(row, bytes, decoders.submit(() -> prepare(cell)));
    }

    private Prepared prepare(Object cell) {
      if (cell == null) {
        return Prepared.bad(ImageStatus.EMPTY, "there is no image");
      }
      Content content = cell instanceof String path ? read(path) : new Content.Whole((byte[]) cell);
      if (content instanceof Content.Missing missing) {
        return Prepared.bad(missing.status(), missing.reason());
      }
      Decoded decoded = ImageDecoder.decode(((Content.Whole) content).bytes(), decode);
      return decoded instanceof Decoded.Ok ok
          ? new Prepared(model.preprocessing().input().prepare(ok.image()), ImageStatus.OK, "")
          : Prepared.bad(((Decoded.Bad) decoded).status(), ((Decoded.Bad) decoded).reason());
    }

    private Content read(String path) {
      String uri;
      try {
        uri = Locations.qualify(storage, path);
      } catch (NomenException e) {
        return new Content.Missing(ImageStatus.UNREADABLE, e.getMessage());
      }
      return ImageBytes.whole(storage, uri, ReadOptions.defaults());
    }

    private Collection<Row> finish(List<Waiting> taken, ClipEncoder encoder) {
      List<Prepared> images = taken.stream().map(Waiting::prepared).toList();
      ByteBuffer pixels = PixelBuffer.ofThread(batchSize * model.vision().imageBytes());
      images.forEach(image -> pixels.put(image.pixels()));
      int pictures = pixels.flip().remaining() / model.vision().imageBytes();
      float[] embeddings = TaskThreads.take(threads, () -> encoder.encodeImages(pixels, pictures));
      List<Row> rows = new ArrayList<>();
      int width = model.projectionWidth();
      int start = 0;
      for (int i = 0; i < taken.size(); i++) {
        Row row = taken.get(i).row();
        Prepared image = images.get(i);
        if (image.status() == ImageStatus.OK) {
          rows.add(cells.good(row, embeddings, start, width));
          start += width;
        } else {
          rows.add(cells.bad(row, image.status().word(), image.reason()));
        }
      }
      return rows;
    }
  }

  @Override
  public Param<String> inputCol() {
    return inputCol;
  }

  /** Sets {@link #inputCol()}. */
  public ClipImageEmbedder setInputCol(String value) {
    return (ClipImageEmbedder) set(inputCol, value);
  }

  @Override
  public Param<String> outputCol() {
    return outputCol;
  }

  /** Sets {@link #outputCol()}. */
  public ClipImageEmbedder setOutputCol(String value) {
    return (ClipImageEmbedder) set(outputCol, value);
  }

  @Override
  public Param<String> statusCol() {
    return statusCol;
  }

  @Override
  public Param<String> reasonCol() {
    return reasonCol;
  }

  @Override
  public Param<String> outputType() {
    return outputType;
  }

  @Override
  public BooleanParam normalize() {
    return normalize;
  }

  @Override
  public Param<String> model() {
    return model;
  }

  @Override
  public Param<String> precision() {
    return precision;
  }

  @Override
  public Param<String> device() {
    return device;
  }

  @Override
  public IntParam batchSize() {
    return batchSize;
  }

  /** Images whose header promises more pixels are not decoded; default 178,956,970. */
  public LongParam pixelLimit() {
    return pixelLimit;
  }

  /** The value of {@link #pixelLimit()}. */
  public long getPixelLimit() {
    return (Long) getOrDefault(pixelLimit);
  }

  /** Sets {@link #pixelLimit()}. */
  public ClipImageEmbedder setPixelLimit(long value) {
    return (ClipImageEmbedder) set(pixelLimit, value);
  }

  /** Seconds after which decoding an image stops; default 30. */
  public DoubleParam timeLimit() {
    return timeLimit;
  }

  /** The value of {@link #timeLimit()}. */
  public double getTimeLimit() {
    return (Double) getOrDefault(timeLimit);
  }

  /** Sets {@link #timeLimit()}. */
  public ClipImageEmbedder setTimeLimit(double value) {
    return (ClipImageEmbedder) set(timeLimit, value);
  }

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasInputCol$_setter_$inputCol_$eq(
      Param<String> param) {}

  @Override
  @SuppressWarnings("MemberName") // The same.
  public void org$apache$spark$ml$param$shared$HasOutputCol$_setter_$outputCol_$eq(
      Param<String> param) {}
}
