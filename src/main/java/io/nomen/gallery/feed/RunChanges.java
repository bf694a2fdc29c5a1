package io.nomen.gallery.feed;

import io.nomen.evaluate.Scores.RunComparison;
import io.nomen.exchange.ExportJob;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.RunChange;
import io.nomen.gallery.GalleryData.RunChange.Flow;
import io.nomen.run.Assignments;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What became of an earlier run's clusters, over the images that both runs have. */
final class RunChanges {
  private static final int SHOWN = 120;

  private RunChanges() {}

  /**
   * Compares.
   *
   * @param entry an image of {@code now} by its row
   */
  static RunChange of(Snapshot earlier, Snapshot now, IntFunction<ImageEntry> entry) {
    Table before = earlier.table("assignments");
    Table after = now.table("assignments");
    List<String> oldPaths = Assignments.paths(earlier.storage(), before);
    int[] oldClusters = Assignments.read(earlier.storage(), before).cluster();
    Map<String, Integer> old = new HashMap<>();
    Map<Integer, Long> oldSizes = new HashMap<>();
    for (int row = 0; row < oldClusters.length; row++) {
      old.put(oldPaths.get(row), oldClusters[row]);
      oldSizes.merge(oldClusters[row], 1L, Long::sum);
    }
    List<String> paths = Assignments.paths(now.storage(), after);
    int[] clusters = Assignments.read(now.storage(), after).cluster();
    int[] common =
        IntStream.range(0, paths.size()).filter(row -> old.containsKey(paths.get(row))).toArray();
    int[] first = IntStream.of(common).map(row -> old.get(paths.get(row))).toArray();
    int[] second = IntStream.of(common).map(row -> clusters[row]).toArray();
    Map<List<Integer>, Long> counts = new TreeMap<>(Comparator.comparing(List::toString));
    Map<Integer, Long> sizes = new HashMap<>();
    for (int cluster : clusters) {
      sizes.merge(cluster, 1L, Long::sum);
    }
    for (int i = 0; i < common.length; i++) {
      counts.merge(List.of(first[i], second[i]), 1L, Long::sum);
    }
    Map<Integer, String> oldNames = ExportJob.clusterNames(earlier);
    Map<Integer, String> names = ExportJob.clusterNames(now);
    List<Flow> flows = new ArrayList<>();
    long unchanged = 0;
    for (Map.Entry<List<Integer>, Long> count : counts.entrySet()) {
      int from = count.getKey().get(0);
      int to = count.getKey().get(1);
      long images = count.getValue();
      if (images == oldSizes.get(from)
          && images == sizes.get(to)
          && oldNames.get(from).equals(names.get(to))) {
        unchanged++;
      } else {
        flows.add(new Flow(from, oldNames.get(from), oldSizes.get(from), to, images));
      }
    }
    flows.sort(Comparator.comparingLong(Flow::images).reversed().thenComparing(Flow::from));
    int[] moved = common.length == 0 ? new int[0] : RunComparison.of(first, second).moved();
    return new RunChange(
        earlier.run(),
        flows,
        unchanged,
        common.length - moved.length,
        IntStream.of(moved).limit(SHOWN).mapToObj(i -> entry.apply(common[i])).toList(),
        moved.length,
        paths.size() - common.length,
        oldPaths.size() - common.length);
  }
}
