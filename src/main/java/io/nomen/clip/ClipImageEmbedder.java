package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * CLIP's image tower as a Spark ML transformer: encoded images (JPEG, PNG, …) in, unit vectors out.
 *
 * <p>{@code inputCol} holds bytes; {@code outputCol} gets a vector of the model's width, or null
 * where the bytes are no picture; {@code statusCol} gets {@code ok} or why not, so that no row is
 * lost and no row stops the job. One encoder per executor and device does the work, whatever the
 * number of partitions. The checkpoint is checked by {@code transform}, before any action.
 */
public final class ClipImageEmbedder extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final Param<String> statusCol;
  private final Param<String> model;
  private final Param<String> precision;
  private final Param<String> device;
  private final IntParam batchSize;

  public ClipImageEmbedder() {
    this(Identifiable$.MODULE$.randomUID("clipImageEmbedder"));
  }

  public ClipImageEmbedder(String uid) {
    this.uid = uid;
    inputCol = new Param<>(this, "inputCol", "column of encoded images, binary");
    outputCol = new Param<>(this, "outputCol", "column for the unit embeddings, vector");
    statusCol = new Param<>(this, "statusCol", "column for \"ok\" or why there is no embedding");
    model = new Param<>(this, "model", "folder of a Hugging Face CLIP checkpoint, or \"tiny\"");
    precision = new Param<>(this, "precision", "auto, fp32, bf16 or fp16");
    device = new Param<>(this, "device", "auto, cpu or cuda:N");
    batchSize = new IntParam(this, "batchSize", "images per forward pass, at least 1");
    setDefault(inputCol, "content");
    setDefault(outputCol, "embedding");
    setDefault(statusCol, "status");
    setDefault(model, CheckpointFiles.BUNDLED);
    setDefault(precision, Precision.AUTO.word());
    setDefault(device, "auto");
    setDefault(batchSize, 32);
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
    if (getOrDefault(batchSize) instanceof Integer size && size < 1) {
      throw NomenException.usage("batchSize is %d; at least 1 is needed.".formatted(size));
    }
    Storage storage = new Storage(images.sparkSession().sparkContext().hadoopConfiguration());
    EmbeddingTask task =
        new EmbeddingTask(
            ClipCheckpoint.open(storage, getOrDefault(model)).model(),
            storage,
            getOrDefault(device),
            Precision.parse(getOrDefault(precision)),
            (Integer) getOrDefault(batchSize),
            images.schema().fieldIndex(getOrDefault(inputCol)));
    MapPartitionsFunction<Row, Row> embed = task::embed;
    return images.toDF().mapPartitions(embed, Encoders.row(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    String input = getOrDefault(inputCol);
    if (!schema.getFieldIndex(input).isDefined()
        || !schema.apply(input).dataType().equals(DataTypes.BinaryType)) {
      throw NomenException.usage(
          "inputCol \"%s\" is not a binary column of %s.".formatted(input, schema.simpleString()));
    }
    for (String added : new String[] {getOrDefault(outputCol), getOrDefault(statusCol)}) {
      if (schema.getFieldIndex(added).isDefined()) {
        throw NomenException.usage("Column \"%s\" is there already.".formatted(added));
      }
    }
    return schema
        .add(getOrDefault(outputCol), SQLDataTypes.VectorType(), true)
        .add(getOrDefault(statusCol), DataTypes.StringType, false);
  }

  @Override
  public ClipImageEmbedder copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public String uid() {
    return uid;
  }

  public Param<String> inputCol() {
    return inputCol;
  }

  public Param<String> outputCol() {
    return outputCol;
  }

  public Param<String> statusCol() {
    return statusCol;
  }

  public Param<String> model() {
    return model;
  }

  public Param<String> precision() {
    return precision;
  }

  public Param<String> device() {
    return device;
  }

  public IntParam batchSize() {
    return batchSize;
  }
}
