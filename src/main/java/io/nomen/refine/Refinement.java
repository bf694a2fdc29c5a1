package io.nomen.refine;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.evaluate.ClusterProfiles;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.Findings;
import io.nomen.neighbours.NearestRows;
import io.nomen.refine.Changes.Change;
import io.nomen.run.Assignments;
import io.nomen.semantics.AverageLinkage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.Silhouette;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The clusters of a run as people would have them. What they said of images holds; what they did
 * not speak of stays where it is, but for the images that are most like those that moved.
 *
 * <ol>
 *   <li>Merges and moves, in the order in which they were said. An image that does not belong goes
 *       to its second best cluster.
 *   <li>Splits, where the images part best: k-means and average linkage of a sample, and of the two
 *       the one with the higher silhouette.
 *   <li>The like of every image that moved are asked again: its {@value #LIKE} nearest in the
 *       cluster that it left. Each follows it where it is nearer to it, and to the cluster that it
 *       went to, than to the mean of what is left of its own without those that are asked.
 * </ol>
 *
 * <p>Everything is measured where the run's model sees the images. A number never means another
 * cluster than before: what is new has numbers that no cluster had.
 */
public final class Refinement {
  private static final int LIKE = 10;

  /** Rows that a split is found on. */
  private static final int SPLIT_SAMPLE = 4096;

  /** A part below this share of a cluster is a handful of odd images rather than a thing. */
  private static final double LEAST_PART = 0.05;

  private static final int RESTARTS = 10;

  private final JavaSparkContext spark;
  private final RowBlocks space;
  private final Assignments before;
  private final Changes changes;
  private final long seed;
  private final Map<String, Integer> rowOf = new HashMap<>();

  private final int[] now;
  private final float[] confidence;
  private final int[] runnerUp;
  private final float[] runnerUpConfidence;
  private int count;

  /** The cluster that each number of before goes by, after merges. */
  private final int[] successor;

  private final Map<Integer, String> given = new TreeMap<>();
  private final Map<Integer, Integer> partOf = new TreeMap<>();
  private final Set<Integer> groups = new TreeSet<>();

  /** Rows that people spoke of, and the clusters that they said each is not in. */
  private final Set<Integer> said = new LinkedHashSet<>();

  private final Map<Integer, Set<Integer>> refused = new HashMap<>();
  private int likeAsked;
  private int likeMoved;

  private Refinement(
      JavaSparkContext spark,
      RowBlocks space,
      Assignments before,
      List<String> paths,
      Set<Integer> clusters,
      Changes changes,
      String run,
      long seed) {
    this.spark = spark;
    this.space = space;
    this.before = before;
    this.changes = changes;
    this.seed = seed;
    this.now = before.cluster().clone();
    this.confidence = before.confidence().clone();
    this.runnerUp = before.runnerUp().clone();
    this.runnerUpConfidence = before.runnerUpConfidence().clone();
    this.count = clusters.stream().mapToInt(c -> c + 1).max().orElse(0);
    this.successor = IntStream.range(0, count).toArray();
    Set<String> wanted = new HashSet<>(changes.images().toList());
    for (int row = 0; row < paths.size(); row++) {
      if (wanted.contains(paths.get(row))) {
        rowOf.put(paths.get(row), row);
      }
    }
    changes.requireSensible(run, clusters, rowOf.keySet());
  }

  /**
   * Obeys {@code changes}.
   *
   * @param space [N, m] the run's rows as its model sees them, unit rows; persisted by the caller
   * @param before the run's assignments
   * @param paths [N]
   * @param clusters numbers of the run's clusters
   * @param run id of the run
   */
  public static Refinement of(
      JavaSparkContext spark,
      RowBlocks space,
      Assignments before,
      List<String> paths,
      Set<Integer> clusters,
      Changes changes,
      String run,
      long seed) {
    Refinement refinement =
        new Refinement(spark, space, before, paths, clusters, changes, run, seed);
    refinement.move();
    refinement.split();
    refinement.askTheLike();
    refinement.settleSeconds();
    return refinement;
  }

  /** [N] the cluster of every row. */
  public int[] clusters() {
    return now;
  }

  /** One more than the highest number of a cluster. */
  public int count() {
    return count;
  }

  /** Names that people gave, by cluster. */
  public Map<Integer, String> given() {
    return given;
  }

  /** The parts of clusters that were split: number → the number that was split. */
  public Map<Integer, Integer> partOf() {
    return partOf;
  }

  /** Clusters that were not there before and are no parts. */
  public Set<Integer> groups() {
    return groups;
  }

  /**
   * What was done.
   *
   * @param changes how many were obeyed
   * @param imagesSaid images that people spoke of
   * @param likeAsked images like those that moved
   * @param likeMoved how many of these moved too
   */
  public record Summary(int changes, int imagesSaid, long imagesMoved, int likeAsked, int likeMoved)
      implements Findings.Part {}

  /** What was done, for the record of the run. */
  public Summary summary() {
    return new Summary(
        changes.changes().size(),
        said.size(),
        IntStream.range(0, now.length)
            .filter(row -> now[row] != successor[before.cluster()[row]])
            .count(),
        likeAsked,
        likeMoved);
  }

  /** Gives part {@code part} of a split the number of the whole, and the whole that of the part. */
  public void exchange(int part) {
    int whole = partOf.get(part);
    for (int[] labels : List.of(now, runnerUp)) {
      for (int row = 0; row < labels.length; row++) {
        labels[row] = labels[row] == part ? whole : labels[row] == whole ? part : labels[row];
      }
    }
  }

  /** The assignments, in the blocks of the rows. */
  public JavaRDD<AssignmentBlock> assignments() {
    Broadcast<Assignments> all =
        spark.broadcast(new Assignments(now, confidence, runnerUp, runnerUpConfidence));
    return space
        .blocks()
        .map(
            block -> {
              int from = Math.toIntExact(block.firstRow());
              int to = from + block.rows();
              Assignments a = all.value();
              return new AssignmentBlock(
                  from,
                  Arrays.copyOfRange(a.cluster(), from, to),
                  Arrays.copyOfRange(a.confidence(), from, to),
                  Arrays.copyOfRange(a.runnerUp(), from, to),
                  Arrays.copyOfRange(a.runnerUpConfidence(), from, to));
            });
  }

  /** [count, m] unit means of the clusters; zeros where a number has no images. */
  public Matrix centres() {
    return new Matrix(count, space.width(), ClusterProfiles.of(space, now, count).means());
  }

  /** What new images of each cluster of before may become: its own, its parts, groups from it. */
  public List<int[]> successors() {
    List<Set<Integer>> all = new ArrayList<>();
    for (int c = 0; c < successor.length; c++) {
      all.add(new TreeSet<>());
    }
    int[] sizes = new int[count];
    for (int row = 0; row < now.length; row++) {
      sizes[now[row]]++;
      int home = before.cluster()[row];
      if (now[row] == successor[home]
          || groups.contains(now[row])
          || successor[home] == partOf.getOrDefault(now[row], -1)) {
        all.get(home).add(now[row]);
      }
    }
    int largest = IntStream.range(0, count).boxed().max((a, b) -> sizes[a] - sizes[b]).orElse(0);
    return all.stream()
        .map(set -> set.isEmpty() ? Set.of(largest) : set)
        .map(set -> set.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private int alias(int cluster) {
    return successor[cluster];
  }

  private void move() {
    List<Integer> homeless = new ArrayList<>();
    for (Change change : changes.changes()) {
      if (change instanceof Changes.Rename rename) {
        given.put(alias(rename.cluster()), rename.name().strip());
      } else if (change instanceof Changes.Merge merge) {
        merge(merge.clusters());
      } else if (change instanceof Changes.Belongs belongs) {
        belongs.paths().forEach(path -> put(rowOf.get(path), alias(belongs.cluster())));
      } else if (change instanceof Changes.Together together) {
        int group = count++;
        groups.add(group);
        together.name().ifPresent(name -> given.put(group, name.strip()));
        together.paths().forEach(path -> put(rowOf.get(path), group));
      } else if (change instanceof Changes.Apart apart) {
        for (String path : apart.paths()) {
          int row = rowOf.get(path);
          refused.computeIfAbsent(row, r -> new HashSet<>()).add(alias(apart.cluster()));
          said.add(row);
          if (now[row] == alias(apart.cluster())) {
            homeless.add(row);
          }
        }
      }
    }
    house(homeless);
  }

  private void put(int row, int cluster) {
    now[row] = cluster;
    confidence[row] = 1;
    said.add(row);
  }

  private void merge(List<Integer> clusters) {
    int into = alias(clusters.get(0));
    for (int other : clusters.subList(1, clusters.size())) {
      int gone = alias(other);
      if (gone == into) {
        continue;
      }
      for (int[] labels : List.of(now, successor)) {
        for (int i = 0; i < labels.length; i++) {
          labels[i] = labels[i] == gone ? into : labels[i];
        }
      }
      String name = given.remove(gone);
      if (name != null) {
        given.putIfAbsent(into, name);
      }
      refused.values().stream().filter(set -> set.remove(gone)).forEach(set -> set.add(into));
    }
  }

  /** The second best cluster, or where that was refused too the nearest that was not. */
  private void house(List<Integer> homeless) {
    List<Integer> far = new ArrayList<>();
    for (int row : homeless) {
      int second = alias(before.runnerUp()[row]);
      if (refused.get(row).contains(second)) {
        far.add(row);
      } else {
        now[row] = second;
        confidence[row] = before.runnerUpConfidence()[row];
      }
    }
    if (far.isEmpty()) {
      return;
    }
    Matrix means = centres();
    RowSample rows =
        RowSample.of(space, far.stream().sorted().distinct().mapToInt(i -> i).toArray());
    for (int i = 0; i < rows.numbers().length; i++) {
      int row = (int) rows.numbers()[i];
      double best = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < count; c++) {
        double cosine = rows.rows().dot(i, means, c);
        if (!refused.get(row).contains(c) && cosine != 0 && cosine > best) {
          best = cosine;
          now[row] = c;
          confidence[row] = 0;
        }
      }
    }
  }

  private void split() {
    for (Change change : changes.changes()) {
      if (change instanceof Changes.Split split) {
        split(alias(split.cluster()), split.into());
      }
    }
  }

  private void split(int cluster, int into) {
    int[] rows = IntStream.range(0, now.length).filter(row -> now[row] == cluster).toArray();
    if (rows.length < into) {
      throw NomenException.input(
          RootLocale.format(
              "Cluster %d has %,d images, too few to be cut into %d.", cluster, rows.length, into));
    }
    int most = Math.min(SPLIT_SAMPLE, rows.length);
    int[] sampled =
        IntStream.range(0, most).map(i -> rows[(int) ((long) i * rows.length / most)]).toArray();
    Matrix centres = parts(RowSample.of(space, sampled).rows(), into);
    int[] numbers = IntStream.range(0, into).map(i -> i == 0 ? cluster : count + i - 1).toArray();
    int[] part = nearest(centres);
    int[] sizes = new int[into];
    for (int row : rows) {
      sizes[part[row]]++;
    }
    int[] bySize =
        IntStream.range(0, into)
            .boxed()
            .sorted((a, b) -> sizes[b] - sizes[a])
            .mapToInt(Integer::intValue)
            .toArray();
    int[] numberOf = new int[into];
    for (int i = 0; i < into; i++) {
      numberOf[bySize[i]] = numbers[i];
    }
    for (int row : rows) {
      now[row] = numberOf[part[row]];
      if (now[row] != cluster) {
        runnerUp[row] = cluster;
      }
    }
    for (int i = 1; i < into; i++) {
      partOf.put(numbers[i], cluster);
    }
    count += into - 1;
  }

  /** Centres of the parts: of two ways to find them the one that separates the sample better. */
  private Matrix parts(Matrix sample, int into) {
    RowBlocks rows = RowBlocks.of(spark, sample.values(), sample.width());
    Matrix moved =
        SphericalKMeans.fit(rows, into, SphericalKMeans.Options.withoutMlLib(RESTARTS, 4), seed)
            .best()
            .rows();
    Matrix linked = means(sample, AverageLinkage.clusters(sample, into), into);
    return worth(sample, linked) > worth(sample, moved) ? linked : moved;
  }

  private static Matrix means(Matrix rows, int[] clusters, int count) {
    float[] sums = new float[count * rows.width()];
    for (int row = 0; row < rows.rows(); row++) {
      for (int k = 0; k < rows.width(); k++) {
        sums[clusters[row] * rows.width() + k] += rows.values()[row * rows.width() + k];
      }
    }
    return new Matrix(count, rows.width(), sums).unit();
  }

  /** The silhouette of the sample among the centres; below all where a part is no part. */
  private double worth(Matrix sample, Matrix centres) {
    int[] clusters = new int[sample.rows()];
    int[] sizes = new int[centres.rows()];
    for (int row = 0; row < clusters.length; row++) {
      for (int c = 1; c < centres.rows(); c++) {
        if (sample.dot(row, centres, c) > sample.dot(row, centres, clusters[row])) {
          clusters[row] = c;
        }
      }
      sizes[clusters[row]]++;
    }
    boolean whole = Arrays.stream(sizes).allMatch(s -> s > 1 && s >= LEAST_PART * clusters.length);
    double silhouette =
        Silhouette.of(
                sample.values(), sample.width(), clusters, centres.rows(), clusters.length, seed)
            .overall();
    return whole ? silhouette : silhouette - 2;
  }

  private int[] nearest(Matrix centres) {
    return AssignmentBlock.clusters(CentreAssignment.assign(space, centres));
  }

  /** An image that moved because of what people said, and where from. */
  private record Moved(int row, int home, int cluster) implements Serializable {}

  private void askTheLike() {
    List<Moved> moved =
        said.stream()
            .sorted()
            .map(row -> new Moved(row, alias(before.cluster()[row]), now[row]))
            .filter(m -> m.home() != m.cluster())
            .toList();
    if (moved.isEmpty()) {
      return;
    }
    Matrix examples = RowSample.of(space, rows(moved.stream().map(Moved::row).toList())).rows();
    List<Integer> asked = nearest(moved, examples).stream().distinct().sorted().toList();
    likeAsked = asked.size();
    if (asked.isEmpty()) {
      return;
    }
    // The cluster is what is left of it without those that may not belong to it.
    int[] rest = now.clone();
    asked.forEach(row -> rest[row] = count);
    Matrix homes =
        new Matrix(count + 1, space.width(), ClusterProfiles.of(space, rest, count + 1).means());
    Matrix rows = RowSample.of(space, rows(asked)).rows();
    for (int i = 0; i < asked.size(); i++) {
      decide(asked.get(i), i, rows, homes, moved, examples);
    }
  }

  private static int[] rows(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * After the nearest example, where both it and the cluster that it went to are nearer than the
   * rest of the row's own cluster. Of 18 rules it gains most on the samples, judged by their
   * folders, so that what it gains there says little: with ten asked; with twenty it loses.
   */
  private void decide(
      int row, int at, Matrix rows, Matrix homes, List<Moved> moved, Matrix examples) {
    int home = now[row];
    double own = rows.dot(at, homes, home);
    double best = own;
    int to = home;
    for (int e = 0; e < moved.size(); e++) {
      Moved example = moved.get(e);
      if (example.home() == home) {
        double cosine = Math.min(rows.dot(at, examples, e), rows.dot(at, homes, example.cluster()));
        if (cosine > best) {
          best = cosine;
          to = example.cluster();
        }
      }
    }
    if (to != home) {
      now[row] = to;
      confidence[row] = (float) (1 / (1 + Math.exp((own - best) / CentreAssignment.TEMPERATURE)));
      runnerUp[row] = home;
      runnerUpConfidence[row] = 1 - confidence[row];
      likeMoved++;
    }
  }

  /** Rows that are compared with examples: those of the same cluster that nobody spoke of. */
  private record Queries(Matrix examples, List<Moved> moved, int[] clusters, boolean[] spoken)
      implements Serializable {

    boolean takes(int query, int row) {
      return !spoken[row] && clusters[row] == moved.get(query).home();
    }
  }

  /** The nearest to each example among those that are where it was, in one pass. */
  private List<Integer> nearest(List<Moved> moved, Matrix examples) {
    boolean[] spoken = new boolean[now.length];
    said.forEach(row -> spoken[row] = true);
    Broadcast<Queries> shared =
        spark.broadcast(new Queries(examples, List.copyOf(moved), now, spoken));
    NearestRows best =
        space
            .blocks()
            .treeAggregate(
                new NearestRows(moved.size(), LIKE),
                (kept, block) -> offer(kept, block, shared.value()),
                NearestRows::merge);
    shared.destroy();
    List<Integer> found = new ArrayList<>();
    best.each((query, row, cosine) -> found.add(row));
    return found;
  }

  private static NearestRows offer(NearestRows best, RowBlock block, Queries queries) {
    try (InnerProducts products = new InnerProducts(block.matrix())) {
      products.of(
          queries.examples().block(),
          (from, rows, cosines) -> {
            for (int query = from; query < from + rows; query++) {
              for (int i = 0; i < block.rows(); i++) {
                int row = Math.toIntExact(block.firstRow() + i);
                if (queries.takes(query, row)) {
                  best.offer(query, row, cosines[(query - from) * block.rows() + i]);
                }
              }
            }
          });
    }
    return best;
  }

  /** No second place for a cluster that is no more, or is the first. */
  private void settleSeconds() {
    int[] sizes = new int[count];
    for (int cluster : now) {
      sizes[cluster]++;
    }
    for (int row = 0; row < now.length; row++) {
      int second = runnerUp[row] < successor.length ? alias(runnerUp[row]) : runnerUp[row];
      if (now[row] != before.cluster()[row] && second == now[row]) {
        second = alias(before.cluster()[row]);
      }
      boolean none = second == now[row] || sizes[second] == 0;
      runnerUp[row] = none ? now[row] : second;
      runnerUpConfidence[row] = none ? 0 : Math.min(runnerUpConfidence[row], 1 - confidence[row]);
    }
  }
}
