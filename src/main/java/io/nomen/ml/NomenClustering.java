package io.nomen.ml;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.evaluate.ClusterCount;
import io.nomen.evaluate.MethodRemarks;
import io.nomen.evaluate.RunQuality.Stability;
import io.nomen.heads.Checkpoints;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.Clustering;
import io.nomen.method.ClusteringMethod;
import io.nomen.method.MethodInput;
import io.nomen.method.MethodOptions;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.method.Methods;
import io.nomen.method.SicMapping;
import io.nomen.method.UnnormalisedRows;
import io.nomen.naming.ClusterNaming;
import io.nomen.naming.ClusterNaming.Names;
import io.nomen.naming.ClusterSurvey;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.RunRecord.MethodFacts;
import io.nomen.run.RunRecord.Platform;
import io.nomen.run.RunRecord.QualityFacts;
import io.nomen.run.RunRecord.Stopwatch;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SubspaceWidth;
import io.nomen.tensor.RowBlocks;
import io.nomen.vocabulary.Prompts;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.param.shared.HasFeaturesCol;
import org.apache.spark.ml.param.shared.HasPredictionCol;
import org.apache.spark.ml.param.shared.HasSeed;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;

/**
 * Clusters rows by their embeddings, and says what each cluster is.
 *
 * <p>The methods are those of {@code nomen cluster}, with the same defaults and results. Rows are
 * taken in the order of {@code idCol} where it is set, so that the same rows give the same clusters
 * however they are spread; otherwise in the dataset's own order. Rows without an embedding (null,
 * zeros, NaN) are left out of the fit, and have no cluster afterwards.
 *
 * <p>Clusters are numbered from the largest to the smallest. Names come from nouns in the space of
 * the embeddings: see {@link HasNouns}. With {@code classes} the clusters are those classes, in
 * their order.
 */
public final class NomenClustering extends Estimator<NomenClusteringModel>
    implements HasFeaturesCol,
        HasPredictionCol,
        HasSeed,
        HasNouns<NomenClustering>,
        DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final Param<String> featuresCol;
  private final Param<String> predictionCol;
  private final LongParam seed;
  private final Param<String> nouns;
  private final Param<String> nounTable;
  private final Param<String> model;
  private final Param<String> precision;
  private final Param<String> device;
  private final Param<String> confidenceCol;
  private final Param<String> nameCol;
  private final Param<String> idCol;
  private final Param<String> secondFeaturesCol;
  private final Param<String> method;
  private final StringArrayParam classes;
  private final Param<String> subspace;
  private final Param<String> linkage;
  private final Param<String> mapping;
  private final DoubleParam contrastTemperature;
  private final IntParam k;
  private final IntParam semanticCentres;
  private final IntParam epochs;
  private final IntParam batchSize;
  private final IntParam neighbours;
  private final IntParam replicas;
  private final IntParam kmeansRestarts;
  private final IntParam shards;
  private final IntParam localSteps;
  private final IntParam trainMax;

  /** The method {@code nomen}, from {@code features} to {@code prediction}. */
  public NomenClustering() {
    this(Identifiable$.MODULE$.randomUID("nomenClustering"));
  }

  /** The same with an id of its own. */
  public NomenClustering(String uid) {
    this.uid = uid;
    featuresCol = SharedParams.featuresCol(this);
    predictionCol = SharedParams.predictionCol(this);
    seed = SharedParams.seed(this);
    nouns = SharedParams.nouns(this);
    nounTable = SharedParams.nounTable(this);
    model = SharedParams.model(this);
    precision = SharedParams.precision(this);
    device = SharedParams.device(this);
    confidenceCol = SharedParams.confidenceCol(this);
    nameCol = SharedParams.nameCol(this);
    idCol =
        SharedParams.text(
            this, "idCol", "column that rows are ordered by, and that names a cluster's medoid");
    secondFeaturesCol =
        SharedParams.text(
            this, "secondFeaturesCol", "column of embeddings by a second model, for turtle");
    method =
        SharedParams.oneOf(
            this,
            "method",
            "how to cluster",
            Methods.all().stream().map(ClusteringMethod::name).toList());
    classes =
        new StringArrayParam(
            this, "classes", "classes that are given: the clusters are these, k is their number");
    subspace =
        SharedParams.text(
            this,
            "subspace",
            "axes along which nouns differ that rows are seen along, for kmeans, nomen and"
                + " nomen-no-train: auto, off or a number; not set, the method's own",
            word -> word.matches("auto|off|[1-9]\\d{0,5}"));
    linkage =
        SharedParams.oneOf(
            this,
            "linkage",
            "average linkage, for nomen and nomen-no-train: where it separates better, or not",
            Arrays.stream(Linkage.values()).map(Linkage::word).toList());
    mapping =
        SharedParams.oneOf(
            this,
            "mapping",
            "how clusters get their semantic centres, for sic",
            Arrays.stream(SicMapping.values()).map(SicMapping::word).toList());
    contrastTemperature =
        new DoubleParam(
            this,
            "contrastTemperature",
            "temperature of the contrast between clusters, for tac; not set, the method's own",
            ParamValidators.gt(0));
    k =
        SharedParams.atLeastOne(
            this, "k", "number of clusters; not set, it is chosen by label-free quality");
    semanticCentres =
        SharedParams.atLeastOne(
            this,
            "semanticCentres",
            "centres that nouns are chosen by; not set, rows / 300, at most 10,000, or 3 k if rows /"
                + " 300 is less than k");
    epochs =
        SharedParams.atLeastOne(
            this,
            "epochs",
            "passes over the rows when heads are trained; not set, the method's own");
    batchSize =
        SharedParams.atLeastOne(
            this, "batchSize", "rows per step when heads are trained; not set, the method's own");
    neighbours =
        SharedParams.atLeastOne(
            this,
            "neighbours",
            "nearest rows that a row may be paired with in training; not set, the method's own");
    replicas =
        SharedParams.atLeastOne(
            this,
            "replicas",
            "heads trained with other seeds, of which the lowest loss counts; not set, the method's"
                + " own");
    kmeansRestarts =
        SharedParams.atLeastOne(
            this, "kmeansRestarts", "starts of the final k-means, of which the best counts");
    shards =
        SharedParams.atLeastOne(
            this, "shards", "parts of the rows whose gradients are summed in a training step");
    localSteps =
        SharedParams.atLeastOne(
            this, "localSteps", "training steps of a shard between two exchanges");
    trainMax =
        new IntParam(
            this, "trainMax", "most rows that heads are trained on", ParamValidators.gtEq(2));
    setDefault(featuresCol, "features");
    setDefault(predictionCol, "prediction");
    setDefault(seed, 0L);
    setDefault(nouns, "auto");
    setDefault(model, "tiny");
    setDefault(precision, "auto");
    setDefault(device, "auto");
    setDefault(confidenceCol, "confidence");
    setDefault(nameCol, "name");
    setDefault(method, "nomen");
    setDefault(linkage, Linkage.AUTO.word());
    setDefault(mapping, SicMapping.ADJUSTED.word());
    setDefault(kmeansRestarts, 20);
    setDefault(shards, 1);
    setDefault(localSteps, 1);
    setDefault(trainMax, 1_000_000);
  }

  /** The estimator that {@code write().save(path)} left at {@code path}. */
  public static NomenClustering load(String path) {
    return read().load(path);
  }

  /** What Spark's pipelines load a saved estimator with. */
  public static MLReader<NomenClustering> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Clusters and names the rows.
   *
   * @throws IllegalArgumentException where a column is missing or of another type
   * @throws NomenException where the rows cannot be clustered as asked; its message says why
   */
  @Override
  public NomenClusteringModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    Stopwatch stopwatch = new Stopwatch();
    Dataset<?> ordered =
        isDefined(idCol) ? dataset.orderBy(Columns.named(dataset, getIdCol())) : dataset;
    try (FeatureRows rows =
        stopwatch.time(
            "read",
            () ->
                FeatureRows.of(ordered, getFeaturesCol(), text(secondFeaturesCol), text(idCol)))) {
      return fit(dataset, rows, stopwatch);
    }
  }

  private NomenClusteringModel fit(Dataset<?> dataset, FeatureRows rows, Stopwatch stopwatch) {
    List<String> given = isDefined(classes) ? List.of(getClasses()) : List.of();
    requireSensible(rows, given);
    NounChoice words =
        stopwatch.time(
            "vocabulary",
            () ->
                NounChoice.of(
                    this,
                    dataset.sparkSession(),
                    rows.embeddings().width(),
                    given,
                    getMethod().equals("sic") ? Prompts.SIC : Prompts.TAC));
    RowBlocks embeddings = rows.embeddings();
    MethodInput input =
        new MethodInput(
            embeddings,
            Optional.of(rows.norms()),
            words.table().map(NounTable::matrix),
            number(k).orElse(Math.max(1, given.size())),
            options(),
            getSeed(),
            Progress.SILENT,
            Checkpoints.none(),
            text(secondFeaturesCol)
                .map(name -> UnnormalisedRows.of(rows.second(), Optional.of(rows.secondNorms()))));
    boolean count = number(k).isEmpty() && given.isEmpty();
    ClusterCount.Fit fit =
        stopwatch.time("cluster", () -> ClusterCount.fit(getMethod(), input, count));
    try (Clustering clustering = fit.clustering()) {
      ClusterNaming naming =
          new ClusterNaming(
              !given.isEmpty(),
              words.verbatim(),
              words.table(),
              input.options().semantics(),
              getSeed());
      ClusterSurvey survey =
          ClusterSurvey.of(
              embeddings,
              clustering.assignments(),
              clustering.clusters(),
              () -> naming.of(embeddings, clustering, Names.unknown(clustering.clusters())),
              rows::carriedBeside,
              getSeed(),
              stopwatch);
      Stability stability =
          stopwatch.time(
              "quality",
              () -> Stability.of(clustering.restarts(), embeddings, rows.norms(), getSeed()));
      RunRecord record = record(rows, words, fit, survey.quality().summary(stability), stopwatch);
      NomenClusteringModel fitted =
          new NomenClusteringModel(uid, clustering.model(), survey.clusters(), record);
      return copyValues(fitted.setParent(this), ParamMap.empty());
    }
  }

  private void requireSensible(FeatureRows rows, List<String> given) {
    int wanted = number(k).orElse(1);
    if (!given.isEmpty() && number(k).isPresent() && wanted != given.size()) {
      throw NomenException.usage(
          "k is %d, but there are %d classes; leave k away.".formatted(wanted, given.size()));
    }
    if (given.isEmpty() && wanted > rows.rows()) {
      throw NomenException.usage(
          "%,d clusters are wanted of %,d rows; set k to at most %,d."
              .formatted(wanted, rows.rows(), rows.rows()));
    }
    if (given.isEmpty() && getMethod().equals("zero-shot") && !isDefined(nounTable)) {
      throw NomenException.usage("Method zero-shot needs classes; set classes.");
    }
  }

  private RunRecord record(
      FeatureRows rows,
      NounChoice words,
      ClusterCount.Fit fit,
      QualityFacts quality,
      Stopwatch stopwatch) {
    Clustering clustering = fit.clustering();
    Map<String, String> options = new TreeMap<>();
    Arrays.stream(params())
        .filter(this::isDefined)
        .forEach(param -> options.put(param.name(), told(getOrDefault(param))));
    return new RunRecord(
        RunFolder.newId(),
        uid,
        Instant.now().toString(),
        List.of("NomenClustering"),
        options,
        Optional.empty(),
        getMethod(),
        clustering.clusters(),
        getSeed(),
        words.modelFacts(),
        words.vocabulary(),
        new RunRecord.Counts(
            rows.rows() + rows.leftOut(),
            rows.rows(),
            rows.leftOut(),
            Map.of("ok", rows.rows(), "left-out", rows.leftOut())),
        stopwatch.seconds(),
        quality,
        MethodFacts.of(fit.count().map(clustering.findings()::and).orElse(clustering.findings())),
        MethodRemarks.of(clustering.findings(), fit.count()),
        Platform.versions());
  }

  private static String told(Object value) {
    return value instanceof String[] words ? String.join(", ", words) : String.valueOf(value);
  }

  private MethodOptions options() {
    SemanticOptions papers = SemanticOptions.defaults();
    return new MethodOptions(
        SphericalKMeans.Options.withRestarts(getKmeansRestarts()),
        new SemanticOptions(
            number(semanticCentres),
            papers.kmeans(),
            papers.nounsPerCentre(),
            papers.temperature()),
        new TrainingOptions(
            number(epochs),
            number(batchSize),
            number(neighbours),
            isDefined(contrastTemperature)
                ? OptionalDouble.of(getContrastTemperature())
                : OptionalDouble.empty(),
            number(replicas),
            getShards(),
            getLocalSteps(),
            getTrainMax(),
            Linkage.valueOf(getLinkage().toUpperCase(Locale.ROOT)),
            SicMapping.valueOf(getMapping().toUpperCase(Locale.ROOT))),
        text(subspace).map(SubspaceWidth::new));
  }

  private OptionalInt number(IntParam param) {
    return isDefined(param) ? OptionalInt.of((Integer) getOrDefault(param)) : OptionalInt.empty();
  }

  private Optional<String> text(Param<String> param) {
    return isDefined(param) ? Optional.of(getOrDefault(param)) : Optional.empty();
  }

  @Override
  public StructType transformSchema(StructType schema) {
    text(idCol).ifPresent(name -> Columns.field(schema, name));
    text(secondFeaturesCol).ifPresent(name -> Columns.requireFeatures(schema, name));
    return NomenClusteringModel.transformed(
        schema, getFeaturesCol(), getPredictionCol(), getConfidenceCol(), getNameCol());
  }

  @Override
  public NomenClustering copy(ParamMap extra) {
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
  public NomenClustering setFeaturesCol(String value) {
    return (NomenClustering) set(featuresCol, value);
  }

  @Override
  public Param<String> predictionCol() {
    return predictionCol;
  }

  /** Sets {@link #predictionCol()}. */
  public NomenClustering setPredictionCol(String value) {
    return (NomenClustering) set(predictionCol, value);
  }

  @Override
  public LongParam seed() {
    return seed;
  }

  /** Sets {@link #seed()}. */
  public NomenClustering setSeed(long value) {
    return (NomenClustering) set(seed, value);
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

  /** Column for the confidence, float in 0…1; default {@code confidence}, "" for none. */
  public Param<String> confidenceCol() {
    return confidenceCol;
  }

  /** The value of {@link #confidenceCol()}. */
  public String getConfidenceCol() {
    return getOrDefault(confidenceCol);
  }

  /** Sets {@link #confidenceCol()}. */
  public NomenClustering setConfidenceCol(String value) {
    return (NomenClustering) set(confidenceCol, value);
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
  public NomenClustering setNameCol(String value) {
    return (NomenClustering) set(nameCol, value);
  }

  /**
   * Column that rows are ordered by, and that names the medoids; not set, rows come as they are.
   */
  public Param<String> idCol() {
    return idCol;
  }

  /** The value of {@link #idCol()}. */
  public String getIdCol() {
    return getOrDefault(idCol);
  }

  /** Sets {@link #idCol()}. */
  public NomenClustering setIdCol(String value) {
    return (NomenClustering) set(idCol, value);
  }

  /** Column of embeddings by a second model, for {@code turtle}. */
  public Param<String> secondFeaturesCol() {
    return secondFeaturesCol;
  }

  /** The value of {@link #secondFeaturesCol()}. */
  public String getSecondFeaturesCol() {
    return getOrDefault(secondFeaturesCol);
  }

  /** Sets {@link #secondFeaturesCol()}. */
  public NomenClustering setSecondFeaturesCol(String value) {
    return (NomenClustering) set(secondFeaturesCol, value);
  }

  /** How to cluster; default {@code nomen}. */
  public Param<String> method() {
    return method;
  }

  /** The value of {@link #method()}. */
  public String getMethod() {
    return getOrDefault(method);
  }

  /** Sets {@link #method()}. */
  public NomenClustering setMethod(String value) {
    return (NomenClustering) set(method, value);
  }

  /** Classes that are given: the clusters are these, in this order. */
  public StringArrayParam classes() {
    return classes;
  }

  /** The value of {@link #classes()}. */
  public String[] getClasses() {
    return getOrDefault(classes);
  }

  /** Sets {@link #classes()}. */
  public NomenClustering setClasses(String... value) {
    return (NomenClustering) set(classes, value);
  }

  /**
   * Axes along which nouns differ that rows are seen along: {@code auto}, {@code off}, a number.
   */
  public Param<String> subspace() {
    return subspace;
  }

  /** The value of {@link #subspace()}. */
  public String getSubspace() {
    return getOrDefault(subspace);
  }

  /** Sets {@link #subspace()}. */
  public NomenClustering setSubspace(String value) {
    return (NomenClustering) set(subspace, value);
  }

  /** Average linkage, for {@code nomen} and {@code nomen-no-train}; default {@code auto}. */
  public Param<String> linkage() {
    return linkage;
  }

  /** The value of {@link #linkage()}. */
  public String getLinkage() {
    return getOrDefault(linkage);
  }

  /** Sets {@link #linkage()}. */
  public NomenClustering setLinkage(String value) {
    return (NomenClustering) set(linkage, value);
  }

  /** How clusters get their semantic centres, for {@code sic}; default {@code adjusted}. */
  public Param<String> mapping() {
    return mapping;
  }

  /** The value of {@link #mapping()}. */
  public String getMapping() {
    return getOrDefault(mapping);
  }

  /** Sets {@link #mapping()}. */
  public NomenClustering setMapping(String value) {
    return (NomenClustering) set(mapping, value);
  }

  /** Temperature of the contrast between clusters, for {@code tac}. */
  public DoubleParam contrastTemperature() {
    return contrastTemperature;
  }

  /** The value of {@link #contrastTemperature()}. */
  public double getContrastTemperature() {
    return (Double) getOrDefault(contrastTemperature);
  }

  /** Sets {@link #contrastTemperature()}. */
  public NomenClustering setContrastTemperature(double value) {
    return (NomenClustering) set(contrastTemperature, value);
  }

  /** Number of clusters; where it is not set, it is chosen by label-free quality. */
  public IntParam k() {
    return k;
  }

  /** The value of {@link #k()}. */
  public int getK() {
    return (Integer) getOrDefault(k);
  }

  /** Sets {@link #k()}. */
  public NomenClustering setK(int value) {
    return (NomenClustering) set(k, value);
  }

  /**
   * Centres that nouns are chosen by; where it is not set, N / 300, at most 10,000, or 3 k if N /
   * 300 is less than k.
   */
  public IntParam semanticCentres() {
    return semanticCentres;
  }

  /** The value of {@link #semanticCentres()}. */
  public int getSemanticCentres() {
    return (Integer) getOrDefault(semanticCentres);
  }

  /** Sets {@link #semanticCentres()}. */
  public NomenClustering setSemanticCentres(int value) {
    return (NomenClustering) set(semanticCentres, value);
  }

  /** Passes over the rows when heads are trained; where it is not set, the method's own. */
  public IntParam epochs() {
    return epochs;
  }

  /** The value of {@link #epochs()}. */
  public int getEpochs() {
    return (Integer) getOrDefault(epochs);
  }

  /** Sets {@link #epochs()}. */
  public NomenClustering setEpochs(int value) {
    return (NomenClustering) set(epochs, value);
  }

  /** Rows per step when heads are trained; where it is not set, the method's own. */
  public IntParam batchSize() {
    return batchSize;
  }

  /** The value of {@link #batchSize()}. */
  public int getBatchSize() {
    return (Integer) getOrDefault(batchSize);
  }

  /** Sets {@link #batchSize()}. */
  public NomenClustering setBatchSize(int value) {
    return (NomenClustering) set(batchSize, value);
  }

  /**
   * Nearest rows that a row may be paired with in training; where it is not set, the method's own.
   */
  public IntParam neighbours() {
    return neighbours;
  }

  /** The value of {@link #neighbours()}. */
  public int getNeighbours() {
    return (Integer) getOrDefault(neighbours);
  }

  /** Sets {@link #neighbours()}. */
  public NomenClustering setNeighbours(int value) {
    return (NomenClustering) set(neighbours, value);
  }

  /**
   * Heads trained with other seeds, of which the lowest loss counts; where it is not set, the
   * method's own.
   */
  public IntParam replicas() {
    return replicas;
  }

  /** The value of {@link #replicas()}. */
  public int getReplicas() {
    return (Integer) getOrDefault(replicas);
  }

  /** Sets {@link #replicas()}. */
  public NomenClustering setReplicas(int value) {
    return (NomenClustering) set(replicas, value);
  }

  /** Starts of the final k-means, of which the best counts; default 20. */
  public IntParam kmeansRestarts() {
    return kmeansRestarts;
  }

  /** The value of {@link #kmeansRestarts()}. */
  public int getKmeansRestarts() {
    return (Integer) getOrDefault(kmeansRestarts);
  }

  /** Sets {@link #kmeansRestarts()}. */
  public NomenClustering setKmeansRestarts(int value) {
    return (NomenClustering) set(kmeansRestarts, value);
  }

  /** Parts of the rows whose gradients are summed in a training step; default 1. */
  public IntParam shards() {
    return shards;
  }

  /** The value of {@link #shards()}. */
  public int getShards() {
    return (Integer) getOrDefault(shards);
  }

  /** Sets {@link #shards()}. */
  public NomenClustering setShards(int value) {
    return (NomenClustering) set(shards, value);
  }

  /** Training steps of a shard between two exchanges; default 1. */
  public IntParam localSteps() {
    return localSteps;
  }

  /** The value of {@link #localSteps()}. */
  public int getLocalSteps() {
    return (Integer) getOrDefault(localSteps);
  }

  /** Sets {@link #localSteps()}. */
  public NomenClustering setLocalSteps(int value) {
    return (NomenClustering) set(localSteps, value);
  }

  /** Most rows that heads are trained on, at least 2; default 1,000,000. */
  public IntParam trainMax() {
    return trainMax;
  }

  /** The value of {@link #trainMax()}. */
  public int getTrainMax() {
    return (Integer) getOrDefault(trainMax);
  }

  /** Sets {@link #trainMax()}. */
  public NomenClustering setTrainMax(int value) {
    return (NomenClustering) set(trainMax, value);
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
