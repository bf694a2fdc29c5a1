package io.nomen.refine;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.evaluate.ClusterProfiles;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.Findings;
import io.nomen.neighbours.NearestRows;
import io.nomen.refine.Changes.Change;
import io.nomen.run.Assignments.PartOfTable;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

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
public final class Refinement implements AutoCloseable {
  private static final int LIKE = 10;

  /** Rows that a split is found on. */
  private static final int SPLIT_SAMPLE = 4096;

  /** A part below this share of a cluster is a handful of odd images rather than a thing. */
  private static final double LEAST_PART = 0.05;

  private static final int RESTARTS = 10;

  private final JavaSparkContext spark;
  private final RowBlocks space;
  private final JavaRDD<AssignmentBlock> before;
  private final Changes changes;
  private final long seed;

  /** What the changes speak of, by path. */
  private final Map<String, Spoken> spoken;

  /** All rows as they are by now, in the blocks of {@link #before}. */
  private JavaRDD<AssignmentBlock> now;

  /** What of {@link #now} is kept by Spark. */
  private List<JavaRDD<AssignmentBlock>> persisted = List.of();

  private int count;

  /** The cluster that each number of before goes by, after merges. */
  private final int[] successor;

  private final Map<Integer, String> given = new TreeMap<>();
  private final Map<Integer, Integer> partOf = new TreeMap<>();
  private final Set<Integer> groups = new TreeSet<>();

  /** Rows that people spoke of where they are by now, and where they said that each is not. */
  private final TreeMap<Integer, Spoken> said = new TreeMap<>();

  private final Map<Integer, Set<Integer>> refused = new HashMap<>();

  /** Rows that are not to stay where they are, and of which nobody said where they belong. */
  private final Set<Integer> homeless = new TreeSet<>();

  /** How many images were in a cluster before and are in a cluster now. */
  private Map<Move, Long> moves = Map.of();

  private int likeAsked;
  private int likeMoved;

  /**
   * An image that people spoke of.
   *
   * @param before its cluster in the run, and so the second best with its confidence
   * @param now its cluster by now
   */
  private record Spoken(
      int row, int before, int runnerUp, float runnerUpConfidence, int now, float confidence)
      implements Serializable {

    Spoken to(int cluster, float sure) {
      return new Spoken(row, before, runnerUp, runnerUpConfidence, cluster, sure);
    }
  }

  private record Move(int before, int now) implements Serializable {}

  private Refinement(
      RowBlocks space,
      JavaRDD<PartOfTable> before,
      Set<Integer> clusters,
      Changes changes,
      String run,
      long seed) {
    this.spark = JavaSparkContext.fromSparkContext(space.blocks().context());
    this.space = space;
    this.before = before.map(PartOfTable::rows).persist(StorageLevel.MEMORY_AND_DISK());
    this.now = this.before;
    this.changes = changes;
    this.seed = seed;
    this.count = clusters.stream().mapToInt(c -> c + 1).max().orElse(0);
    this.successor = IntStream.range(0, count).toArray();
    Broadcast<Set<String>> wanted =
        spark.broadcast(changes.images().collect(Collectors.toCollection(HashSet::new)));
    this.spoken =
        new HashMap<>(before.flatMapToPair(part -> spoken(part, wanted.value())).collectAsMap());
    wanted.destroy();
    changes.requireSensible(run, clusters, spoken.keySet());
  }

  private static Iterator<Tuple2<String, Spoken>> spoken(PartOfTable part, Set<String> wanted) {
    AssignmentBlock rows = part.rows();
    return IntStream.range(0, rows.rows())
        .filter(i -> wanted.contains(part.paths().get(i)))
        .mapToObj(
            i ->
                new Tuple2<>(
                    part.paths().get(i),
                    new Spoken(
                        Math.toIntExact(rows.firstRow() + i),
                        rows.cluster()[i],
                        rows.runnerUp()[i],
                        rows.runnerUpConfidence()[i],
                        rows.cluster()[i],
                        rows.confidence()[i])))
        .iterator();
  }

  /**
   * Obeys {@code changes}.
   *
   * @param space [N, m] the run's rows as its model sees them, unit rows; persisted by the caller
   * @param before the run's assignments, in the same blocks
   * @param clusters numbers of the run's clusters
   * @param run id of the run
   */
  public static Refinement of(
      RowBlocks space,
      JavaRDD<PartOfTable> before,
      Set<Integer> clusters,
      Changes changes,
      String run,
      long seed) {
    Refinement refinement = new Refinement(space, before, clusters, changes, run, seed);
    refinement.move();
    refinement.split();
    refinement.settle(refinement.askTheLike());
    return refinement;
  }

  /** Lets go of what Spark keeps. */
  @Override
  public void close() {
    before.unpersist();
    persisted.forEach(JavaRDD::unpersist);
  }

  /** Numbers of the clusters that have images. */
  public Set<Integer> clusters() {
    return moves.keySet().stream().map(Move::now).collect(Collectors.toCollection(TreeSet::new));
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
        moves.entrySet().stream()
            .filter(move -> move.getKey().now() != successor[move.getKey().before()])
            .mapToLong(Map.Entry::getValue)
            .sum(),
        likeAsked,
        likeMoved);
  }

  /** Gives part {@code part} of a split the number of the whole, and the whole that of the part. */
  public void exchange(int part) {
    int[] numbers = IntStream.range(0, count).toArray();
    numbers[part] = partOf.get(part);
    numbers[partOf.get(part)] = part;
    now = AssignmentBlock.renumbered(now, numbers);
    Map<Move, Long> exchanged = new HashMap<>();
    moves.forEach(
        (move, images) -> exchanged.put(new Move(move.before(), numbers[move.now()]), images));
    moves = exchanged;
  }

  /** The assignments, in the blocks of the rows. */
  public JavaRDD<AssignmentBlock> assignments() {
    return now;
  }

  /** [count, m] unit means of the clusters; zeros where a number has no images. */
  public Matrix centres() {
    return ClusterProfiles.means(space, now, count);
  }

  /** What new images of each cluster of before may become: its own, its parts, groups from it. */
  public List<int[]> successors() {
    List<Set<Integer>> all = new ArrayList<>();
    for (int c = 0; c < successor.length; c++) {
      all.add(new TreeSet<>());
    }
    long[] sizes = new long[count];
    moves.forEach(
        (move, images) -> {
          sizes[move.now()] += images;
          int home = successor[move.before()];
          if (move.now() == home
              || groups.contains(move.now())
              || home == partOf.getOrDefault(move.now(), -1)) {
            all.get(move.before()).add(move.now());
          }
        });
    int largest =
        IntStream.range(0, count)
            .boxed()
            .max(Comparator.comparingLong(cluster -> sizes[cluster]))
            .orElse(0);
    return all.stream()
        .map(set -> set.isEmpty() ? Set.of(largest) : set)
        .map(set -> set.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private int alias(int cluster) {
    return successor[cluster];
  }

  private void move() {
    for (Change change : changes.changes()) {
      if (change instanceof Changes.Rename rename) {
        given.put(alias(rename.cluster()), rename.name().strip());
      } else if (change instanceof Changes.Merge merge) {
        merge(merge.clusters());
      } else if (change instanceof Changes.Belongs belongs) {
        belongs.paths().forEach(path -> put(path, alias(belongs.cluster())));
      } else if (change instanceof Changes.Together together) {
        int group = count++;
        groups.add(group);
        together.name().ifPresent(name -> given.put(group, name.strip()));
        together.paths().forEach(path -> put(path, group));
      } else if (change instanceof Changes.Apart apart) {
        for (String path : apart.paths()) {
          int row = say(path).row();
          refused.computeIfAbsent(row, r -> new HashSet<>()).add(alias(apart.cluster()));
          if (said.get(row).now() == alias(apart.cluster())) {
            homeless.add(row);
          }
        }
      }
    }
    house();
    keep(moved());
  }

  /** The image as it is by now, once somebody spoke of it. */
  private Spoken say(String path) {
    Spoken image = spoken.get(path);
    return said.computeIfAbsent(
        image.row(), row -> image.to(alias(image.before()), image.confidence()));
  }

  private void put(String path, int cluster) {
    Spoken image = say(path);
    said.put(image.row(), image.to(cluster, 1));
    homeless.remove(image.row());
    refused.computeIfAbsent(image.row(), row -> new HashSet<>()).remove(cluster);
  }

  private void merge(List<Integer> clusters) {
    int into = alias(clusters.get(0));
    for (int other : clusters.subList(1, clusters.size())) {
      int gone = alias(other);
      if (gone == into) {
        continue;
      }
      Arrays.setAll(successor, c -> successor[c] == gone ? into : successor[c]);
      said.replaceAll(
          (row, image) -> image.now() == gone ? image.to(into, image.confidence()) : image);
      String name = given.remove(gone);
      if (name != null) {
        given.putIfAbsent(into, name);
      }
      refused.values().stream().filter(set -> set.remove(gone)).forEach(set -> set.add(into));
    }
  }

  /** All rows after merges and moves. */
  private JavaRDD<AssignmentBlock> moved() {
    Broadcast<TreeMap<Integer, Spoken>> images = spark.broadcast(new TreeMap<>(said));
    int[] clusters = successor.clone();
    return before.map(
        block -> {
          int[] cluster = Arrays.stream(block.cluster()).map(c -> clusters[c]).toArray();
          float[] confidence = block.confidence().clone();
          within(images.value(), block)
              .forEach(
                  (row, image) -> {
                    cluster[(int) (row - block.firstRow())] = image.now();
                    confidence[(int) (row - block.firstRow())] = image.confidence();
                  });
          return new AssignmentBlock(
              block.firstRow(), cluster, confidence, block.runnerUp(), block.runnerUpConfidence());
        });
  }

  /** What is known of rows of a block. */
  private static <V> Map<Integer, V> within(SortedMap<Integer, V> byRow, AssignmentBlock block) {
    int first = Math.toIntExact(block.firstRow());
    return byRow.subMap(first, first + block.rows());
  }

  /** Goes on from {@code next}. */
  private void keep(JavaRDD<AssignmentBlock> next) {
    next.persist(StorageLevel.MEMORY_AND_DISK()).count();
    persisted.forEach(JavaRDD::unpersist);
    persisted = List.of(next);
    now = next;
  }

  /** The second best cluster, or where that was refused too the nearest that was not. */
  private void house() {
    Set<Integer> far = new TreeSet<>();
    for (int row : homeless) {
      Spoken image = said.get(row);
      int second = alias(image.runnerUp());
      if (refused.get(row).contains(second)) {
        far.add(row);
      } else {
        said.put(row, image.to(second, image.runnerUpConfidence()));
      }
    }
    if (far.isEmpty()) {
      return;
    }
    Matrix means = ClusterProfiles.means(space, moved(), count);
    Matrix rows = RowSample.of(space, array(far)).rows();
    int place = 0;
    for (int row : far) {
      double best = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < count; c++) {
        double cosine = rows.dot(place, means, c);
        if (!refused.get(row).contains(c) && cosine != 0 && cosine > best) {
          best = cosine;
          said.put(row, said.get(row).to(c, 0));
        }
      }
      place++;
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
    List<Long> members =
        now.map(block -> Arrays.stream(block.cluster()).filter(c -> c == cluster).count())
            .collect();
    long rows = members.stream().mapToLong(Long::longValue).sum();
    if (rows < into) {
      throw NomenException.input(
          RootLocale.format(
              "Cluster %d has %,d images, too few to be cut into %d.", cluster, rows, into));
    }
    Matrix centres = parts(RowSample.of(space, sampled(cluster, members, rows)).rows(), into);
    JavaRDD<AssignmentBlock> nearest = CentreAssignment.assign(space, centres);
    Map<Integer, Long> sizes =
        now.zip(nearest)
            .flatMap(
                both ->
                    IntStream.range(0, both._1().rows())
                        .filter(i -> both._1().cluster()[i] == cluster)
                        .mapToObj(i -> both._2().cluster()[i])
                        .iterator())
            .countByValue();
    int[] bySize =
        IntStream.range(0, into)
            .boxed()
            .sorted(Comparator.comparingLong(part -> -sizes.getOrDefault(part, 0L)))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] numberOf = new int[into];
    for (int i = 0; i < into; i++) {
      numberOf[bySize[i]] = i == 0 ? cluster : count + i - 1;
    }
    keep(now.zip(nearest).map(both -> cut(both._1(), both._2(), cluster, numberOf)));
    for (int i = 1; i < into; i++) {
      partOf.put(count + i - 1, cluster);
    }
    count += into - 1;
  }

  /**
   * Rows of a cluster at even distances.
   *
   * @param members how many rows of it each block has
   */
  private int[] sampled(int cluster, List<Long> members, long rows) {
    int most = (int) Math.min(SPLIT_SAMPLE, rows);
    long[] wanted = LongStream.range(0, most).map(i -> i * rows / most).toArray();
    // By the number of the block: which of its members.
    Map<Integer, int[]> inBlock = new HashMap<>();
    long first = 0;
    for (int block = 0; block < members.size(); block++) {
      long from = first;
      long to = first + members.get(block);
      int[] own =
          Arrays.stream(wanted)
              .filter(member -> member >= from && member < to)
              .mapToInt(member -> (int) (member - from))
              .toArray();
      if (own.length > 0) {
        inBlock.put(block, own);
      }
      first = to;
    }
    return now
        .zipWithIndex()
        .flatMap(
            numbered -> {
              AssignmentBlock block = numbered._1();
              int[] own =
                  IntStream.range(0, block.rows())
                      .filter(i -> block.cluster()[i] == cluster)
                      .toArray();
              return Arrays.stream(inBlock.getOrDefault(numbered._2().intValue(), new int[0]))
                  .mapToObj(member -> (int) (block.firstRow() + own[member]))
                  .iterator();
            })
        .collect()
        .stream()
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static AssignmentBlock cut(
      AssignmentBlock block, AssignmentBlock nearest, int cluster, int[] numberOf) {
    int[] clusters = block.cluster().clone();
    int[] seconds = block.runnerUp().clone();
    for (int i = 0; i < clusters.length; i++) {
      if (clusters[i] == cluster) {
        clusters[i] = numberOf[nearest.cluster()[i]];
        seconds[i] = clusters[i] == cluster ? seconds[i] : cluster;
      }
    }
    return new AssignmentBlock(
        block.firstRow(), clusters, block.confidence(), seconds, block.runnerUpConfidence());
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

  /** An image that moved because of what people said, and where from. */
  private record Moved(int row, int home, int cluster) implements Serializable {}

  /** Where an image of the like goes, and how sure that is. */
  private record Follower(int home, int cluster, float confidence) implements Serializable {}

  /** The like of what moved that follow it, by row. */
  private SortedMap<Integer, Follower> askTheLike() {
    int[] rows = array(said.keySet());
    int[] clusters = AssignmentBlock.clusters(now, rows);
    List<Moved> moved =
        IntStream.range(0, rows.length)
            .mapToObj(i -> new Moved(rows[i], alias(said.get(rows[i]).before()), clusters[i]))
            .filter(m -> m.home() != m.cluster())
            .toList();
    SortedMap<Integer, Follower> followers = new TreeMap<>();
    if (moved.isEmpty()) {
      return followers;
    }
    Matrix examples = RowSample.of(space, array(moved.stream().map(Moved::row).toList())).rows();
    int[] asked = array(new TreeSet<>(nearest(moved, examples)));
    likeAsked = asked.length;
    if (asked.length == 0) {
      return followers;
    }
    // The cluster is what is left of it without those that may not belong to it.
    int none = count;
    JavaRDD<AssignmentBlock> rest =
        now.map(
            block -> {
              int[] left = block.cluster().clone();
              for (int place : RowSample.within(asked, block.firstRow(), block.rows())) {
                left[place] = none;
              }
              return new AssignmentBlock(
                  block.firstRow(),
                  left,
                  block.confidence(),
                  block.runnerUp(),
                  block.runnerUpConfidence());
            });
    Matrix homes = ClusterProfiles.means(space, rest, count + 1);
    Matrix values = RowSample.of(space, asked).rows();
    int[] home = AssignmentBlock.clusters(now, asked);
    for (int i = 0; i < asked.length; i++) {
      Follower follower = follower(home[i], i, values, homes, moved, examples);
      if (follower.cluster() != home[i]) {
        followers.put(asked[i], follower);
      }
    }
    likeMoved = followers.size();
    return followers;
  }

  private static int[] array(Collection<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * After the nearest example, where both it and the cluster that it went to are nearer than the
   * rest of the row's own cluster. Of 18 rules it gains most on the samples, judged by their
   * folders, so that what it gains there says little: with ten asked; with twenty it loses.
   */
  private static Follower follower(
      int home, int at, Matrix rows, Matrix homes, List<Moved> moved, Matrix examples) {
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
    return new Follower(
        home, to, (float) (1 / (1 + Math.exp((own - best) / CentreAssignment.TEMPERATURE))));
  }

  /**
   * Rows that are compared with examples: those of the same cluster that nobody spoke of.
   *
   * @param spoken rows, rising
   */
  private record Queries(Matrix examples, List<Moved> moved, int[] spoken) implements Serializable {

    boolean takes(int query, int row, int cluster) {
      return cluster == moved.get(query).home() && Arrays.binarySearch(spoken, row) < 0;
    }
  }

  /** The nearest to each example among those that are where it was, in one pass. */
  private List<Integer> nearest(List<Moved> moved, Matrix examples) {
    Broadcast<Queries> shared =
        spark.broadcast(new Queries(examples, List.copyOf(moved), array(said.keySet())));
    NearestRows best =
        space
            .blocks()
            .zip(now)
            .treeAggregate(
                new NearestRows(moved.size(), LIKE),
                (kept, both) -> offer(kept, both._1(), both._2(), shared.value()),
                NearestRows::merge);
    shared.destroy();
    List<Integer> found = new ArrayList<>();
    best.each((query, row, cosine) -> found.add(row));
    return found;
  }

  private static NearestRows offer(
      NearestRows best, RowBlock block, AssignmentBlock assigned, Queries queries) {
    try (InnerProducts products = new InnerProducts(block.matrix())) {
      products.of(
          queries.examples().block(),
          (from, rows, cosines) -> {
            for (int query = from; query < from + rows; query++) {
              for (int i = 0; i < block.rows(); i++) {
                int row = Math.toIntExact(block.firstRow() + i);
                if (queries.takes(query, row, assigned.cluster()[i])) {
                  best.offer(query, row, cosines[(query - from) * block.rows() + i]);
                }
              }
            }
          });
    }
    return best;
  }

  /** Lets followers follow, and leaves no second place for a cluster that is no more, or first. */
  private void settle(SortedMap<Integer, Follower> followers) {
    long[] sizes = new long[count];
    now.flatMap(block -> Arrays.stream(block.cluster()).iterator())
        .countByValue()
        .forEach((cluster, images) -> sizes[cluster] = images);
    followers
        .values()
        .forEach(
            follower -> {
              sizes[follower.home()]--;
              sizes[follower.cluster()]++;
            });
    Settlement settlement = new Settlement(followers, successor.clone(), sizes);
    Broadcast<Settlement> shared = spark.broadcast(settlement);
    keep(before.zip(now).map(both -> shared.value().of(both._1(), both._2())));
    moves =
        before
            .zip(now)
            .flatMap(
                both ->
                    IntStream.range(0, both._1().rows())
                        .mapToObj(i -> new Move(both._1().cluster()[i], both._2().cluster()[i]))
                        .iterator())
            .countByValue();
  }

  /**
   * What decides of every row at the end.
   *
   * @param sizes of the clusters when followers have followed
   */
  private record Settlement(SortedMap<Integer, Follower> followers, int[] successor, long[] sizes)
      implements Serializable {

    AssignmentBlock of(AssignmentBlock before, AssignmentBlock now) {
      int[] clusters = now.cluster().clone();
      float[] confidence = now.confidence().clone();
      int[] seconds = now.runnerUp().clone();
      float[] secondConfidence = now.runnerUpConfidence().clone();
      within(followers, now)
          .forEach(
              (row, follower) -> {
                int i = (int) (row - now.firstRow());
                clusters[i] = follower.cluster();
                confidence[i] = follower.confidence();
                seconds[i] = follower.home();
                secondConfidence[i] = 1 - follower.confidence();
              });
      for (int i = 0; i < clusters.length; i++) {
        int second = seconds[i] < successor.length ? successor[seconds[i]] : seconds[i];
        if (clusters[i] != before.cluster()[i] && second == clusters[i]) {
          second = successor[before.cluster()[i]];
        }
        boolean none = second == clusters[i] || sizes[second] == 0;
        seconds[i] = none ? clusters[i] : second;
        secondConfidence[i] = none ? 0 : Math.min(secondConfidence[i], 1 - confidence[i]);
      }
      return new AssignmentBlock(now.firstRow(), clusters, confidence, seconds, secondConfidence);
    }
  }
}
