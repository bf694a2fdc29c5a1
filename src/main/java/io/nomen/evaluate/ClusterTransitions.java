package io.nomen.evaluate;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.nomen.RootLocale;
import io.nomen.method.Findings;
import io.nomen.tensor.LinearAssignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What became of an earlier run's clusters: external transitions in the terms of MONIC
 * (Spiliopoulou et al., KDD 2006), with one successor at most for each. Clusters are compared by
 * images whose cluster in both runs is known, and paired so that the sum of their Jaccard indices
 * is greatest.
 *
 * @param folder of the earlier run
 * @param run id of the earlier run
 * @param ids [K] the id of each cluster, in the order of the method: its predecessor's, or one that
 *     no cluster had before
 * @param survived in the order of their ids
 * @param born clusters without a predecessor
 * @param died clusters without a successor
 * @param compared how many images decided
 * @param moved how many of these are not in the successor of the cluster that they were in
 * @param nextId the lowest id that no cluster has or had
 */
@JsonTypeName("previous")
public record ClusterTransitions(
    String folder,
    String run,
    int[] ids,
    List<Survived> survived,
    List<Born> born,
    List<Died> died,
    long compared,
    long moved,
    int nextId)
    implements Findings.Part {
  /**
   * Pairs with less in common are none. Of two clusters of one size it asks for half of the images,
   * MONIC's threshold of survival.
   */
  private static final double LEAST_JACCARD = 1.0 / 3;

  /**
   * The clusters of the earlier run.
   *
   * @param folder of the run
   * @param run its id
   * @param ids [K₀] in the order of its model
   * @param names [K₀]
   * @param sizes [K₀] how many images it has in each
   * @param nextId the lowest id that no cluster had until then
   */
  public record Earlier(
      String folder, String run, int[] ids, List<String> names, long[] sizes, int nextId) {}

  /**
   * A cluster that goes on.
   *
   * @param before how many images the earlier run has in it
   * @param now how many images are in it
   * @param common how many of the images compared are in it and were in it
   */
  public record Survived(int cluster, long before, long now, long common) {}

  /**
   * A new cluster.
   *
   * @param size how many images are in it
   * @param from the cluster that most of them were in; nothing where none was in any
   * @param common how many those are
   */
  public record Born(int cluster, long size, Optional<Integer> from, long common) {}

  /**
   * A cluster that is gone.
   *
   * @param name what it was called
   * @param size how many images the earlier run has in it
   * @param to the cluster that most of its images are in; nothing where none is in any
   * @param common how many those are
   */
  public record Died(int cluster, String name, long size, Optional<Integer> to, long common) {}

  /**
   * Compares.
   *
   * @param common [K, K₀] how many images of a cluster were in a cluster of the earlier run, by its
   *     place there; only of images that decide
   * @param sizes [K]
   */
  public static ClusterTransitions of(Earlier earlier, long[][] common, long[] sizes) {
    int clusters = sizes.length;
    int[] predecessors = predecessors(common);
    int[] ids = new int[clusters];
    int next = earlier.nextId();
    for (int c = 0; c < clusters; c++) {
      ids[c] = predecessors[c] < 0 ? next++ : earlier.ids()[predecessors[c]];
    }
    List<Survived> survived = new ArrayList<>();
    List<Born> born = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      int p = predecessors[c];
      if (p < 0) {
        int from = largest(common[c]);
        born.add(
            new Born(
                ids[c],
                sizes[c],
                common[c][from] == 0 ? Optional.empty() : Optional.of(earlier.ids()[from]),
                common[c][from]));
      } else {
        survived.add(new Survived(ids[c], earlier.sizes()[p], sizes[c], common[c][p]));
      }
    }
    List<Died> died = new ArrayList<>();
    for (int p = 0; p < earlier.ids().length; p++) {
      int place = p;
      if (Arrays.stream(predecessors).noneMatch(found -> found == place)) {
        long[] shares = Arrays.stream(common).mapToLong(row -> row[place]).toArray();
        int to = largest(shares);
        died.add(
            new Died(
                earlier.ids()[p],
                earlier.names().get(p),
                earlier.sizes()[p],
                shares[to] == 0 ? Optional.empty() : Optional.of(ids[to]),
                shares[to]));
      }
    }
    survived.sort(Comparator.comparingInt(Survived::cluster));
    died.sort(Comparator.comparingInt(Died::cluster));
    long compared = Arrays.stream(common).flatMapToLong(Arrays::stream).sum();
    long stayed = survived.stream().mapToLong(Survived::common).sum();
    return new ClusterTransitions(
        earlier.folder(),
        earlier.run(),
        ids,
        survived,
        born,
        died,
        compared,
        compared - stayed,
        next);
  }

  /** [K] the predecessor of each cluster, −1 where it has none. */
  private static int[] predecessors(long[][] common) {
    int earlier = common[0].length;
    long[] before = new long[earlier];
    for (long[] row : common) {
      Arrays.setAll(before, p -> before[p] + row[p]);
    }
    double[][] jaccard = new double[common.length][earlier];
    for (int c = 0; c < common.length; c++) {
      long now = Arrays.stream(common[c]).sum();
      for (int p = 0; p < earlier; p++) {
        double index = (double) common[c][p] / (before[p] + now - common[c][p]);
        // Two that are empty make 0/0.
        jaccard[c][p] = index >= LEAST_JACCARD ? index : 0;
      }
    }
    int[] matched = LinearAssignment.maximise(jaccard);
    return IntStream.range(0, matched.length)
        .map(c -> matched[c] >= 0 && jaccard[c][matched[c]] > 0 ? matched[c] : -1)
        .toArray();
  }

  private static int largest(long[] shares) {
    int most = 0;
    for (int i = 1; i < shares.length; i++) {
      most = shares[i] > shares[most] ? i : most;
    }
    return most;
  }

  /** Where in {@link #ids} the cluster {@code id} is. */
  public int place(int id) {
    return IntStream.range(0, ids.length).filter(k -> ids[k] == id).findFirst().orElseThrow();
  }

  /** The lowest id that no cluster of the earlier run has. */
  public int firstNewId() {
    return nextId - born.size();
  }

  /** In one sentence. */
  public String remark() {
    return RootLocale.format(
        "Of %,d earlier clusters %,d go on; gone: %,d; new: %,d; of %,d images compared %,d have"
            + " moved",
        survived.size() + died.size(), survived.size(), died.size(), born.size(), compared, moved);
  }
}
