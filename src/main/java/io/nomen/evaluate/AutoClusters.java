package io.nomen.evaluate;

import io.nomen.RootLocale;
import io.nomen.method.ClusterSweep;
import io.nomen.method.Clustering;
import io.nomen.method.ClusteringMethod;
import io.nomen.method.MethodInput;
import io.nomen.method.Methods;
import io.nomen.semantics.NounSubspace;
import io.nomen.semantics.SubspaceWidth;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.Silhouette;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code --clusters auto}: a sweep over K in the noun subspace (among the images as they are where
 * there are no nouns), and the choice by {@link ClusterCount}.
 */
public final class AutoClusters {
  private static final int SAMPLE = 5_000;
  private static final int RESTARTS = 3;
  private static final int MOST_CLUSTERS = 300;

  private AutoClusters() {}

  /**
   * A fit, and how its K was chosen where it was.
   *
   * @param clustering to be closed by who asked for it
   */
  public record Fit(Clustering clustering, Optional<ClusterCount.Choice> count) {}

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
    ClusterCount.Choice choice = choose(input);
    input.progress().say(RootLocale.format("%d clusters: %s", choice.clusters(), choice.reason()));
    return new Fit(method.cluster(input.withClusters(choice.clusters())), Optional.of(choice));
  }

  /** The K to use, with its reason and the curve. */
  public static ClusterCount.Choice choose(MethodInput input) {
    RowBlocks space = space(input);
    int[] candidates = ClusterCount.candidates(space.rows(), MOST_CLUSTERS);
    ClusterSweep sweep =
        ClusterSweep.run(space, candidates, SAMPLE, RESTARTS, input.seed(), input.progress());
    Matrix rows = sweep.sample().rows();
    List<ClusterCount.Trial> trials =
        sweep.trials().stream().map(trial -> judged(trial, rows, input.seed())).toList();
    return ClusterCount.choose(trials);
  }

  private static RowBlocks space(MethodInput input) {
    return input
        .nouns()
        .map(nouns -> NounSubspace.of(input.embeddings(), nouns.embeddings(), SubspaceWidth.AUTO))
        .map(subspace -> subspace.of(input.embeddings()))
        .orElse(input.embeddings());
  }

  private static ClusterCount.Trial judged(ClusterSweep.Trial trial, Matrix rows, long seed) {
    int[] best = trial.assignments()[0];
    int count = Arrays.stream(best).max().orElse(0) + 1;
    double silhouette =
        Silhouette.of(rows.values(), rows.width(), best, count, best.length, seed).overall();
    double stability = Quality.stability(Arrays.asList(trial.assignments()));
    return new ClusterCount.Trial(trial.clusters(), silhouette, stability, OptionalDouble.empty());
  }
}
