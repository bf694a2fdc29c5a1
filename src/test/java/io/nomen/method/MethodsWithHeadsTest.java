package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.evaluate.Scores;
import io.nomen.heads.Checkpoints;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.semantics.NounMatrix;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SubspaceWidth;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.testing.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MethodsWithHeadsTest {
  private static final int WIDTH = 16;
  private static final int GROUPS = 4;
  private static final int ROWS = 400;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"tac, 4", "sic, 1", "nomen, 4", "nomen-no-train, 1"})
  void finds_groups_and_labels_them_again_from_the_stored_model(String method, int replicas)
      throws Exception {
    RowBlocks images = images();
    try (Clustering fit = Methods.named(method).cluster(input(images, replicas))) {
      assertThat(accuracy(fit.assignments())).isGreaterThan(95);
      assertThat(fit.sizes()).isSortedAccordingTo((a, b) -> Long.compare(b, a));
      assertThat(IntStream.range(0, fit.clusters()).mapToLong(k -> fit.sizes()[k]).sum())
          .isEqualTo(ROWS);

      ByteArrayOutputStream stored = new ByteArrayOutputStream();
      fit.model().parts().write(stored);
      ModelParts parts =
          ModelParts.read(SafetensorsReader.Source.of("the model", stored.toByteArray()));
      FittedModel again = Methods.model(parts);
      assertThat(clusters(again.assign(images, Optional.empty())))
          .containsExactly(clusters(fit.assignments()));
    }
  }

  @ParameterizedTest
  @EnumSource(SicMapping.class)
  void sic_runs_with_every_mapping(SicMapping mapping) {
    MethodInput usual = input(images());
    MethodOptions options =
        new MethodOptions(
            usual.options().kmeans(),
            usual.options().semantics(),
            Inputs.with(usual.options().training(), mapping));
    try (Clustering fit = new SicMethod().cluster(Inputs.with(usual, options))) {
      assertThat(accuracy(fit.assignments())).isGreaterThan(95);
      assertThat(fit.findings().part(Findings.Training.class)).isPresent();
      Findings.SemanticConsistency found =
          fit.findings().part(Findings.SemanticConsistency.class).orElseThrow();
      assertThat(found.riskBound())
          .containsOnlyKeys("neighbour_consistency", "confidence", "neighbourhood_imbalance");
      assertThat(found.semanticNouns()).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("ownMethods")
  void own_methods_end_in_linkage_where_they_are_told_to(ClusteringMethod method) {
    RowBlocks rows = images();
    try (Clustering fit = method.cluster(input(rows, 1, Linkage.ALWAYS))) {
      assertThat(accuracy(fit.assignments())).isGreaterThan(95);
      assertThat(fit.sizes()).isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(fit.findings().part(Findings.LinkageComparison.class).orElseThrow().taken())
          .isTrue();
      assertThat(fit.model().method()).isEqualTo(NomenNoTrainMethod.NAME);
      assertThat(clusters(fit.model().assign(rows, Optional.empty())))
          .containsExactly(clusters(fit.assignments()));
    }
    try (Clustering fit = method.cluster(input(rows, 1, Linkage.NEVER))) {
      assertThat(fit.findings().part(Findings.LinkageComparison.class)).isEmpty();
    }
  }

  private static List<ClusteringMethod> ownMethods() {
    return List.of(new NomenMethod(), new NomenNoTrainMethod());
  }

  @Test
  void the_gate_opens_for_nouns_that_fit_and_shuts_for_others() {
    try (Clustering fits = new NomenNoTrainMethod().cluster(input(images()));
        Clustering misses =
            new NomenNoTrainMethod().cluster(Inputs.with(input(images()), besideThePoint()))) {
      assertThat(rho(fits)).isCloseTo(1, within(0.1));
      assertThat(rhoPerCluster(fits))
          .hasSize(GROUPS)
          .allSatisfy(rho -> assertThat(rho).isCloseTo(1, within(0.2)));
      assertThat(rho(misses)).isLessThan(0.78);
      assertThat(accuracy(misses.assignments())).isGreaterThan(95);
    }
  }

  @Test
  void turtle_finds_groups_in_one_space_and_in_two() {
    RowBlocks rows = apart(1);
    MethodInput plain = MethodInput.of(rows, GROUPS, 0);
    MethodInput one =
        Inputs.with(
            plain,
            new MethodOptions(
                plain.options().kmeans(),
                plain.options().semantics(),
                Inputs.with(plain.options().training(), 20, 4)));
    for (MethodInput input : List.of(one, Inputs.withSecond(one, apart(2)))) {
      try (Clustering fit = new TurtleMethod().cluster(input)) {
        // A fifteenth of the published steps; guessing gives 25.
        assertThat(accuracy(fit.assignments())).isGreaterThan(60);
        FittedModel again = Methods.model(fit.model().parts());
        assertThat(clusters(again.assign(rows, Optional.empty())))
            .containsExactly(clusters(fit.assignments()));
      }
    }
  }

  @Test
  void kmeans_takes_the_noun_subspace_where_it_is_asked_to_and_stores_it() {
    RowBlocks rows = images();
    MethodInput input =
        Inputs.with(
            input(rows),
            new MethodOptions(
                input(rows).options().kmeans(),
                input(rows).options().semantics(),
                input(rows).options().training(),
                Optional.of(SubspaceWidth.AUTO)));
    try (Clustering fit = new KMeansMethod().cluster(input)) {
      assertThat(accuracy(fit.assignments())).isGreaterThan(95);
      assertThat(fit.model().parts().matrix("axes").width()).isEqualTo(WIDTH);
      FittedModel again = Methods.model(fit.model().parts());
      assertThat(clusters(again.assign(rows, Optional.empty())))
          .containsExactly(clusters(fit.assignments()));
    }
  }

  @Test
  void texts_join_where_the_nouns_fit() {
    assertThat(agreement(0.7).textsJoin()).isFalse();
    assertThat(agreement(0.9).textsJoin()).isTrue();
    assertThat(agreement(0.5).words()).contains("do not describe");
  }

  @Test
  void a_training_that_was_stopped_goes_on_and_ends_with_the_same_clusters() {
    RowBlocks images = images();
    Checkpoints place =
        Checkpoints.in(new Storage(new Configuration()), folder.toUri().toString(), "these images");
    int[] whole;
    try (Clustering fit = new TacMethod().cluster(input(images))) {
      whole = clusters(fit.assignments());
    }
    try (Clustering kept = new TacMethod().cluster(Inputs.with(input(images), place))) {
      assertThat(clusters(kept.assignments())).containsExactly(whole);
    }
    assertThat(folder.resolve("seed-0/epoch-000020.safetensors")).exists();

    List<Long> trained = new ArrayList<>();
    MethodInput watched = input(images);
    MethodInput again =
        new MethodInput(
            images,
            Optional.empty(),
            watched.nouns(),
            GROUPS,
            watched.options(),
            0,
            (stage, total, unit) ->
                done -> {
                  if (stage.equals("training heads")) {
                    trained.add(done);
                  }
                },
            place,
            Optional.empty());
    try (Clustering resumed = new TacMethod().cluster(again)) {
      assertThat(clusters(resumed.assignments())).containsExactly(whole);
    }
    assertThat(trained).containsExactly(20L);
  }

  @Test
  void training_rows_are_thinned_evenly_and_numbered_anew() {
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    List<RowBlock> blocks = new ArrayList<>();
    for (int first = 0; first < 1000; first += 137) {
      int count = Math.min(137, 1000 - first);
      blocks.add(
          new RowBlock(
              first, count, 1, java.util.Arrays.copyOfRange(values, first, first + count)));
    }
    RowBlocks all = new RowBlocks(LocalSpark.context().parallelize(blocks, 3), 1000, 1);

    RowBlocks thinned = RowSample.even(all, 300);
    float[] kept = thinned.collect();
    assertThat(thinned.rows()).isEqualTo(300);
    assertThat(kept).hasSize(300).isSorted().doesNotHaveDuplicates();
    for (int i = 0; i < 300; i++) {
      assertThat(kept[i]).isCloseTo(i * 1000 / 300f, within(3.5f));
    }
  }

  @Test
  void norms_of_one_count_as_unknown() {
    RowBlocks rows = RowBlocks.of(LocalSpark.context(), new float[] {0.6f, 0.8f}, 2);
    RowBlocks ones = RowBlocks.of(LocalSpark.context(), new float[] {1}, 1);
    RowBlocks lengths = RowBlocks.of(LocalSpark.context(), new float[] {9}, 1);

    assertThat(UnnormalisedRows.known(Optional.of(ones))).isFalse();
    assertThat(UnnormalisedRows.known(Optional.of(lengths))).isTrue();
    RowBlocks oneIsOdd = RowBlocks.of(LocalSpark.context(), new float[] {1, 0.9f, 1}, 1);
    assertThat(UnnormalisedRows.known(Optional.of(oneIsOdd))).isFalse();
    assertThat(UnnormalisedRows.of(rows, Optional.of(ones), false).collect()).containsExactly(6, 8);
    assertThat(UnnormalisedRows.of(rows, Optional.of(lengths), true).collect())
        .containsExactly(0.6f * 9, 0.8f * 9);
  }

  private static MethodInput input(RowBlocks images) {
    return input(images, 1);
  }

  private static MethodInput input(RowBlocks images, int replicas) {
    return input(images, replicas, Linkage.AUTO);
  }

  private static MethodInput input(RowBlocks images, int replicas, Linkage linkage) {
    SemanticOptions papers = SemanticOptions.defaults();
    TrainingOptions training =
        new TrainingOptions(
            OptionalInt.empty(),
            OptionalInt.of(64),
            OptionalInt.of(10),
            OptionalDouble.empty(),
            OptionalInt.of(replicas),
            1,
            1,
            10_000,
            linkage,
            SicMapping.ADJUSTED);
    MethodOptions options =
        new MethodOptions(
            SphericalKMeans.Options.withRestarts(2),
            new SemanticOptions(
                OptionalInt.of(2 * GROUPS),
                SphericalKMeans.Options.withRestarts(2),
                papers.nounsPerCentre(),
                0.05),
            training);
    return Inputs.with(Inputs.with(MethodInput.of(images, GROUPS, 0), fitting()), options);
  }

  private static RowBlocks images() {
    return RowBlocks.of(LocalSpark.context(), around(ROWS, 0.12, 1).values(), WIDTH);
  }

  /** The same groups as {@link #images()}, far from each other. */
  private static RowBlocks apart(long seed) {
    return RowBlocks.of(LocalSpark.context(), around(ROWS, 0, 0.05, seed).values(), WIDTH);
  }

  private static NounMatrix fitting() {
    return nouns(around(40, 0.1, 2));
  }

  private static NounMatrix besideThePoint() {
    Random random = new Random(8);
    float[] values = new float[40 * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return nouns(new Matrix(40, WIDTH, values).unit());
  }

  private static NounMatrix nouns(Matrix rows) {
    return new NounMatrix(
        IntStream.range(0, rows.rows()).mapToObj(i -> "noun " + i).toList(), rows);
  }

  /** Row i points along axis i modulo {@value #GROUPS}, more or less. */
  private static Matrix around(int rows, double noise, long seed) {
    return around(rows, 0.2, noise, seed);
  }

  /** The same with {@code base} in place of nothing along the other axes. */
  private static Matrix around(int rows, double base, double noise, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * WIDTH];
    for (int i = 0; i < values.length; i++) {
      boolean own = i % WIDTH == i / WIDTH % GROUPS;
      values[i] = (float) ((own ? 1 : base) + noise * random.nextGaussian());
    }
    return new Matrix(rows, WIDTH, values).unit();
  }

  private static TextAgreement agreement(double rho) {
    return new TextAgreement(rho, new byte[0], new byte[0]);
  }

  private static double rho(Clustering clustering) {
    return clustering.findings().part(Findings.Agreement.class).orElseThrow().rho();
  }

  private static List<Double> rhoPerCluster(Clustering clustering) {
    return clustering.findings().part(Findings.Agreement.class).orElseThrow().rhoPerCluster();
  }

  private static double accuracy(JavaRDD<AssignmentBlock> assignments) {
    int[] labels = IntStream.range(0, ROWS).map(i -> i % GROUPS).toArray();
    return Scores.of(labels, clusters(assignments)).acc();
  }

  private static int[] clusters(JavaRDD<AssignmentBlock> assignments) {
    return assignments.collect().stream()
        .flatMapToInt(b -> java.util.Arrays.stream(b.cluster()))
        .toArray();
  }
}
