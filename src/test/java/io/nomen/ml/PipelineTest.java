package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.run.ClusterRow;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.TableRow;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The samples from bytes to named clusters, and beside them what the command line makes of them.
 */
class PipelineTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final Logger LOG = LoggerFactory.getLogger(PipelineTest.class);
  private static final int K = 24;

  @TempDir static Path folder;

  private static Dataset<Row> images;

  @BeforeAll
  static void read() {
    images =
        LocalSpark.session()
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .option("pathGlobFilter", "*.jpg")
            .load("samples")
            .select("path", "content");
  }

  private static ClipImageEmbedder embedder() {
    return new ClipImageEmbedder()
        .setOutputCol("features")
        .setPrecision("fp32")
        .setDevice("cpu")
        .setBatchSize(16);
  }

  private static NomenClustering clustering() {
    return new NomenClustering().setK(K).setIdCol("path").setPrecision("fp32").setDevice("cpu");
  }

  private static Map<String, String> rows(Dataset<Row> clustered) {
    Map<String, String> rows = new HashMap<>();
    clustered
        .select("path", "prediction", "confidence", "name")
        .collectAsList()
        .forEach(
            row ->
                rows.put(
                    row.getString(0),
                    "%d %s %s".formatted(row.getInt(1), row.getString(3), sure(row.getFloat(2)))));
    return rows;
  }

  @Test
  void bytes_become_the_clusters_and_names_that_the_command_line_gives() throws Exception {
    Path run = folder.resolve("run");
    Command.done(
        "cluster",
        "--input",
        "samples",
        "--clusters",
        K,
        "--precision",
        "fp32",
        "--device",
        "cpu",
        "--batch-size",
        16,
        "--output",
        run);
    PipelineModel pipeline =
        new Pipeline().setStages(new PipelineStage[] {embedder(), clustering()}).fit(images);
    Map<String, String> here = rows(pipeline.transform(images));
    Map<String, String> there = assigned(run);
    assertThat(here).hasSize(576).isEqualTo(there);

    NomenClusteringModel model = (NomenClusteringModel) pipeline.stages()[1];
    assertThat(model.clusters().count()).isEqualTo(model.numClusters());
    assertThat(model.summary().silhouette()).isBetween(0.0, 1.0);
    assertThat(model.summary().numRows()).isEqualTo(576);

    // What was saved is read again, by Spark, by the command line, and the other way.
    String saved = folder.resolve("saved").toString();
    pipeline.write().save(saved);
    assertThat(rows(PipelineModel.load(saved).transform(images))).isEqualTo(here);
    Path assigned = folder.resolve("assigned");
    String stage = STORAGE.list(saved + "/stages").get(1).uri();
    Command.done("assign", "--run", stage, "--embeddings", run, "--output", assigned);
    assertThat(assigned(assigned)).isEqualTo(there);
    Dataset<Row> features = embedder().transform(images);
    assertThat(rows(NomenClusteringModel.load(run.toString()).transform(features)))
        .isEqualTo(there);
  }

  /** Other batches of the encoder round the last digits otherwise. */
  private static String sure(double confidence) {
    return confidence > 0.5 + 1e-3 ? "sure" : confidence < 0.5 - 1e-3 ? "unsure" : "either";
  }

  private static Map<String, String> assigned(Path run) {
    Map<Integer, String> names = new HashMap<>();
    var snapshot = new RunFolder(STORAGE, run.toString()).snapshot();
    snapshot.rows(ClusterRow.SCHEMA).forEach(row -> names.put(row.cluster(), row.name()));
    Map<String, String> rows = new HashMap<>();
    for (String uri : snapshot.table("assignments").uris()) {
      for (TableRow row : TableRow.read(STORAGE, uri)) {
        int cluster = row.integer("cluster");
        rows.put(
            row.string("path"),
            "%d %s %s".formatted(cluster, names.get(cluster), sure(row.number("confidence"))));
      }
    }
    return rows;
  }

  /** Rows whose cluster bears the name of their folder. */
  private static long wellNamed(Dataset<Row> named) {
    return named
        .where(
            functions
                .lower(functions.col("name"))
                .equalTo(
                    functions.lower(
                        functions.element_at(functions.split(functions.col("path"), "/"), -2))))
        .count();
  }

  @Test
  void the_clusters_of_mllib_get_names_as_good_as_those_of_the_command_line() throws Exception {
    Dataset<Row> features = embedder().transform(images).cache();
    NomenClusteringModel own = clustering().setMethod("kmeans").fit(features);
    Dataset<Row> ownClusters = own.transform(features);
    long there = wellNamed(ownClusters);
    // The same clusters get the same names, whoever is asked for them.
    Dataset<Row> again =
        namer()
            .setNameCol("again")
            .setIdCol("path")
            .fit(ownClusters.drop("name"))
            .transform(ownClusters);
    assertThat(again.where("name <> again OR again IS NULL").count()).isZero();

    // By cosines and the best of some starts, as Nomen's own.
    KMeans cosines = new KMeans().setK(K).setDistanceMeasure("cosine").setMaxIter(50);
    KMeansModel kmeans =
        IntStream.range(0, 5)
            .mapToObj(seed -> cosines.setSeed(seed).fit(features))
            .min(Comparator.comparingDouble(model -> model.summary().trainingCost()))
            .orElseThrow();
    Dataset<Row> clustered = kmeans.transform(features);
    ClusterNamerModel named = namer().fit(clustered);
    long here = wellNamed(named.transform(clustered));
    LOG.info("photographs in a cluster of their name: MLlib {}, kmeans {}", here, there);
    assertThat(here).isGreaterThanOrEqualTo(there * 3 / 4);
    List<Row> rows = named.clusters().collectAsList();
    assertThat(rows).hasSize(K);
    Set<String> names = new HashSet<>();
    rows.forEach(row -> names.add(row.getAs("name")));
    assertThat(names).hasSize(K);

    // What a person has written is a clustering too; a row without a cluster has no name.
    Dataset<Row> written =
        features.withColumn(
            "prediction",
            functions.expr(
                "CASE WHEN path LIKE '%pizza%' THEN 'round' WHEN path LIKE '%watch%' THEN 'flat'"
                    + " END"));
    ClusterNamerModel ofWords = namer().fit(written);
    String kept = folder.resolve("namer").toString();
    ofWords.write().overwrite().save(kept);
    Dataset<Row> told = ClusterNamerModel.load(kept).transform(written);
    assertThat(told.where("prediction IS NOT NULL AND name IS NOT NULL").count()).isEqualTo(48);
    assertThat(told.where("prediction IS NULL AND name IS NULL").count()).isEqualTo(528);
    assertThat(ofWords.clusters().columns()).startsWith("prediction", "name");

    Dataset<Row> pairs =
        new NearDuplicates().setIdCol("path").setThreshold(0.9).findPairs(features);
    Dataset<Row> groups =
        new NearDuplicates().setIdCol("path").setThreshold(0.9).findGroups(features);
    assertThat(groups.count()).isEqualTo(576);
    assertThat(groups.where("duplicateOf IS NOT NULL").count()).isLessThanOrEqualTo(pairs.count());
    assertThat(pairs.where("idA >= idB OR cosine < 0.9").count()).isZero();
    features.unpersist();
  }

  private static ClusterNamer namer() {
    return new ClusterNamer().setPrecision("fp32").setDevice("cpu");
  }
}
