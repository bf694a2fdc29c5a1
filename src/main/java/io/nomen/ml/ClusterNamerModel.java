package io.nomen.ml;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.shared.HasPredictionCol;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Names of clusters that somebody else has made: gives a row the name of its cluster, and null
 * where its cluster was not among those that were named.
 */
public final class ClusterNamerModel extends Model<ClusterNamerModel>
    implements HasPredictionCol, MLWritable {
  private static final long serialVersionUID = 1L;

  private static final List<DataType> CLUSTERS =
      List.of(
          DataTypes.IntegerType,
          DataTypes.LongType,
          DataTypes.ShortType,
          DataTypes.ByteType,
          DataTypes.DoubleType,
          DataTypes.FloatType,
          DataTypes.StringType);

  private final String uid;
  private final Param<String> predictionCol;
  private final Param<String> nameCol;
  private transient StructType schema;
  private transient List<Row> rows = List.of();

  /** A model of nothing, for Spark's reader of parameters. */
  public ClusterNamerModel(String uid) {
    this.uid = uid;
    predictionCol = SharedParams.text(this, "predictionCol", "column of clusters");
    nameCol = SharedParams.nameCol(this);
    setDefault(predictionCol, "prediction");
    setDefault(nameCol, "name");
  }

  /**
   * Names.
   *
   * @param schema of {@code rows}: the cluster's value, then what {@link #clusters} tells
   */
  ClusterNamerModel(String uid, StructType schema, List<Row> rows) {
    this(uid);
    this.schema = schema;
    this.rows = List.copyOf(rows);
  }

  /** The model that {@code write().save(path)} left at {@code path}. */
  public static ClusterNamerModel load(String path) {
    return read().load(path);
  }

  /** What Spark's pipelines load a saved model with. */
  public static MLReader<ClusterNamerModel> read() {
    return new Reader();
  }

  private static final class Reader extends MLReader<ClusterNamerModel> {
    @Override
    public ClusterNamerModel load(String path) {
      ClusterNamerModel model = new DefaultParamsReader<ClusterNamerModel>().load(path);
      Dataset<Row> data = sparkSession().read().parquet(path + "/data");
      model.schema = data.schema();
      model.rows = List.copyOf(data.sort(data.columns()[0]).collectAsList());
      return model;
    }
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  private static final class Writer extends MLWriter {
    private final ClusterNamerModel model;

    Writer(ClusterNamerModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      new DefaultParamsWriter(model).saveImpl(path);
      sparkSession()
          .createDataFrame(model.rows, model.schema)
          .coalesce(1)
          .write()
          .mode(SaveMode.ErrorIfExists)
          .parquet(path + "/data");
    }
  }

  /**
   * One row for each cluster: its value in the prediction column, its name, the nouns behind the
   * name, size, silhouette and the clusters nearest to it, as {@code docs/output.md} explains them.
   */
  public Dataset<Row> clusters() {
    return SparkSession.active().createDataFrame(rows, schema);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    int name = schema.fieldIndex("name");
    Map<Object, String> names = new HashMap<>();
    rows.forEach(row -> names.put(key(row.get(0)), row.getString(name)));
    UDF1<Object, String> named = value -> value == null ? null : names.get(key(value));
    return dataset
        .toDF()
        .withColumn(
            getNameCol(),
            functions
                .udf(named, DataTypes.StringType)
                .apply(Columns.named(dataset, getPredictionCol())));
  }

  /** Numbers of all kinds are one cluster where they are equal. */
  private static Object key(Object value) {
    return value instanceof Number number && number.doubleValue() == number.longValue()
        ? (Object) number.longValue()
        : value;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return transformed(schema, getPredictionCol(), getNameCol());
  }

  static StructType transformed(StructType schema, String prediction, String name) {
    Columns.require(schema, prediction, CLUSTERS);
    return Columns.append(schema, name, DataTypes.StringType, true);
  }

  @Override
  public ClusterNamerModel copy(ParamMap extra) {
    return copyValues(new ClusterNamerModel(uid, schema, rows), extra).setParent(parent());
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<String> predictionCol() {
    return predictionCol;
  }

  /** Sets {@link #predictionCol()}. */
  public ClusterNamerModel setPredictionCol(String value) {
    return (ClusterNamerModel) set(predictionCol, value);
  }

  /** Column for the cluster's name; default {@code name}. */
  public Param<String> nameCol() {
    return nameCol;
  }

  /** The value of {@link #nameCol()}. */
  public String getNameCol() {
    return getOrDefault(nameCol);
  }

  /** Sets {@link #nameCol()}. */
  public ClusterNamerModel setNameCol(String value) {
    return (ClusterNamerModel) set(nameCol, value);
  }

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasPredictionCol$_setter_$predictionCol_$eq(
      Param<String> param) {}
}
