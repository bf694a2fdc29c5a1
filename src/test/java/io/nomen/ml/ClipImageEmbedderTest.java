package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.testing.LocalSpark;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipImageEmbedderTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType, false)
          .add("content", DataTypes.BinaryType, true);

  @TempDir Path folder;

  @Test
  void pictures_become_unit_vectors_and_bad_bytes_a_status() throws Exception {
    Dataset<Row> images = images();
    ClipImageEmbedder embedder = embedder();
    List<Row> rows = embedder.transform(images).orderBy("id").collectAsList();
    assertThat(rows).hasSize(5);
    for (int i = 0; i < 3; i++) {
      assertThat(rows.get(i).getString(3)).isEqualTo("ok");
      Vector vector = rows.get(i).getAs("embedding");
      assertThat(vector.size()).isEqualTo(256);
      assertThat(Vectors.norm(vector, 2)).isBetween(0.999999, 1.000001);
    }
    assertThat(rows.get(3).isNullAt(2)).isTrue();
    assertThat(rows.get(3).getString(3)).isEqualTo("not-an-image");
    assertThat(rows.get(3).getString(4)).isNotEmpty();
    assertThat(rows.get(4).getString(3)).isEqualTo("empty");
    assertThat(rows.get(4).getString(4)).isEqualTo("there is no image");
  }

  @Test
  void the_number_of_partitions_and_of_images_per_pass_changes_nothing() throws Exception {
    ClipImageEmbedder embedder = embedder();
    Vector[] one = vectors(embedder.transform(images().repartition(1)));
    embedder.setBatchSize(1);
    Vector[] four = vectors(embedder.transform(images().repartition(4)));
    for (int i = 0; i < 3; i++) {
      assertThat(Math.sqrt(Vectors.sqdist(one[i], four[i]))).isLessThan(1e-5);
    }
  }

  @Test
  void paths_give_what_their_bytes_give_and_one_that_is_not_there_says_so() throws Exception {
    java.nio.file.Path file = folder.resolve("a picture.png");
    java.nio.file.Files.write(file, picture(1));
    Dataset<Row> paths =
        LocalSpark.session()
            .createDataFrame(
                Arrays.asList(
                    RowFactory.create(1, file.toUri().getPath()),
                    RowFactory.create(2, folder.resolve("none.png").toString()),
                    RowFactory.create(3, "")),
                new StructType()
                    .add("id", DataTypes.IntegerType)
                    .add("content", DataTypes.StringType));
    List<Row> rows = embedder().transform(paths).orderBy("id").collectAsList();
    Vector bytes = embedder().transform(images()).where("id = 1").head().getAs("embedding");
    assertThat(Math.sqrt(Vectors.sqdist(rows.get(0).getAs("embedding"), bytes))).isLessThan(1e-5);
    assertThat(rows.get(1).<String>getAs("status")).isEqualTo("unreadable");
    assertThat(rows.get(2).<String>getAs("status")).isEqualTo("unreadable");
  }

  @Test
  void an_array_of_float_holds_the_same_numbers_as_the_vector() throws Exception {
    Row vector = embedder().transform(images()).where("id = 0").head();
    Row array = embedder().setOutputType("array").transform(images()).where("id = 0").head();
    double[] doubles = ((Vector) vector.getAs("embedding")).toArray();
    List<Float> floats = array.getList(array.fieldIndex("embedding"));
    for (int i = 0; i < doubles.length; i++) {
      assertThat((double) floats.get(i)).isEqualTo(doubles[i]);
    }
  }

  @Test
  void two_in_one_pipeline_give_what_each_gives_alone() throws Exception {
    ClipImageEmbedder other =
        embedder().setOutputCol("b").setStatusCol("sb").setReasonCol("").setBatchSize(2);
    Dataset<Row> both = other.transform(embedder().setBatchSize(3).transform(images()));
    List<Row> rows = both.where("status = 'ok'").orderBy("id").collectAsList();
    Vector[] alone = vectors(embedder().transform(images()));
    assertThat(rows).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(Math.sqrt(Vectors.sqdist(rows.get(i).getAs("embedding"), alone[i])))
          .isLessThan(1e-5);
      assertThat(Math.sqrt(Vectors.sqdist(rows.get(i).getAs("b"), alone[i]))).isLessThan(1e-5);
    }
  }

  @Test
  void it_is_copied_saved_and_loaded_with_its_parameters_alone_and_in_a_pipeline()
      throws Exception {
    ClipImageEmbedder embedder = embedder();
    embedder.setOutputCol("vector");
    embedder.write().overwrite().save(folder.resolve("one").toString());
    ClipImageEmbedder loaded = ClipImageEmbedder.load(folder.resolve("one").toString());
    assertThat(loaded.uid()).isEqualTo(embedder.uid());
    assertThat(loaded.getOrDefault(loaded.outputCol())).isEqualTo("vector");
    assertThat(loaded.getOrDefault(loaded.precision())).isEqualTo("fp32");
    ClipImageEmbedder copy = embedder.copy(new ParamMap().put(embedder.model(), "elsewhere"));
    assertThat(copy.getOrDefault(copy.model())).isEqualTo("elsewhere");
    assertThat(embedder.getOrDefault(embedder.model())).isEqualTo("tiny");

    PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {embedder}).fit(images());
    pipeline.write().overwrite().save(folder.resolve("all").toString());
    assertThat(PipelineModel.load(folder.resolve("all").toString()).transform(images()).columns())
        .containsExactly("id", "content", "vector", "status", "reason");
  }

  @Test
  void a_column_that_does_not_fit_and_a_model_that_is_not_there_fail_before_any_action()
      throws Exception {
    ClipImageEmbedder embedder = embedder();
    embedder.setInputCol("id");
    assertThatThrownBy(() -> embedder.transform(images()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Column id must be of type equal to one of the following types")
        .hasMessageContaining("but was actually of type int");
    ClipImageEmbedder other = embedder().setModel(folder.resolve("nothing").toString());
    assertThatThrownBy(() -> other.transform(images()))
        .hasMessageContaining("is not a folder with files");
  }

  private static ClipImageEmbedder embedder() {
    return new ClipImageEmbedder().setPrecision("fp32").setDevice("cpu");
  }

  private static Vector[] vectors(Dataset<Row> embedded) {
    return embedded.where("status = 'ok'").orderBy("id").collectAsList().stream()
        .map(row -> row.<Vector>getAs("embedding"))
        .toArray(Vector[]::new);
  }

  private static Dataset<Row> images() throws Exception {
    return LocalSpark.session()
        .createDataFrame(
            Arrays.asList(
                RowFactory.create(0, picture(0)),
                RowFactory.create(1, picture(1)),
                RowFactory.create(2, picture(2)),
                RowFactory.create(3, new byte[] {1, 2, 3}),
                RowFactory.create(4, null)),
            SCHEMA);
  }

  private static byte[] picture(int seed) throws Exception {
    BufferedImage image = new BufferedImage(80 + seed, 64, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    int tone = random.nextInt(1 << 24);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, (x / (8 + seed) + y / 8) % 2 == 0 ? tone : random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
