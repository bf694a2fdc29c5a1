package io.nomen.gallery.feed;

import io.nomen.evaluate.Contingency;
import io.nomen.evaluate.Scores.RunComparison;
import io.nomen.exchange.ExportJob;
import io.nomen.gallery.GalleryData.RunChange;
import io.nomen.gallery.GalleryData.RunChange.Flow;
import io.nomen.run.Assignments;
import io.nomen.run.Assignments.Image;
import io.nomen.run.ClusterRow;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** What became of an earlier run's clusters, over the images that both runs have. */
final class RunChanges {
  private static final int SHOWN = 120;

  private RunChanges() {}

  /** Compares. */
  static RunChange of(JavaSparkContext spark, Snapshot earlier, Snapshot now, Positions positions) {
    Table before = earlier.table("assignments");
    Table after = now.table("assignments");
    JavaPairRDD<String, Integer> old = Assignments.byPath(spark, earlier.storage(), before);
    JavaRDD<Tuple2<Image, Integer>> common =
        Assignments.parts(spark, now.storage(), after)
            .flatMapToPair(
                part ->
                    IntStream.range(0, part.paths().size())
                        .mapToObj(i -> new Tuple2<>(part.paths().get(i), part.image(i)))
                        .iterator())
            .join(old)
            .values()
            .persist(StorageLevel.MEMORY_AND_DISK());
    Contingency counted =
        Contingency.of(common.map(pair -> new Tuple2<>(pair._1().cluster(), pair._2())));
    long images = counted.total();
    RunComparison comparison = images == 0 ? null : RunComparison.of(counted);
    List<Image> moved =
        images == 0 ? List.of() : moved(common, new HashMap<>(comparison.counterparts()));
    common.unpersist();
    List<Flow> flows = new ArrayList<>();
    long unchanged = flows(counted, earlier, now, flows);
    long allMoved = images == 0 ? 0 : comparison.moved();
    return new RunChange(
        earlier.run(),
        flows,
        unchanged,
        images - allMoved,
        moved.stream().map(image -> ChosenImages.entry(image, positions.of(image.row()))).toList(),
        allMoved,
        after.totalRows() - images,
        before.totalRows() - images);
  }

  private static List<Image> moved(
      JavaRDD<Tuple2<Image, Integer>> common, Map<Integer, Integer> counterparts) {
    return common
        .filter(pair -> !Integer.valueOf(pair._1().cluster()).equals(counterparts.get(pair._2())))
        .map(Tuple2::_1)
        .takeOrdered(SHOWN);
  }

  /** Adds all flows but those of clusters that stayed as they are, and counts these. */
  private static long flows(Contingency counted, Snapshot earlier, Snapshot now, List<Flow> flows) {
    Map<Integer, Long> oldSizes = sizes(earlier);
    Map<Integer, Long> sizes = sizes(now);
    Map<Integer, String> oldNames = ExportJob.clusterNames(earlier);
    Map<Integer, String> names = ExportJob.clusterNames(now);
    long unchanged = 0;
    for (int c = 0; c < counted.clusters().length; c++) {
      for (int r = 0; r < counted.labels().length; r++) {
        int from = counted.clusters()[c];
        int to = counted.labels()[r];
        long images = counted.counts()[r][c];
        if (images > 0
            && images == oldSizes.get(from)
            && images == sizes.get(to)
            && oldNames.get(from).equals(names.get(to))) {
          unchanged++;
        } else if (images > 0) {
          flows.add(new Flow(from, oldNames.get(from), oldSizes.get(from), to, images));
        }
      }
    }
    flows.sort(
        Comparator.comparingLong(Flow::images)
            .reversed()
            .thenComparing(Flow::from)
            .thenComparing(Flow::to));
    return unchanged;
  }

  private static Map<Integer, Long> sizes(Snapshot run) {
    return run.rows(ClusterRow.SCHEMA).stream()
        .collect(Collectors.toMap(ClusterRow::cluster, ClusterRow::size));
  }
}
