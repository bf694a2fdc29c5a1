package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Smoothing;
import io.nomen.semantics.AverageLinkage;
import io.nomen.semantics.NounMatrix;
import io.nomen.semantics.NounSubspace;
import io.nomen.semantics.SemanticCentres;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.semantics.SubspaceWidth;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.MeanRow;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.UnitRows;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * What both of Nomen's own methods begin with: the images in the noun subspace, and a sample of
 * them on which everything is decided that grows faster than the number of images.
 *
 * @param subspace what nouns can say of images
 * @param rows all images in it, [N, m], persisted
 * @param sample some of them, at even distances, [n, m], persisted
 * @param semantics the nouns that the text counterparts come from
 * @param agreement how well the nouns fit, measured on the sample
 * @param joint the sample with its text counterparts beside it where the texts join, and without
 *     where it is shut, persisted
 * @param lists neighbours of {@code joint}
 * @param smoothed {@code joint} after one smoothing over its neighbours
 */
record NomenInputs(
    NounSubspace subspace,
    RowBlocks rows,
    RowBlocks sample,
    SemanticSpace semantics,
    TextAgreement agreement,
    RowBlocks joint,
    NeighbourLists lists,
    Smoothing smoothed)
    implements AutoCloseable {
  /** Softer than the papers': an image is seldom one noun alone. */
  static final double TEXT_TEMPERATURE = 0.01;

  /** So many images tell as much of a few hundred clusters as all do. */
  private static final int SAMPLE = 8_192;

  private static final int ROWS_PER_CLUSTER = 16;
  private static final int NEIGHBOURS = 30;
  private static final int SMOOTHED_OVER = 10;

  /** About so many rows are linked: more takes time and memory with their square. */
  private static final int MOST_LINKED = 4_096;

  /** Fewer rows per cluster than this tell too little to be linked. */
  private static final int LEAST_LINKED_PER_CLUSTER = 4;

  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK();

  /** Prepares all rows of {@code input} for {@code method}. */
  static NomenInputs of(MethodInput input, String method) {
    NounMatrix nouns =
        input
            .nouns()
            .orElseThrow(
                () ->
                    NomenException.usage(
                        "Method %s needs nouns; give --vocabulary.".formatted(method)));
    NounSubspace subspace =
        input
            .progress()
            .stage(
                "noun subspace",
                () ->
                    NounSubspace.of(
                        input.embeddings(),
                        nouns.embeddings(),
                        input.options().subspace().orElse(SubspaceWidth.AUTO)));
    RowBlocks rows = subspace.of(input.embeddings()).persist(LEVEL);
    int size = Math.max(SAMPLE, ROWS_PER_CLUSTER * input.clusters());
    RowBlocks raw = recut(RowSample.even(input.embeddings(), size)).persist(LEVEL);
    RowBlocks sample = subspace.of(raw).persist(LEVEL);
    SemanticSpace semantics = semantics(input, raw, nouns);
    NeighbourLists own = neighbours(input, sample);
    RowBlocks counterparts = texts(raw, subspace, semantics).persist(LEVEL);
    TextAgreement agreement = TextAgreement.measure(input, sample, counterparts, own);
    RowBlocks joint = agreement.textsJoin() ? beside(sample, counterparts).persist(LEVEL) : sample;
    NeighbourLists lists = agreement.textsJoin() ? neighbours(input, joint) : own;
    counterparts.unpersist();
    raw.unpersist();
    return new NomenInputs(
        subspace, rows, sample, semantics, agreement, joint, lists, smoothed(input, joint, lists));
  }

  /**
   * A sample of the images on the driver, as nouns describe them where there are any, each averaged
   * with its nearest neighbours: where numbers of clusters are compared.
   *
   * @param input its number of clusters is a guess
   * @return [n, m] unit rows
   */
  static Matrix averagedSample(MethodInput input) {
    if (input.nouns().isPresent()) {
      try (NomenInputs inputs = of(input, NomenNoTrainMethod.NAME)) {
        return matrix(inputs.smoothed().rows());
      }
    }
    RowBlocks sample = recut(RowSample.even(input.embeddings(), SAMPLE)).persist(LEVEL);
    try (NeighbourLists lists = neighbours(input, sample);
        Smoothing averaged = smoothed(input, sample, lists)) {
      return matrix(averaged.rows());
    } finally {
      sample.unpersist();
    }
  }

  private static NeighbourLists neighbours(MethodInput input, RowBlocks rows) {
    return input.neighbours("neighbours", rows, 1, NEIGHBOURS);
  }

  /** Few rows in few blocks. */
  private static RowBlocks recut(RowBlocks rows) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    return RowBlocks.of(spark, rows.collect(), rows.width());
  }

  /** Found on the sample, with as many centres as all images would have. */
  private static SemanticSpace semantics(MethodInput input, RowBlocks raw, NounMatrix nouns) {
    SemanticOptions wanted = input.options().semantics();
    int centres =
        wanted
            .centres()
            .orElseGet(
                () -> SemanticCentres.automatic(input.embeddings().rows(), input.clusters()));
    SemanticOptions options =
        new SemanticOptions(
            OptionalInt.of((int) Math.min(centres, Math.max(1, raw.rows() / 4))),
            SphericalKMeans.Options.rough(),
            wanted.nounsPerCentre(),
            wanted.temperature());
    return input
        .progress()
        .stage(
            "semantic centres",
            () -> SemanticCentres.find(raw, nouns, input.clusters(), options, input.seed()));
  }

  /** What the nouns say of {@code raw} embeddings, seen along the axes too; computed when used. */
  static RowBlocks texts(RowBlocks raw, NounSubspace subspace, SemanticSpace semantics) {
    RowBlocks counterparts =
        TextCounterparts.of(raw, semantics.nouns().embeddings(), TEXT_TEMPERATURE);
    return subspace.around(MeanRow.of(counterparts)).of(counterparts);
  }

  private static RowBlocks beside(RowBlocks images, RowBlocks texts) {
    return new RowBlocks(
        images.blocks().zip(texts.blocks()).map(pair -> beside(pair._1(), pair._2())),
        images.rows(),
        images.width() + texts.width());
  }

  private static RowBlock beside(RowBlock image, RowBlock text) {
    float half = (float) Math.sqrt(0.5);
    int width = image.width() + text.width();
    float[] both = new float[image.rows() * width];
    for (int row = 0; row < image.rows(); row++) {
      for (int j = 0; j < width; j++) {
        both[row * width + j] =
            half
                * (j < image.width()
                    ? image.values()[row * image.width() + j]
                    : text.values()[row * text.width() + j - image.width()]);
      }
    }
    return new RowBlock(image.firstRow(), image.rows(), width, both);
  }

  /** Whether there are enough images for so many clusters to be linked. */
  static boolean linkable(long rows, int clusters) {
    return clusters > 1 && clusters <= Math.min(rows, MOST_LINKED) / LEAST_LINKED_PER_CLUSTER;
  }

  /**
   * Clusters by average linkage of the sample after one smoothing over its neighbours and after
   * two, as mean directions in the subspace, [K, m].
   */
  List<Matrix> linked(MethodInput input) {
    Matrix images = matrix(RowSample.even(sample, MOST_LINKED));
    try (Smoothing twice = smoothed(input, smoothed.rows(), lists)) {
      List<Matrix> averaged =
          Stream.of(smoothed, twice)
              .map(rows -> matrix(RowSample.even(rows.rows(), MOST_LINKED)))
              .toList();
      return TaskThreads.sideBySide(
          1, averaged, rows -> means(images, AverageLinkage.clusters(rows, input.clusters())));
    }
  }

  /** The smoothed sample as images and, where they join, as texts: [n, m] unit rows each. */
  List<RowBlocks> smoothedViews() {
    int width = sample.width();
    return IntStream.range(0, joint.width() / width)
        .mapToObj(view -> columns(smoothed.rows(), view * width, width))
        .toList();
  }

  private static RowBlocks columns(RowBlocks rows, int first, int count) {
    return new RowBlocks(
        rows.blocks()
            .map(
                block -> {
                  float[] values = new float[block.rows() * count];
                  for (int row = 0; row < block.rows(); row++) {
                    System.arraycopy(
                        block.values(), row * block.width() + first, values, row * count, count);
                  }
                  UnitRows.normalise(values, count);
                  return new RowBlock(block.firstRow(), block.rows(), count, values);
                }),
        rows.rows(),
        count);
  }

  private static Smoothing smoothed(MethodInput input, RowBlocks rows, NeighbourLists lists) {
    return Smoothing.of(
        JavaSparkContext.fromSparkContext(rows.blocks().context()),
        rows,
        lists,
        SMOOTHED_OVER,
        input.progress());
  }

  /** Clusters of the sample's graph of neighbours, as mean directions in the subspace, [K, m]. */
  Matrix spectral(MethodInput input) {
    return input
        .progress()
        .stage("graph of neighbours", () -> means(matrix(sample), SpectralGroups.of(input, lists)));
  }

  /** Mean directions of the groups that have rows. */
  private static Matrix means(Matrix rows, int[] groups) {
    int width = rows.width();
    int count = Arrays.stream(groups).max().orElseThrow() + 1;
    double[] sums = new double[count * width];
    for (int i = 0; i < groups.length; i++) {
      for (int j = 0; j < width; j++) {
        sums[groups[i] * width + j] += rows.values()[i * width + j];
      }
    }
    float[] values = new float[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) sums[i];
    }
    int[] present = Arrays.stream(groups).distinct().sorted().toArray();
    return new Matrix(count, width, values).select(present).unit();
  }

  /** The result of a method that ends in centres in the subspace, the largest cluster first. */
  Clustering clustering(Matrix centres) {
    CentreModel unordered =
        new CentreModel(NomenNoTrainMethod.NAME, Optional.of(subspace), centres);
    int[] order = ClusterSizes.of(unordered.assignProjected(rows), centres.rows()).order();
    CentreModel model =
        new CentreModel(NomenNoTrainMethod.NAME, Optional.of(subspace), centres.select(order));
    return withFindings(
        Clustering.of(model.assignProjected(rows), model, Optional.of(semantics), Findings.of()));
  }

  /** {@code clustering}, whose findings tell of all this too. */
  Clustering withFindings(Clustering clustering) {
    return clustering
        .with(new Findings.Subspace(subspace.axes().rows(), subspace.share()))
        .with(Findings.Neighbours.of(lists.report()))
        .with(agreement.findings(ofSample(clustering), clustering.clusters()));
  }

  /** The clusters of the sample's rows, [n]. */
  int[] ofSample(Clustering clustering) {
    int[] numbers =
        IntStream.range(0, Math.toIntExact(sample.rows()))
            .map(i -> Math.toIntExact(RowSample.evenRow(i, rows.rows(), sample.rows())))
            .toArray();
    return AssignmentBlock.clusters(clustering.assignments(), numbers);
  }

  /** Rows that are few enough for the driver. */
  static Matrix matrix(RowBlocks rows) {
    return new Matrix(Math.toIntExact(rows.rows()), rows.width(), rows.collect());
  }

  @Override
  public void close() {
    smoothed.close();
    lists.close();
    rows.unpersist();
    sample.unpersist();
    joint.unpersist();
  }
}
