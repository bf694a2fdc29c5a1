package io.nomen.ml;

import io.nomen.evaluate.Resemblance;
import io.nomen.run.ResemblanceBlock;
import io.nomen.tensor.RowBlocks;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.shared.HasFeaturesCol;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Finds rows whose embeddings look alike. It looks at all rows at once and so is no transformer:
 * {@link #findPairs} and {@link #findGroups} give tables of their own, as PowerIterationClustering
 * does.
 *
 * <p>Two rows are near-duplicates when the cosine of their embeddings is at least the threshold and
 * one is among the ten nearest of the other. Up to 20,000 rows all are compared with all; beyond
 * that neighbours come from an inverted file whose recall is at least 0.95 by a measurement.
 */
public final class NearDuplicates
    // Params by itself too: py4j sees a class's own interfaces, and not what these stand on.
    implements Params, HasFeaturesCol, DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private ParamMap paramMap = ParamMap.empty();
  private ParamMap defaultParamMap = ParamMap.empty();
  private final Param<String> featuresCol;
  private final Param<String> idCol;
  private final DoubleParam threshold;

  /** A search among {@code features}, for rows that {@code id} names. */
  public NearDuplicates() {
    this(Identifiable$.MODULE$.randomUID("nearDuplicates"));
  }

  /** The same with an id of its own. */
  public NearDuplicates(String uid) {
    this.uid = uid;
    featuresCol = SharedParams.featuresCol(this);
    idCol = SharedParams.text(this, "idCol", "column that names each row, and orders them");
    threshold =
        new DoubleParam(
            this, "threshold", "lowest cosine of near-duplicates", ParamValidators.inRange(0, 1));
    setDefault(featuresCol, "features");
    setDefault(idCol, "id");
    setDefault(threshold, 0.97);
  }

  /** What {@code write().save(path)} left at {@code path}. */
  public static NearDuplicates load(String path) {
    return read().load(path);
  }

  /** Reads what was saved. */
  public static MLReader<NearDuplicates> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * All pairs, once each.
   *
   * @return {@code idA} and {@code idB}, of the id column's type, and {@code cosine} (float)
   */
  public Dataset<Row> findPairs(Dataset<?> dataset) {
    DataType id = idType(dataset);
    SparkSession spark = dataset.sparkSession();
    StructType schema =
        new StructType()
            .add("rowA", DataTypes.LongType, false)
            .add("rowB", DataTypes.LongType, false)
            .add("cosine", DataTypes.FloatType, false);
    try (FeatureRows rows = rows(dataset)) {
      List<Row> pairs =
          rows.rows() < 2
              ? List.of()
              : Resemblance.pairs(rows.embeddings(), getThreshold()).stream()
                  .map(
                      pair ->
                          RowFactory.create(
                              (long) pair.first(), (long) pair.second(), pair.cosine()))
                  .toList();
      Dataset<Row> ids = ids(spark, rows, id);
      return spark
          .createDataFrame(pairs, schema)
          .join(ids.toDF("rowA", "idA"), "rowA")
          .join(ids.toDF("rowB", "idB"), "rowB")
          .sort("rowA", "rowB")
          .select("idA", "idB", "cosine");
    }
  }

  /**
   * Groups of rows that pairs connect, and how far each row is from everything else.
   *
   * @return the id column; {@code duplicateOf}, the id of the first row of the group, null for that
   *     row itself and for rows in no group; {@code outlierScore} (float), the mean cosine distance
   *     to the ten nearest rows. One row for each row with an embedding
   */
  public Dataset<Row> findGroups(Dataset<?> dataset) {
    DataType id = idType(dataset);
    SparkSession spark = dataset.sparkSession();
    try (FeatureRows rows = rows(dataset)) {
      RowBlocks embeddings = rows.embeddings();
      JavaRDD<ResemblanceBlock> found =
          rows.rows() < 2
              ? embeddings
                  .blocks()
                  .map(block -> new ResemblanceBlock(0, new int[] {0}, new float[] {0}))
              : Resemblance.of(embeddings, getThreshold()).blocks();
      StructType schema =
          new StructType()
              .add("row", DataTypes.LongType, false)
              .add("first", DataTypes.LongType, true)
              .add("outlierScore", DataTypes.FloatType, false);
      Dataset<Row> scored =
          spark
              .createDataFrame(found.flatMap(block -> told(block).iterator()), schema)
              .join(ids(spark, rows, id).toDF("row", getIdCol()), "row");
      Dataset<Row> firsts = ids(spark, rows, id).toDF("firstRow", "duplicateOf");
      return scored
          .join(firsts, scored.col("first").equalTo(firsts.col("firstRow")), "left")
          .sort("row")
          .select(
              Columns.named(scored, getIdCol()),
              firsts.col("duplicateOf"),
              scored.col("outlierScore"));
    }
  }

  private static List<Row> told(ResemblanceBlock block) {
    return IntStream.range(0, block.duplicateOf().length)
        .mapToObj(
            i -> {
              long row = block.firstRow() + i;
              Long first = block.duplicateOf()[i] == row ? null : (long) block.duplicateOf()[i];
              return RowFactory.create(row, first, block.outlierScore()[i]);
            })
        .toList();
  }

  private FeatureRows rows(Dataset<?> dataset) {
    return FeatureRows.of(
        dataset.orderBy(Columns.named(dataset, getIdCol())),
        getFeaturesCol(),
        Optional.empty(),
        Optional.of(getIdCol()));
  }

  private DataType idType(Dataset<?> dataset) {
    Columns.requireFeatures(dataset.schema(), getFeaturesCol());
    return Columns.field(dataset.schema(), getIdCol()).dataType();
  }

  private static Dataset<Row> ids(SparkSession spark, FeatureRows rows, DataType id) {
    return spark.createDataFrame(
        rows.carried().map(pair -> RowFactory.create(pair._1(), pair._2())),
        new StructType().add("row", DataTypes.LongType, false).add("id", id, false));
  }

  @Override
  public NearDuplicates copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<String> featuresCol() {
    return featuresCol;
  }

  /** Sets {@link #featuresCol()}. */
  public NearDuplicates setFeaturesCol(String value) {
    return (NearDuplicates) set(featuresCol, value);
  }

  /** Column that names each row, and orders them; default {@code id}. */
  public Param<String> idCol() {
    return idCol;
  }

  /** The value of {@link #idCol()}. */
  public String getIdCol() {
    return getOrDefault(idCol);
  }

  /** Sets {@link #idCol()}. */
  public NearDuplicates setIdCol(String value) {
    return (NearDuplicates) set(idCol, value);
  }

  /** Lowest cosine of near-duplicates, 0 to 1; default 0.97. */
  public DoubleParam threshold() {
    return threshold;
  }

  /** The value of {@link #threshold()}. */
  public double getThreshold() {
    return (Double) getOrDefault(threshold);
  }

  /** Sets {@link #threshold()}. */
  public NearDuplicates setThreshold(double value) {
    return (NearDuplicates) set(threshold, value);
  }

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasFeaturesCol$_setter_$featuresCol_$eq(
      Param<String> param) {}

  @Override
  public ParamMap paramMap() {
    return paramMap;
  }

  @Override
  public ParamMap defaultParamMap() {
    return defaultParamMap;
  }

  @Override
  @SuppressWarnings("MemberName") // Scala's, for copies.
  public void org$apache$spark$ml$param$Params$_setter_$paramMap_$eq(ParamMap params) {
    paramMap = params;
  }

  @Override
  @SuppressWarnings("MemberName") // The same.
  public void org$apache$spark$ml$param$Params$_setter_$defaultParamMap_$eq(ParamMap params) {
    defaultParamMap = params;
  }
}
