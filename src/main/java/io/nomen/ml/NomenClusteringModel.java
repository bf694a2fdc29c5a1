package io.nomen.ml;

import io.nomen.NomenException;
import io.nomen.method.FittedModel;
import io.nomen.run.ClusterRow;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import io.nomen.tensor.UnitRows.UnitRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.shared.HasFeaturesCol;
import org.apache.spark.ml.param.shared.HasPredictionCol;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Clusters that were found, with their names: gives any row with an embedding its cluster.
 *
 * <p>The rows that it was fitted on get the clusters of the fit. A row without an embedding (null,
 * zeros, NaN) keeps its place and has no cluster.
 *
 * <p>A saved model is a run's folder: {@code nomen assign --run} takes it, and {@link #load} takes
 * what {@code nomen cluster} left.
 */
public final class NomenClusteringModel extends Model<NomenClusteringModel>
    implements HasFeaturesCol, HasPredictionCol, MLWritable {
  private static final long serialVersionUID = 1L;

  private static final int ROWS_PER_BATCH = 1024;

  private final String uid;
  private final Param<String> featuresCol;
  private final Param<String> predictionCol;
  private final Param<String> confidenceCol;
  private final Param<String> nameCol;
  private transient FittedModel fitted;
  private transient List<ClusterRow> rows = List.of();
  private transient RunRecord record;

  /** A model of nothing, for Spark's reader of parameters. */
  public NomenClusteringModel(String uid) {
    this.uid = uid;
    featuresCol = SharedParams.featuresCol(this);
    predictionCol = SharedParams.predictionCol(this);
    confidenceCol = SharedParams.confidenceCol(this);
    nameCol = SharedParams.nameCol(this);
    setDefault(featuresCol, "features");
    setDefault(predictionCol, "prediction");
    setDefault(confidenceCol, "confidence");
    setDefault(nameCol, "name");
  }

  NomenClusteringModel(String uid, FittedModel fitted, List<ClusterRow> rows, RunRecord record) {
    this(uid);
    this.fitted = fitted;
    this.rows = List.copyOf(rows);
    this.record = record;
  }

  /**
   * The model at {@code path}: one that was saved, or a folder that {@code nomen cluster} wrote.
   *
   * @throws NomenException where there is none
   */
  public static NomenClusteringModel load(String path) {
    return read().load(path);
  }

  /** What Spark's pipelines load a saved model with. */
  public static MLReader<NomenClusteringModel> read() {
    return new Reader();
  }

  private static final class Reader extends MLReader<NomenClusteringModel> {
    @Override
    public NomenClusteringModel load(String path) {
      Storage storage = new Storage(sparkSession().sparkContext().hadoopConfiguration());
      String uri = Locations.qualify(storage, path);
      Snapshot run = new RunFolder(storage, uri).snapshot();
      NomenClusteringModel model =
          storage.exists(uri + "/metadata")
              ? new DefaultParamsReader<NomenClusteringModel>().load(path)
              : new NomenClusteringModel(Identifiable$.MODULE$.randomUID("nomenClustering"));
      model.record = run.requireRecord();
      model.fitted = StoredModel.read(run);
      model.rows = List.copyOf(run.rows(ClusterRow.SCHEMA));
      return model;
    }
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  private static final class Writer extends MLWriter {
    private final NomenClusteringModel model;

    Writer(NomenClusteringModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      new DefaultParamsWriter(model).saveImpl(path);
      Storage storage = new Storage(sparkSession().sparkContext().hadoopConfiguration());
      RunFolder folder = new RunFolder(storage, Locations.qualify(storage, path));
      Snapshot unused = folder.holding(() -> publish(folder));
    }

    private Snapshot publish(RunFolder folder) {
      String run = RunFolder.newId();
      StoredModel.write(folder, run, model.fitted);
      folder.write(ClusterRow.SCHEMA, run, model.rows);
      return folder.publish(
          run,
          Map.of("heads", run, ClusterRow.SCHEMA.name(), run),
          Map.of(),
          Optional.of(model.record));
    }
  }

  /** K, how many clusters there are. */
  public int numClusters() {
    return fitted.clusters();
  }

  /** d, how many numbers an embedding has. */
  public int numFeatures() {
    return fitted.width();
  }

  /**
   * One row for each cluster, as {@code docs/output.md} explains the table {@code clusters}: its
   * number, name, the nouns behind the name, size, mean confidence, silhouette, medoid and the
   * clusters nearest to it.
   */
  public Dataset<Row> clusters() {
    return ClusterRow.SCHEMA.dataset(SparkSession.active(), rows);
  }

  /** How good the fit looks without a label, and how it came about. */
  public NomenClusteringSummary summary() {
    return new NomenClusteringSummary(record, rows);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
    AssignTask task =
        new AssignTask(
            spark.broadcast(fitted),
            names(),
            Sessions.taskThreads(spark),
            dataset.schema().fieldIndex(getFeaturesCol()),
            getFeaturesCol(),
            !getPredictionCol().isEmpty(),
            !getConfidenceCol().isEmpty(),
            !getNameCol().isEmpty());
    MapPartitionsFunction<Row, Row> assign = task::assign;
    return dataset.toDF().mapPartitions(assign, Encoders.row(schema));
  }

  /** By the number of the cluster; not all numbers need be a cluster's. */
  private String[] names() {
    String[] names = new String[fitted.clusters()];
    rows.forEach(row -> names[row.cluster()] = row.name());
    return names;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return transformed(
        schema, getFeaturesCol(), getPredictionCol(), getConfidenceCol(), getNameCol());
  }

  static StructType transformed(
      StructType schema, String features, String prediction, String confidence, String name) {
    Columns.requireFeatures(schema, features);
    StructType predicted = Columns.append(schema, prediction, DataTypes.IntegerType, true);
    StructType sure = Columns.append(predicted, confidence, DataTypes.FloatType, true);
    return Columns.append(sure, name, DataTypes.StringType, true);
  }

  @Override
  public NomenClusteringModel copy(ParamMap extra) {
    NomenClusteringModel copied = new NomenClusteringModel(uid, fitted, rows, record);
    return copyValues(copied, extra).setParent(parent());
  }

  @Override
  public String uid() {
    return uid;
  }

  /** What a task does with the rows of one partition. */
  private record AssignTask(
      Broadcast<FittedModel> model,
      String[] names,
      int threads,
      int featuresColumn,
      String features,
      boolean predict,
      boolean confide,
      boolean name)
      implements Serializable {

    private record Waiting(Row row, Optional<UnitRow> unit) implements BatchedRows.Waiting {
      @Override
      public long bytes() {
        return unit.flatMap(UnitRow::values).map(values -> 4L * values.length).orElse(0L);
      }
    }

    Iterator<Row> assign(Iterator<Row> rows) {
      Torch.start(threads);
      return new BatchedRows<>(rows, ROWS_PER_BATCH, 0, this::begin, this::finish);
    }

    private Waiting begin(Row row) {
      if (row.isNullAt(featuresColumn)) {
        return new Waiting(row, Optional.empty());
      }
      float[] values = Columns.floats(row, featuresColumn);
      if (values.length != model.value().width()) {
        throw new IllegalArgumentException(
            "Column %s holds an embedding of %d numbers and the model takes %d; use the model that made the embeddings of the fit."
                .formatted(features, values.length, model.value().width()));
      }
      return new Waiting(
          row, Optional.of(FeatureRows.unit(values)).filter(unit -> unit.problem().isEmpty()));
    }

    private Collection<Row> finish(List<Waiting> taken) {
      List<UnitRow> units = taken.stream().flatMap(one -> one.unit().stream()).toList();
      Optional<AssignmentBlock> assigned =
          units.isEmpty() ? Optional.empty() : Optional.of(assigned(units));
      List<Row> rows = new ArrayList<>();
      int at = 0;
      for (Waiting one : taken) {
        rows.add(extended(one.row(), one.unit().isEmpty() ? -1 : at++, assigned));
      }
      return rows;
    }

    private AssignmentBlock assigned(List<UnitRow> units) {
      int width = model.value().width();
      float[] values = new float[units.size() * width];
      float[] norms = new float[units.size()];
      for (int i = 0; i < norms.length; i++) {
        System.arraycopy(units.get(i).values().orElseThrow(), 0, values, i * width, width);
        norms[i] = units.get(i).norm();
      }
      return TaskThreads.take(
          threads,
          () ->
              model
                  .value()
                  .assign(
                      new RowBlock(0, norms.length, width, values),
                      Optional.of(new RowBlock(0, norms.length, 1, norms))));
    }

    private Row extended(Row row, int at, Optional<AssignmentBlock> assigned) {
      Object[] cells =
          Columns.extended(row, (predict ? 1 : 0) + (confide ? 1 : 0) + (name ? 1 : 0));
      if (at >= 0) {
        AssignmentBlock block = assigned.orElseThrow();
        int next = row.size();
        if (predict) {
          cells[next++] = block.cluster()[at];
        }
        if (confide) {
          cells[next++] = block.confidence()[at];
        }
        if (name) {
          cells[next] = names[block.cluster()[at]];
        }
      }
      return RowFactory.create(cells);
    }
  }

  @Override
  public Param<String> featuresCol() {
    return featuresCol;
  }

  /** Sets {@link #featuresCol()}. */
  public NomenClusteringModel setFeaturesCol(String value) {
    return (NomenClusteringModel) set(featuresCol, value);
  }

  @Override
  public Param<String> predictionCol() {
    return predictionCol;
  }

  /** Sets {@link #predictionCol()}. */
  public NomenClusteringModel setPredictionCol(String value) {
    return (NomenClusteringModel) set(predictionCol, value);
  }

  /** Column for the confidence, float in 0…1; default {@code confidence}, "" for none. */
  public Param<String> confidenceCol() {
    return confidenceCol;
  }

  /** The value of {@link #confidenceCol()}. */
  public String getConfidenceCol() {
    return getOrDefault(confidenceCol);
  }

  /** Sets {@link #confidenceCol()}. */
  public NomenClusteringModel setConfidenceCol(String value) {
    return (NomenClusteringModel) set(confidenceCol, value);
  }

  /** Column for the cluster's name; default {@code name}, "" for none. */
  public Param<String> nameCol() {
    return nameCol;
  }

  /** The value of {@link #nameCol()}. */
  public String getNameCol() {
    return getOrDefault(nameCol);
  }

  /** Sets {@link #nameCol()}. */
  public NomenClusteringModel setNameCol(String value) {
    return (NomenClusteringModel) set(nameCol, value);
  }

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasFeaturesCol$_setter_$featuresCol_$eq(
      Param<String> param) {}

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasPredictionCol$_setter_$predictionCol_$eq(
      Param<String> param) {}
}
