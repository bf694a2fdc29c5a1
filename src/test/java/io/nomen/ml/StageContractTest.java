package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.testing.LocalSpark;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What Spark's own tests ask of every stage, asked of these. */
class StageContractTest {
  private static final List<Params> STAGES =
      List.of(
          new ClipImageEmbedder(),
          new ClipTextEmbedder(),
          new NomenClustering(),
          new NomenClusteringModel("model"),
          new ClusterNamer(),
          new ClusterNamerModel("model"),
          new NearDuplicates());

  /** A value that is valid and not the default, for each parameter that takes no other text. */
  private static final Map<String, Object> WORDS =
      Map.of(
          "precision", "fp32",
          "device", "cpu",
          "outputType", "array",
          "method", "kmeans",
          "subspace", "17",
          "linkage", "never",
          "mapping", "direct");

  @TempDir Path folder;

  private static Object other(Param<?> param) {
    if (param instanceof BooleanParam) {
      return false;
    }
    if (param instanceof IntParam) {
      return 7;
    }
    if (param instanceof LongParam) {
      return 7L;
    }
    if (param instanceof DoubleParam) {
      return 0.7;
    }
    if (param instanceof StringArrayParam) {
      return new String[] {"a photo of a {}", "{}, drawn"};
    }
    return WORDS.getOrDefault(param.name(), "other " + param.name());
  }

  @TestFactory
  Stream<DynamicTest> every_parameter_is_documented_copied_and_has_its_getter_and_setter() {
    return each(
        stage -> {
          assertThat(stage.params()).isNotEmpty();
          assertThat(stage.explainParams()).doesNotContain("null");
          Params copy = stage.copy(ParamMap.empty());
          assertThat(copy.uid()).isEqualTo(stage.uid());
          for (Param<?> param : stage.params()) {
            assertThat(param.doc()).as(param.name()).isNotBlank();
            assertThat(param.parent()).isEqualTo(stage.uid());
            assertThat(stage.explainParams()).contains(param.name() + ": ");
            Object value = other(param);
            setter(copy, param).invoke(copy, value);
            assertThat(getter(copy, param).invoke(copy)).isEqualTo(value);
            assertThat(copy.isSet(copy.getParam(param.name()))).isTrue();
            assertThat(stage.isSet(param)).as("the original's " + param.name()).isFalse();
          }
        });
  }

  private static Method getter(Params stage, Param<?> param) throws NoSuchMethodException {
    return stage.getClass().getMethod("get" + capital(param.name()));
  }

  private static Method setter(Params stage, Param<?> param) {
    return Arrays.stream(stage.getClass().getMethods())
        .filter(m -> m.getName().equals("set" + capital(param.name())) && !m.isBridge())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no setter of " + param.name()));
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  @TestFactory
  Stream<DynamicTest> every_parameter_comes_back_from_a_file_set_or_not() {
    return each(
        stage -> {
          // Models without content are their parameters alone here.
          for (boolean set : new boolean[] {false, true}) {
            Params changed = stage.copy(ParamMap.empty());
            for (Param<?> param : changed.params()) {
              if (set) {
                changed.set(param.name(), other(param));
              }
            }
            String path = folder.resolve(stage.getClass().getSimpleName() + set).toString();
            new org.apache.spark.ml.util.DefaultParamsWriter(changed).save(path);
            Params read = new DefaultParamsReader<Params>().load(path);
            assertThat(read.uid()).isEqualTo(stage.uid());
            for (Param<?> param : read.params()) {
              Param<?> original = changed.getParam(param.name());
              assertThat(read.isSet(param)).as(param.name()).isEqualTo(set);
              assertThat(read.isDefined(param)).isEqualTo(changed.isDefined(original));
              if (read.isDefined(param)) {
                assertThat((Object) read.getOrDefault(param))
                    .isEqualTo(changed.getOrDefault(original));
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> every_class_has_what_sparks_pipelines_load_it_with() {
    return each(
        stage -> {
          assertThat(stage).isInstanceOf(MLWritable.class);
          Method read = stage.getClass().getMethod("read");
          assertThat(Modifier.isStatic(read.getModifiers())).isTrue();
          assertThat(read.invoke(null)).isNotNull();
          assertThat(stage.getClass().getMethod("load", String.class).getReturnType())
              .isEqualTo(stage.getClass());
          assertThat(Modifier.isFinal(stage.getClass().getModifiers())).isTrue();
        });
  }

  private static Stream<DynamicTest> each(Check check) {
    LocalSpark.session();
    return STAGES.stream()
        .map(s -> DynamicTest.dynamicTest(s.getClass().getSimpleName(), () -> check.of(s)));
  }

  private interface Check {
    void of(Params stage) throws Exception;
  }

  @Test
  void values_that_make_no_sense_are_refused_as_sparks_stages_refuse_them() {
    assertThatThrownBy(() -> new NomenClustering().setK(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new NomenClustering().setMethod("k-means"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("method");
    assertThatThrownBy(() -> new NomenClustering().setSubspace("some"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ClipImageEmbedder().setBatchSize(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ClipImageEmbedder().setDevice("gpu"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ClipTextEmbedder().setPrompts("a photo"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new NearDuplicates().setThreshold(1.5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void missing_wrong_and_taken_columns_are_told_before_any_action() {
    StructType good =
        new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("content", DataTypes.BinaryType)
            .add("text", DataTypes.StringType)
            .add("prediction", DataTypes.IntegerType);
    StructType bad = new StructType().add("features", DataTypes.StringType);
    assertThat(new ClipImageEmbedder().transformSchema(good).fieldNames())
        .endsWith("embedding", "status", "reason");
    assertThat(new ClipTextEmbedder().setReasonCol("").transformSchema(good).fieldNames())
        .endsWith("embedding", "status");
    assertThat(new NomenClustering().setPredictionCol("cluster").transformSchema(good).fieldNames())
        .endsWith("cluster", "confidence", "name");
    assertThat(new ClusterNamer().transformSchema(good).fieldNames()).endsWith("name");
    for (PipelineStage stage :
        new PipelineStage[] {
          new ClipImageEmbedder(), new ClipTextEmbedder(), new NomenClustering(), new ClusterNamer()
        }) {
      assertThatThrownBy(() -> stage.transformSchema(new StructType()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not exist");
    }
    assertThatThrownBy(() -> new NomenClustering().transformSchema(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Column features must be of type equal to one of");
    assertThatThrownBy(() -> new NomenClustering().transformSchema(good))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Column prediction already exists");
    assertThatThrownBy(() -> new ClipTextEmbedder().setOutputCol("features").transformSchema(good))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Column features already exists");
  }
}
