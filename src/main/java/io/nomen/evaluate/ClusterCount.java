package io.nomen.evaluate;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.nomen.RootLocale;
import io.nomen.method.ClusterSweep;
import io.nomen.method.Clustering;
import io.nomen.method.ClusteringMethod;
import io.nomen.method.Findings;
import io.nomen.method.MethodInput;
import io.nomen.method.Methods;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.Silhouette;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Chooses K without labels, from a sweep. A number of clusters is good when they are apart
 * (silhouette) <em>and</em> come out the same from other starts (stability): the product of both.
 * The curve is smoothed over neighbouring numbers, because one trial is a matter of luck, and the
 * middle of its top is taken, because it is flat.
 *
 * <p>Found on the test splits of three sets of CLIP features, where labels judged only the outcome.
 * Images are averaged with their neighbours first ({@link ClusterSweep}): as they are, the
 * silhouette of a few coarse clusters is as high as that of the classes. Stability alone favours
 * very few clusters.
 */
public final class ClusterCount {
  /** Neighbouring candidates are this factor apart; smoothing counts on even steps. */
  private static final double STEP = 1.25;

  private static final int FEWEST = 4;

  /** A cluster of fewer images on average is none that a sweep should propose. */
  private static final int IMAGES_PER_CLUSTER = 10;

  /** Share of the best score that still belongs to the top of the curve. */
  private static final double TOP = 0.95;

  private static final int RESTARTS = 3;
  private static final int MOST_CLUSTERS = 300;

  private ClusterCount() {}

  /**
   * What one number of clusters gave.
   *
   * @param clusters K
   * @param silhouette of the best restart, −1 to 1, in the space that was clustered
   * @param stability mean adjusted Rand index between restarts, in per cent
   */
  public record Trial(int clusters, double silhouette, double stability) {}

  /**
   * A point of the curve.
   *
   * @param score smoothed silhouette × stability, 0 to 1
   */
  public record Point(Trial trial, double score) {}

  /**
   * The outcome.
   *
   * @param clusters the K to use; it may lie between two trials
   * @param reason one sentence for people
   * @param curve all trials by K
   */
  @JsonTypeName("cluster_count")
  public record Choice(int clusters, String reason, List<Point> curve) implements Findings.Part {
    public Choice {
      curve = List.copyOf(curve);
    }
  }

  /**
   * A fit, and how its K was chosen where it was.
   *
   * @param clustering to be closed by who asked for it
   */
  public record Fit(Clustering clustering, Optional<Choice> count) {}

  /**
   * Clusters by the method called {@code name}.
   *
   * @param count whether to choose K; the input's is not looked at then
   */
  public static Fit fit(String name, MethodInput input, boolean count) {
    ClusteringMethod method = Methods.named(name);
    if (!count) {
      return new Fit(method.cluster(input), Optional.empty());
    }
    Choice choice = choose(input);
    input.progress().say(RootLocale.format("%d clusters: %s", choice.clusters(), choice.reason()));
    return new Fit(method.cluster(input.withClusters(choice.clusters())), Optional.of(choice));
  }

  /**
   * Numbers to try: from 4 up in even ratios of 1.25.
   *
   * @param rows N images; fewer than 40 give the one candidate that they allow
   * @param most none is greater
   */
  public static int[] candidates(long rows, int most) {
    long limit = Math.min(most, rows / IMAGES_PER_CLUSTER);
    TreeSet<Integer> candidates = new TreeSet<>();
    for (double k = FEWEST; Math.round(k) <= limit; k *= STEP) {
      candidates.add((int) Math.round(k));
    }
    if (candidates.isEmpty()) {
      candidates.add((int) Math.max(1, Math.min(FEWEST, Math.min(most, rows / 2))));
    }
    return candidates.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Chooses.
   *
   * @param trials at least one, no two of the same K; best at {@link #candidates}
   */
  public static Choice choose(List<Trial> trials) {
    List<Point> curve = curve(trials);
    int best =
        IntStream.range(0, curve.size())
            .boxed()
            .max(Comparator.comparingDouble((Integer i) -> curve.get(i).score()))
            .orElseThrow();
    double top = curve.get(best).score();
    if (top <= 0) {
      return nothingStandsOut(curve);
    }
    int from = best;
    int to = best;
    while (from > 0 && onTop(curve.get(from - 1), top)) {
      from--;
    }
    while (to < curve.size() - 1 && onTop(curve.get(to + 1), top)) {
      to++;
    }
    int first = curve.get(from).trial().clusters();
    int last = curve.get(to).trial().clusters();
    int chosen = (int) Math.round(Math.sqrt((double) first * last));
    return new Choice(chosen, reason(curve.get(best), first, last, curve), curve);
  }

  private static boolean onTop(Point point, double top) {
    return point.score() >= TOP * top;
  }

  private static List<Point> curve(List<Trial> trials) {
    if (trials.isEmpty()
        || trials.stream().map(Trial::clusters).distinct().count() < trials.size()) {
      throw new IllegalArgumentException("a choice needs at least one trial and each K once");
    }
    List<Trial> sorted = trials.stream().sorted(Comparator.comparingInt(Trial::clusters)).toList();
    List<Point> curve = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      double before = product(sorted.get(Math.max(0, i - 1)));
      double after = product(sorted.get(Math.min(sorted.size() - 1, i + 1)));
      double score = (before + 2 * product(sorted.get(i)) + after) / 4;
      curve.add(new Point(sorted.get(i), score));
    }
    return curve;
  }

  private static double product(Trial trial) {
    return Math.max(0, trial.silhouette()) * Math.max(0, trial.stability()) / 100;
  }

  private static String reason(Point best, int first, int last, List<Point> curve) {
    String range =
        first == last
            ? RootLocale.format("at K = %d", first)
            : RootLocale.format("from K = %d to %d", first, last);
    return RootLocale.format(
        "of %d numbers tried, from %d to %d, separation × stability is best %s"
            + " (silhouette %.3f, agreement of restarts %.0f %% at K = %d)",
        curve.size(),
        curve.get(0).trial().clusters(),
        curve.get(curve.size() - 1).trial().clusters(),
        range,
        best.trial().silhouette(),
        best.trial().stability(),
        best.trial().clusters());
  }

  private static Choice nothingStandsOut(List<Point> curve) {
    Trial best =
        curve.stream()
            .map(Point::trial)
            .max(Comparator.comparingDouble(Trial::silhouette))
            .orElseThrow();
    String reason =
        RootLocale.format(
            "no number of clusters stands out: none is apart and stable; K = %d has the best"
                + " silhouette, %.3f",
            best.clusters(), best.silhouette());
    return new Choice(best.clusters(), reason, curve);
  }

  /** {@code --clusters auto}: a sweep over K, and the choice from it. */
  public static Choice choose(MethodInput input) {
    int[] candidates = candidates(input.embeddings().rows(), MOST_CLUSTERS);
    ClusterSweep sweep = ClusterSweep.run(input, candidates, RESTARTS);
    return choose(
        sweep.trials().stream().map(trial -> judged(trial, sweep.rows(), input.seed())).toList());
  }

  private static Trial judged(ClusterSweep.Trial trial, Matrix rows, long seed) {
    int[] best = trial.assignments()[0];
    int count = Arrays.stream(best).max().orElse(0) + 1;
    double silhouette =
        Silhouette.of(rows.values(), rows.width(), best, count, best.length, seed).overall();
    double stability = Quality.stability(Arrays.asList(trial.assignments()));
    return new Trial(trial.clusters(), silhouette, stability);
  }
}
