package io.nomen.ml;

import io.nomen.naming.ClusterNaming;
import io.nomen.naming.ClusterSurvey;
import io.nomen.run.ClusterRow;
import io.nomen.run.RunRecord.Stopwatch;
import io.nomen.semantics.NamingSample;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.vocabulary.Prompts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.shared.HasFeaturesCol;
import org.apache.spark.ml.param.shared.HasPredictionCol;
import org.apache.spark.ml.param.shared.HasSeed;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Says what the clusters of any clustering are: those of MLlib's KMeans, or what a person has
 * written into a column.
 *
 * <p>The prediction column holds whole numbers or text; rows of one value are one cluster. Names
 * come from nouns in the space of the embeddings (see {@link HasNouns}): each cluster gets the best
 * noun that no other has, or the common hypernym of several; where no noun stands out it is called
 * by its value, as in {@code cluster 7}.
 */
public final class ClusterNamer extends Estimator<ClusterNamerModel>
    implements HasFeaturesCol,
        HasPredictionCol,
        HasSeed,
        HasNouns<ClusterNamer>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  /** Columns of the table of clusters that say something of a method, which is not known here. */
  private static final List<String> UNKNOWN = List.of("cluster", "mean_confidence", "centre_nouns");

  private final String uid;
  private final Param<String> featuresCol;
  private final Param<String> predictionCol;
  private final LongParam seed;
  private final Param<String> nouns;
  private final Param<String> nounTable;
  private final Param<String> model;
  private final Param<String> precision;
  private final Param<String> device;
  private final Param<String> nameCol;
  private final Param<String> idCol;

  /** A namer from {@code features} and {@code prediction} to {@code name}. */
  public ClusterNamer() {
    this(Identifiable$.MODULE$.randomUID("clusterNamer"));
  }

  /** The same with an id of its own. */
  public ClusterNamer(String uid) {
    this.uid = uid;
    featuresCol = SharedParams.featuresCol(this);
    predictionCol =
        SharedParams.text(
            this, "predictionCol", "column of clusters: whole numbers, or text of any kind");
    seed = SharedParams.seed(this);
    nouns = SharedParams.nouns(this);
    nounTable = SharedParams.nounTable(this);
    model = SharedParams.model(this);
    precision = SharedParams.precision(this);
    device = SharedParams.device(this);
    nameCol = SharedParams.nameCol(this);
    idCol = SharedParams.text(this, "idCol", "column that rows are ordered by");
    setDefault(featuresCol, "features");
    setDefault(predictionCol, "prediction");
    setDefault(seed, 0L);
    setDefault(nouns, "auto");
    setDefault(model, "tiny");
    setDefault(precision, "auto");
    setDefault(device, "auto");
    setDefault(nameCol, "name");
  }

  /** The estimator that {@code write().save(path)} left at {@code path}. */
  public static ClusterNamer load(String path) {
    return read().load(path);
  }

  /** What Spark's pipelines load a saved estimator with. */
  public static MLReader<ClusterNamer> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Names the clusters of the rows.
   *
   * @throws IllegalArgumentException where a column is missing or of another type
   * @throws io.nomen.NomenException where there is nothing to name, or the nouns do not fit
   */
  @Override
  public ClusterNamerModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    Dataset<?> ordered =
        isDefined(idCol) ? dataset.orderBy(Columns.named(dataset, getIdCol())) : dataset;
    try (FeatureRows rows =
        FeatureRows.of(
            ordered, getFeaturesCol(), Optional.empty(), Optional.of(getPredictionCol()))) {
      RowBlocks embeddings = rows.embeddings();
      NounChoice words =
          NounChoice.of(this, dataset.sparkSession(), embeddings.width(), List.of(), Prompts.TAC);
      List<Object> values = distinct(rows);
      JavaRDD<AssignmentBlock> assignments = rows.assignments(numbers(values));
      NamingSample sampled = NamingSample.of(assignments, embeddings.rows());
      ClusterNaming naming =
          new ClusterNaming(
              false, words.verbatim(), words.table(), SemanticOptions.defaults(), getSeed());
      ClusterSurvey survey =
          ClusterSurvey.of(
              embeddings,
              assignments,
              values.size(),
              () -> naming.of(embeddings, sampled, values.size()),
              medoids -> Map.of(),
              getSeed(),
              new Stopwatch());
      DataType type = dataset.schema().apply(getPredictionCol()).dataType();
      ClusterNamerModel named = model(dataset, type, values, survey.clusters());
      return copyValues(named.setParent(this), ParamMap.empty());
    }
  }

  /** The clusters' values, in their order. */
  private static List<Object> distinct(FeatureRows rows) {
    return rows.carried().map(pair -> pair._2()).distinct().collect().stream()
        .sorted(Comparator.comparing(ClusterNamer::comparable))
        .toList();
  }

  @SuppressWarnings("unchecked") // Of one column, and so of one class.
  private static Comparable<Object> comparable(Object value) {
    return (Comparable<Object>) value;
  }

  private static Map<Object, Integer> numbers(List<Object> values) {
    Map<Object, Integer> numbers = new HashMap<>();
    values.forEach(value -> numbers.put(value, numbers.size()));
    return numbers;
  }

  private ClusterNamerModel model(
      Dataset<?> dataset, DataType type, List<Object> values, List<ClusterRow> clusters) {
    Dataset<Row> table =
        ClusterRow.SCHEMA
            .dataset(dataset.sparkSession(), clusters)
            .drop(UNKNOWN.toArray(String[]::new))
            .drop("medoid");
    StructType schema = new StructType().add(getPredictionCol(), type, false);
    for (var field : table.schema().fields()) {
      schema = schema.add(field.name(), field.dataType(), field.nullable());
    }
    int name = schema.fieldIndex("name");
    int named = schema.fieldIndex("named");
    int near = schema.fieldIndex("near_clusters");
    List<Row> rows = new ArrayList<>();
    List<Row> cells = table.collectAsList();
    for (int i = 0; i < cells.size(); i++) {
      Object[] row = new Object[schema.size()];
      row[0] = values.get(i);
      for (int c = 1; c < row.length; c++) {
        row[c] = cells.get(i).get(c - 1);
      }
      if (!(boolean) row[named]) {
        row[name] = "cluster " + values.get(i);
      }
      List<Integer> beside = cells.get(i).getList(near - 1);
      row[near] = beside.stream().map(values::get).toArray();
      rows.add(RowFactory.create(row));
    }
    StructType typed = new StructType();
    for (var field : schema.fields()) {
      DataType kind =
          field.name().equals("near_clusters")
              ? DataTypes.createArrayType(type, false)
              : field.dataType();
      typed = typed.add(field.name(), kind, field.nullable());
    }
    return new ClusterNamerModel(uid, typed, rows);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    if (isDefined(idCol)) {
      Columns.field(schema, getIdCol());
    }
    Columns.requireFeatures(schema, getFeaturesCol());
    return ClusterNamerModel.transformed(schema, getPredictionCol(), getNameCol());
  }

  @Override
  public ClusterNamer copy(ParamMap extra) {
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
  public ClusterNamer setFeaturesCol(String value) {
    return (ClusterNamer) set(featuresCol, value);
  }

  @Override
  public Param<String> predictionCol() {
    return predictionCol;
  }

  /** Sets {@link #predictionCol()}. */
  public ClusterNamer setPredictionCol(String value) {
    return (ClusterNamer) set(predictionCol, value);
  }

  @Override
  public LongParam seed() {
    return seed;
  }

  /** Sets {@link #seed()}. */
  public ClusterNamer setSeed(long value) {
    return (ClusterNamer) set(seed, value);
  }

  @Override
  public Param<String> nouns() {
    return nouns;
  }

  @Override
  public Param<String> nounTable() {
    return nounTable;
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

  /** Column for the cluster's name; default {@code name}. */
  public Param<String> nameCol() {
    return nameCol;
  }

  /** The value of {@link #nameCol()}. */
  public String getNameCol() {
    return getOrDefault(nameCol);
  }

  /** Sets {@link #nameCol()}. */
  public ClusterNamer setNameCol(String value) {
    return (ClusterNamer) set(nameCol, value);
  }

  /** Column that rows are ordered by; not set, they come as they are. */
  public Param<String> idCol() {
    return idCol;
  }

  /** The value of {@link #idCol()}. */
  public String getIdCol() {
    return getOrDefault(idCol);
  }

  /** Sets {@link #idCol()}. */
  public ClusterNamer setIdCol(String value) {
    return (ClusterNamer) set(idCol, value);
  }

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasFeaturesCol$_setter_$featuresCol_$eq(
      Param<String> param) {}

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasPredictionCol$_setter_$predictionCol_$eq(
      Param<String> param) {}

  @Override
  @SuppressWarnings("MemberName") // Scala's, for the field that its trait would have.
  public void org$apache$spark$ml$param$shared$HasSeed$_setter_$seed_$eq(LongParam param) {}
}
