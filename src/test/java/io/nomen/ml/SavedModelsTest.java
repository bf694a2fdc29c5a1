package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Reads what version 0.1 saved, and every later one must. A new version adds its own folders beside
 * these; these stay.
 */
class SavedModelsTest {
  private static final String SAVED = "src/test/resources/io/nomen/ml/saved/";

  @BeforeAll
  static void session() {
    LocalSpark.session();
  }

  /** Rows along three axes, and one without a direction. */
  private static Dataset<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Float[] values = new Float[8];
      for (int j = 0; j < 8; j++) {
        values[j] = i == j && i < 3 ? 1f : 0f;
      }
      rows.add(RowFactory.create(i, values));
    }
    return LocalSpark.session()
        .createDataFrame(
            rows,
            new StructType()
                .add("id", DataTypes.IntegerType)
                .add("features", DataTypes.createArrayType(DataTypes.FloatType)));
  }

  @Test
  void a_clustering_and_a_namer_of_version_0_1_say_what_they_said_then() {
    NomenClusteringModel model = NomenClusteringModel.load(SAVED + "clustering-0.1");
    assertThat(model.numClusters()).isEqualTo(3);
    assertThat(model.numFeatures()).isEqualTo(8);
    assertThat(model.summary().numRows()).isEqualTo(60);
    assertThat(model.getPredictionCol()).isEqualTo("cluster");
    assertThat(model.clusters().count()).isEqualTo(3);
    Dataset<Row> clustered = model.transform(rows());
    ClusterNamerModel namer = ClusterNamerModel.load(SAVED + "namer-0.1");
    List<Row> told =
        namer
            .transform(clustered.drop("name"))
            .orderBy("id")
            .select("cluster", "name")
            .collectAsList();
    assertThat(told.stream().map(Row::toString).toList())
        .containsExactly("[0,apple]", "[1,bridge]", "[2,candle]", "[null,null]");
  }

  @Test
  void a_pipeline_of_version_0_1_is_read_with_its_stages() {
    PipelineStage[] stages = Pipeline.load(SAVED + "pipeline-0.1").getStages();
    assertThat(stages).hasSize(3);
    assertThat(stages[0]).isInstanceOf(ClipImageEmbedder.class);
    assertThat(stages[1]).isInstanceOf(ClipTextEmbedder.class);
    assertThat(((NomenClustering) stages[2]).getMethod()).isEqualTo("nomen");
  }
}
