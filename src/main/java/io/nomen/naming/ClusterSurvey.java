package io.nomen.naming;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.ClusterStatistics;
import io.nomen.evaluate.RunQuality;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.run.ClusterRow;
import io.nomen.run.RunRecord.Stopwatch;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;

/**
 * What can be said of a clustering without a label: how good it looks, and of each cluster its
 * name, its most typical row and the clusters beside it.
 *
 * @param clusters [K] the table {@code clusters}
 */
public record ClusterSurvey(RunQuality quality, List<ClusterRow> clusters) {

  /**
   * Surveys a clustering.
   *
   * @param embeddings [N, d] float32, unit rows; persisted, for it goes over them several times
   * @param assignments of all rows, in the same blocks and partitions; persisted as well
   * @param clusters K
   * @param naming gives the K names
   * @param paths what rows are called, by their numbers, which rise; of medoids alone
   */
  public static ClusterSurvey of(
      RowBlocks embeddings,
      JavaRDD<AssignmentBlock> assignments,
      int clusters,
      Supplier<NamedClusters> naming,
      Function<long[], Map<Long, String>> paths,
      long seed,
      Stopwatch stopwatch) {
    NamedClusters names = stopwatch.time("names", naming);
    return stopwatch.time(
        "quality",
        () -> {
          ClusterStatistics found = ClusterStatistics.of(embeddings, assignments, clusters, seed);
          RunQuality quality = found.quality();
          ClusterProfiles profiles = found.profiles();
          long[] medoids =
              LongStream.of(profiles.medoids()).filter(row -> row >= 0).sorted().toArray();
          Map<Long, String> called = paths.apply(medoids);
          return new ClusterSurvey(
              quality, names.rows(profiles, quality, row -> Optional.ofNullable(called.get(row))));
        });
  }
}
