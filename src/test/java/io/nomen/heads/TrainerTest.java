package io.nomen.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.Trainer.TrainingHistory;
import io.nomen.heads.TrainingSet.BatchPlan;
import io.nomen.store.Storage;
import io.nomen.tensor.RowBlock;
import io.nomen.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.broadcast.Broadcast;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final int WIDTH = 8;
  private static final int GROUPS = 4;
  private static final int ROWS = 240;
  private static final Distillation OBJECTIVE = new Distillation(WIDTH, WIDTH, GROUPS, 0.5, 5);

  private static Broadcast<TrainingSet> set;

  @TempDir Path folder;

  @BeforeAll
  static void broadcastGroups() {
    set = LocalSpark.context().broadcast(groups());
  }

  @AfterAll
  static void free() {
    set.value().close();
    set.destroy();
  }

  @Test
  void finds_groups_that_both_views_show() {
    Trainer.Result result = train(settings(60, 1, 1, 2));

    RowBlock labels = result.head().probabilities(new RowBlock(0, ROWS, WIDTH, features(1)));
    int[] cluster = new int[GROUPS];
    for (int row = 0; row < ROWS; row++) {
      int best = best(labels, row);
      if (row < GROUPS) {
        cluster[row] = best;
      }
      assertThat(best).isEqualTo(cluster[row % GROUPS]);
    }
    assertThat(cluster).doesNotHaveDuplicates();
  }

  @Test
  void tells_loss_and_label_free_quantities_of_every_epoch() {
    TrainingHistory history = train(settings(60, 1, 1, 2)).history();

    assertThat(history.epochs()).hasSize(60);
    assertThat(history.epochs().get(59).terms().keySet())
        .containsExactlyInAnyOrderElementsOf(OBJECTIVE.terms());
    assertThat(history.lastLoss()).isLessThan(history.epochs().get(0).terms().get("loss"));
    assertThat(history.epochs().get(59).terms().get("assignment_entropy"))
        .isCloseTo(Math.log(GROUPS), within(0.1));
    assertThat(history.epochs().get(59).terms().get("neighbour_consistency")).isGreaterThan(0.9);
  }

  @Test
  void takes_the_same_way_for_any_number_of_local_steps_with_one_shard() {
    assertThat(train(settings(3, 1, 5, 7)).state().parameters())
        .containsExactly(train(settings(3, 1, 1, 7)).state().parameters());
  }

  @Test
  void sums_the_gradients_of_shards_to_the_mean_of_their_own_losses() {
    TrainerSettings four = settings(1, 4, 1, 9);
    TrainingState state = OBJECTIVE.initial(9);
    ShardRun run = new ShardRun(OBJECTIVE, four, 0, new float[0], 1);
    float[][] arguments = {state.parameters(), state.statistics(), new float[0]};

    List<Integer> shards = List.of(0, 1, 2, 3);
    float[] summed =
        LocalSpark.context()
            .parallelize(shards, 4)
            .treeAggregate(
                new GradientAccumulator(),
                (sum, shard) -> sum.merge(run.sum(set.value(), state, shard, 0, "step", arguments)),
                GradientAccumulator::merge)
            .mean();

    int dimension = OBJECTIVE.parameters() + OBJECTIVE.statistics() + OBJECTIVE.terms().size();
    double[] expected = new double[dimension];
    BatchPlan plan = set.value().plan(OBJECTIVE, four, 0);
    for (int shard : shards) {
      long[] part = plan.draw(0, shard, 4);
      try (ShardRun.GradientStep step =
          new ShardRun.GradientStep(OBJECTIVE, set.value(), state, part, 1)) {
        float[] own = step.of("step", arguments);
        for (int i = 0; i < dimension; i++) {
          expected[i] += own[i] / 4.0;
        }
      }
    }
    for (int i = 0; i < dimension; i++) {
      assertThat((double) summed[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void trains_with_several_shards_in_step_and_with_steps_of_their_own() {
    double alone = train(settings(40, 1, 1, 3)).history().lastLoss();

    assertThat(train(settings(40, 2, 1, 3)).history().lastLoss()).isCloseTo(alone, within(0.5));
    assertThat(train(settings(40, 2, 3, 3)).history().lastLoss()).isCloseTo(alone, within(0.5));
  }

  @Test
  void shards_without_a_row_in_a_batch_sit_it_out() {
    TrainingHistory history = train(settings(5, 64, 2, 3)).history();
    assertThat(history.lastLoss()).isLessThan(history.epochs().get(0).terms().get("loss"));
  }

  @Test
  void the_widest_margin_is_the_same_for_any_number_of_shards_and_cores() {
    int rows = 4000;
    Random random = new Random(6);
    float[] values = new float[rows * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float) ((i % WIDTH == i / WIDTH % GROUPS ? 0.9 : 0) + 0.2 * random.nextGaussian());
    }
    TrainingSet rowsOnly =
        new TrainingSet(List.of(TrainingSet.View.of(values, WIDTH, new int[0], 0)));
    WidestMargin objective =
        new WidestMargin(List.of(WIDTH), List.of(1.0), GROUPS, 10, 10, 1, 1e-1);
    Broadcast<TrainingSet> broadcast = LocalSpark.context().broadcast(rowsOnly);
    for (int batch : new int[] {3_750, 999}) {
      requireSame(broadcast, objective, batch);
    }
    rowsOnly.close();
    broadcast.destroy();
  }

  private static void requireSame(
      Broadcast<TrainingSet> broadcast, WidestMargin objective, int batch) {
    List<Trainer.Result> results = new ArrayList<>();
    for (int[] shardsAndReplicas : new int[][] {{1, 1}, {4, 1}, {1, 1_000}}) {
      TrainerSettings settings = new TrainerSettings(2, 0, batch, 1e-1, shardsAndReplicas[0], 5, 3);
      results.add(
          new Trainer(LocalSpark.context(), broadcast, objective, settings, shardsAndReplicas[1])
              .train(
                  objective.initial(3),
                  EpochPreparation.NONE,
                  Checkpoints.none(),
                  Progress.Step.SILENT));
    }
    TrainingHistory history = results.get(0).history();
    for (Trainer.Result result : results) {
      assertThat(result.state().parameters()).containsExactly(results.get(0).state().parameters());
      assertThat(result.history()).isEqualTo(history);
    }
    assertThat(history.lastLoss()).isLessThan(history.epochs().get(0).terms().get("loss"));
  }

  @Test
  void heads_of_the_papers_are_the_same_for_any_number_of_cores() {
    int rows = 1_000;
    int width = 512;
    Random random = new Random(6);
    float[] values = new float[rows * width];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float) ((i % width == i / width % GROUPS ? 0.9 : 0) + 0.1 * random.nextGaussian());
    }
    int[] neighbours = IntStream.range(0, rows).map(row -> (row + GROUPS) % rows).toArray();
    TrainingSet.View view = TrainingSet.View.of(values, width, neighbours, 1);
    TrainingSet rowsOnly = new TrainingSet(List.of(view, view));
    Broadcast<TrainingSet> broadcast = LocalSpark.context().broadcast(rowsOnly);
    Distillation objective = new Distillation(width, width, GROUPS, 0.5, 5);
    List<float[]> found = new ArrayList<>();
    for (int replicas : new int[] {1, 1_000}) {
      TrainerSettings settings = new TrainerSettings(2, 0, 500, 1e-3, 1, 1, 3);
      found.add(
          new Trainer(LocalSpark.context(), broadcast, objective, settings, replicas)
              .train(
                  objective.initial(3),
                  EpochPreparation.NONE,
                  Checkpoints.none(),
                  Progress.Step.SILENT)
              .state()
              .parameters());
    }
    assertThat(Arrays.equals(found.get(1), found.get(0))).isTrue();
    rowsOnly.close();
    broadcast.destroy();
  }

  @Test
  void goes_on_from_its_checkpoint_and_ends_as_if_never_stopped() {
    Checkpoints checkpoints = checkpoints("digest");
    Progress.Step killer =
        done -> {
          if (done == 3) {
            throw new NomenException(NomenException.Kind.STOPPED, "Stopped by the test.");
          }
        };
    assertThatThrownBy(() -> train(settings(6, 1, 1, 4), checkpoints, killer))
        .isInstanceOf(NomenException.class);

    AtomicInteger first = new AtomicInteger(-1);
    Trainer.Result resumed =
        train(settings(6, 1, 1, 4), checkpoints, done -> first.compareAndSet(-1, (int) done));

    Trainer.Result whole = train(settings(6, 1, 1, 4));
    assertThat(first).hasValue(3);
    assertThat(resumed.state().parameters()).containsExactly(whole.state().parameters());
    assertThat(resumed.state().statistics()).containsExactly(whole.state().statistics());
    assertThat(resumed.history()).isEqualTo(whole.history());
  }

  @Test
  void ends_where_the_loss_settles_and_goes_no_further_from_its_checkpoint() {
    Checkpoints checkpoints = checkpoints("digest");
    TrainerSettings settings = new TrainerSettings(40, 0.02, 40, 1e-2, 1, 1, 4);
    TrainingHistory history = train(settings, checkpoints, Progress.Step.SILENT).history();
    double[] losses = history.epochs().stream().mapToDouble(e -> e.terms().get("loss")).toArray();
    int last = losses.length - 1;
    assertThat(last).isBetween(1, 38);
    for (int i = 1; i <= last; i++) {
      boolean settled = losses[i - 1] - losses[i] < 0.02 * Math.abs(losses[i]);
      assertThat(settled).isEqualTo(i == last);
    }
    assertThat(train(settings, checkpoints, Progress.Step.SILENT).history()).isEqualTo(history);
  }

  @Test
  void passes_over_a_checkpoint_that_was_cut_off_or_belongs_to_another_training() throws Exception {
    Checkpoints checkpoints = checkpoints("digest");
    train(settings(3, 1, 1, 4), checkpoints, Progress.Step.SILENT);
    Path newest = folder.resolve("seed-4/epoch-000003.safetensors");
    byte[] bytes = Files.readAllBytes(newest);
    Files.write(newest, java.util.Arrays.copyOf(bytes, bytes.length / 2));

    // The trainer keeps trainings of other settings apart in one place.
    String training = OBJECTIVE + " " + settings(3, 1, 1, 4);
    assertThat(checkpoints.of(training).latest(4).orElseThrow().history().epochs()).hasSize(2);
    assertThat(checkpoints("another").of(training).latest(4)).isEmpty();
    assertThat(checkpoints.of(training).latest(5)).isEmpty();
  }

  @Test
  void stops_at_the_epoch_and_step_where_the_loss_is_not_a_number() {
    float[] broken = features(1);
    broken[5] = Float.NaN;
    int[] neighbours = neighbours();
    TrainingSet bad =
        new TrainingSet(
            List.of(
                TrainingSet.View.of(broken, WIDTH, neighbours, 3),
                TrainingSet.View.of(features(2), WIDTH, neighbours, 3)));
    Broadcast<TrainingSet> broadcast = LocalSpark.context().broadcast(bad);

    assertThatThrownBy(
            () ->
                new Trainer(LocalSpark.context(), broadcast, OBJECTIVE, settings(2, 1, 1, 0), 1)
                    .train(
                        OBJECTIVE.initial(0),
                        EpochPreparation.NONE,
                        Checkpoints.none(),
                        Progress.Step.SILENT))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("not a number in epoch 1, step ")
        .hasMessageContaining("--train-batch");
    bad.close();
    broadcast.destroy();
  }

  @Test
  void takes_the_replica_with_the_lowest_loss() {
    Replicas replicas = Replicas.train(3, 2, 10, seed -> train(settings(2, 1, 1, seed)));

    assertThat(replicas.losses()).hasSize(3).doesNotHaveDuplicates();
    double lowest = replicas.losses().stream().mapToDouble(x -> x).min().orElseThrow();
    assertThat(replicas.best().history().lastLoss()).isEqualTo(lowest);
    assertThat(replicas.losses().get((int) replicas.bestSeed() - 3 * 10)).isEqualTo(lowest);
  }

  private Checkpoints checkpoints(String digest) {
    return Checkpoints.in(new Storage(new Configuration()), folder.toUri().toString(), digest);
  }

  private static TrainerSettings settings(int epochs, int shards, int localSteps, long seed) {
    return new TrainerSettings(epochs, 0, 40, 1e-2, shards, localSteps, seed);
  }

  private static Trainer.Result train(TrainerSettings settings) {
    return train(settings, Checkpoints.none(), Progress.Step.SILENT);
  }

  private static Trainer.Result train(
      TrainerSettings settings, Checkpoints checkpoints, Progress.Step progress) {
    return new Trainer(LocalSpark.context(), set, OBJECTIVE, settings, 1)
        .train(OBJECTIVE.initial(settings.seed()), EpochPreparation.NONE, checkpoints, progress);
  }

  /** Row i belongs to group i modulo {@value #GROUPS}, in both views. */
  private static TrainingSet groups() {
    int[] neighbours = neighbours();
    return new TrainingSet(
        List.of(
            TrainingSet.View.of(features(1), WIDTH, neighbours, 3),
            TrainingSet.View.of(features(2), WIDTH, neighbours, 3)));
  }

  private static float[] features(long seed) {
    Random random = new Random(seed);
    float[] values = new float[ROWS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      boolean own = i % WIDTH == i / WIDTH % GROUPS;
      values[i] = (float) ((own ? 0.9 : 0) + 0.15 * random.nextGaussian());
    }
    return values;
  }

  private static int[] neighbours() {
    List<Integer> lists = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      for (int i = 1; i <= 3; i++) {
        lists.add((row + i * GROUPS) % ROWS);
      }
    }
    return lists.stream().mapToInt(x -> x).toArray();
  }

  private static int best(RowBlock labels, int row) {
    int best = 0;
    for (int k = 1; k < GROUPS; k++) {
      if (labels.values()[row * GROUPS + k] > labels.values()[row * GROUPS + best]) {
        best = k;
      }
    }
    return best;
  }
}
