package io.nomen.ml;

import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.clip.ClipModel;
import io.nomen.clip.EncoderCache;
import io.nomen.clip.Tokenizer;
import io.nomen.encode.ModelChoice;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
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

/**
 * CLIP's text tower as a transformer: texts in, vectors in the space of the images' out.
 *
 * <p>With {@code prompts} each text is put into several sentences, as CLIP's authors do with the
 * names of classes; its embedding is the mean of the sentences' embeddings. Texts longer than the
 * model takes are cut there. A row without text keeps its place: no embedding, and the status
 * {@code empty}.
 */
public final class ClipTextEmbedder extends Transformer
    implements HasInputCol, HasOutputCol, HasStatus<ClipTextEmbedder>, DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private static final int TEXTS_PER_BATCH = 64;
  private static final String PLACE = "{}";

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
  private final StringArrayParam prompts;

  /** An embedder with the bundled model, from {@code text} to {@code embedding}. */
  public ClipTextEmbedder() {
    this(Identifiable$.MODULE$.randomUID("clipTextEmbedder"));
  }

  /** The same with an id of its own. */
  public ClipTextEmbedder(String uid) {
    this.uid = uid;
    inputCol = SharedParams.text(this, "inputCol", "column of texts");
    outputCol = SharedParams.text(this, "outputCol", "column for the embeddings");
    statusCol = SharedParams.statusCol(this);
    reasonCol = SharedParams.reasonCol(this);
    outputType = SharedParams.outputType(this);
    normalize = SharedParams.normalize(this);
    model = SharedParams.model(this);
    precision = SharedParams.precision(this);
    device = SharedParams.device(this);
    batchSize = SharedParams.atLeastOne(this, "batchSize", "texts per forward pass");
    prompts =
        new StringArrayParam(
            this,
            "prompts",
            "sentences that each text is put into, with one {} for it; their mean counts",
            SharedParams.valid(
                sentences ->
                    sentences.length > 0
                        && Arrays.stream(sentences)
                            .allMatch(s -> s.split("\\{}", -1).length == 2)));
    setDefault(inputCol, "text");
    setDefault(outputCol, "embedding");
    setDefault(statusCol, "status");
    setDefault(reasonCol, "reason");
    setDefault(outputType, SharedParams.VECTOR);
    setDefault(normalize, true);
    setDefault(model, "tiny");
    setDefault(precision, "auto");
    setDefault(device, "auto");
    setDefault(batchSize, TEXTS_PER_BATCH);
    setDefault(prompts, new String[] {PLACE});
  }

  /** The transformer that {@code write().save(path)} left at {@code path}. */
  public static ClipTextEmbedder load(String path) {
    return read().load(path);
  }

  /** What Spark's pipelines load a saved transformer with. */
  public static MLReader<ClipTextEmbedder> read() {
    return new DefaultParamsReader<>();
  }

  @Override
  public Dataset<Row> transform(Dataset<?> texts) {
    StructType schema = transformSchema(texts.schema());
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(texts.sparkSession().sparkContext());
    Storage storage = new Storage(spark.hadoopConfiguration());
    ClipCheckpoint checkpoint = Locations.checkpoint(storage, getModel());
    ModelChoice choice =
        new ModelChoice(getModel(), Precision.parse(getPrecision()), getDevice(), 0);
    TextTask task =
        new TextTask(
            checkpoint.model(),
            checkpoint.tokenizer(),
            List.of(getPrompts()),
            storage,
            getDevice(),
            choice.precision().on(choice.taskDevice(Sessions.offersGpus(spark.getConf()))),
            getBatchSize(),
            Sessions.taskThreads(spark),
            texts.schema().fieldIndex(getInputCol()),
            EmbeddedCells.of(this, getOutputCol()));
    MapPartitionsFunction<Row, Row> embed = task::embed;
    return texts.toDF().mapPartitions(embed, Encoders.row(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Columns.require(schema, getInputCol(), List.of(DataTypes.StringType));
    return EmbeddedCells.of(this, getOutputCol()).schema(schema);
  }

  @Override
  public ClipTextEmbedder copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** What a task does with the rows of one partition. */
  private record TextTask(
      ClipModel model,
      Tokenizer tokenizer,
      List<String> prompts,
      Storage storage,
      String device,
      Precision precision,
      int batchSize,
      int threads,
      int inputColumn,
      EmbeddedCells cells)
      implements Serializable {

    private record Waiting(Row row, String text) implements BatchedRows.Waiting {
      @Override
      public long bytes() {
        return 2L * text.length();
      }
    }

    Iterator<Row> embed(Iterator<Row> rows) {
      Torch.start(threads);
      ClipEncoder encoder =
          EncoderCache.encoder(model, storage, TorchDevice.ofTask(device), precision);
      return new BatchedRows<>(rows, batchSize, 0, this::begin, taken -> finish(taken, encoder));
    }

    private Waiting begin(Row row) {
      return new Waiting(row, row.isNullAt(inputColumn) ? "" : row.getString(inputColumn).strip());
    }

    private Collection<Row> finish(List<Waiting> taken, ClipEncoder encoder) {
      List<String> texts =
          taken.stream().map(Waiting::text).filter(text -> !text.isEmpty()).toList();
      float[] embeddings = TaskThreads.take(threads, () -> embeddings(texts, encoder));
      int width = model.projectionWidth();
      List<Row> rows = new ArrayList<>();
      int start = 0;
      for (Waiting one : taken) {
        if (one.text().isEmpty()) {
          rows.add(cells.bad(one.row(), "empty", "there is no text"));
        } else {
          rows.add(cells.good(one.row(), embeddings, start, width));
          start += width;
        }
      }
      return rows;
    }

    /** Means over the prompts, [texts, d]. */
    private float[] embeddings(List<String> texts, ClipEncoder encoder) {
      float[] sum = new float[texts.size() * model.projectionWidth()];
      for (String prompt : prompts) {
        float[] part =
            encoder.encodeTexts(
                texts.stream().map(text -> tokenizer.encode(prompt.replace(PLACE, text))).toList());
        for (int i = 0; i < sum.length; i++) {
          sum[i] += part[i] / prompts.size();
        }
      }
      return sum;
    }
  }

  @Override
  public Param<String> inputCol() {
    return inputCol;
  }

  /** Sets {@link #inputCol()}. */
  public ClipTextEmbedder setInputCol(String value) {
    return (ClipTextEmbedder) set(inputCol, value);
  }

  @Override
  public Param<String> outputCol() {
    return outputCol;
  }

  /** Sets {@link #outputCol()}. */
  public ClipTextEmbedder setOutputCol(String value) {
    return (ClipTextEmbedder) set(outputCol, value);
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

  /** Sentences that each text is put into, with one {@code {}} for it; default the text alone. */
  public StringArrayParam prompts() {
    return prompts;
  }

  /** The value of {@link #prompts()}. */
  public String[] getPrompts() {
    return getOrDefault(prompts);
  }

  /** Sets {@link #prompts()}. */
  public ClipTextEmbedder setPrompts(String... value) {
    return (ClipTextEmbedder) set(prompts, value);
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
