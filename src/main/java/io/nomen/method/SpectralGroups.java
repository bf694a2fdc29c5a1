package io.nomen.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchScript;
import io.nomen.tensor.UnitRows;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Normalised spectral clustering (Ng, Jordan, Weiss, NIPS 2001) of a graph of nearest neighbours:
 * an edge where one row is among the other's nearest, weighed by their cosine; the K first
 * eigenvectors of {@code D^-½ W D^-½}, as unit rows, by k-means.
 *
 * <p>The eigenvectors come from subspace iteration. Forty products with the graph are enough: on
 * three sets twenty give clusters as good as those of a solver that converges.
 */
final class SpectralGroups {
  private static final int ROUNDS = 10;
  private static final int PRODUCTS_PER_ROUND = 4;
  private static final int SPARE = 16;

  private static final String SCRIPT =
      """
        def sparse(self, edges: Tensor, weights: Tensor, n: int) -> Tensor:
          return torch.coalesce(torch.sparse_coo_tensor(edges, weights, [n, n], dtype=6, layout=None, device=None, pin_memory=False))

        def product(self, columns: Tensor, firsts: Tensor, weights: Tensor, q: Tensor) -> Tensor:
          sums, offsets, sizes, largest, = torch.embedding_bag(q, columns, firsts, False, 0, False, weights)
          return sums

        def vectors(self, ends: Tensor, weights: Tensor, start: Tensor) -> Tensor:
          n = start.size(0)
          edges = torch.cat([ends, torch.flip(ends, [0])], 1)
          both = torch.cat([weights, weights])
          sums = self.sparse(edges, both, n)
          times = self.sparse(edges, torch.ones_like(both), n)
          ends = sums.indices()
          weights = sums.values() / times.values()
          root = torch.rsqrt(torch.index_add(torch.zeros_like(start[:, 0]), 0, ends[0], weights))
          weights = weights * root[ends[0]] * root[ends[1]]
          firsts = torch.searchsorted(torch.contiguous(ends[0]), torch.arange(n, dtype=4, layout=None, device=None, pin_memory=False))
          q, r, = torch.linalg_qr(start, "reduced")
          for i in range(ROUNDS):
            for j in range(PRODUCTS):
              q = self.product(ends[1], firsts, weights, q)
            q, r, = torch.linalg_qr(q, "reduced")
          values, rotation, = torch.linalg_eigh(torch.mm(q.t(), self.product(ends[1], firsts, weights, q)), "U")
          return torch.contiguous(torch.mm(q, torch.narrow(rotation, 1, q.size(1) - CLUSTERS, CLUSTERS)))
      """;

  /** 1 GB. */
  private static final long MOST_VALUES = 1L << 28;

  private SpectralGroups() {}

  /**
   * The group of every row, 0 to K−1.
   *
   * @param lists neighbours of the rows
   */
  static int[] of(MethodInput input, NeighbourLists lists) {
    int clusters = input.clusters();
    int rows = Math.toIntExact(lists.rows());
    if ((long) rows * (clusters + SPARE) > MOST_VALUES) {
      throw NomenException.usage(
          RootLocale.format(
              "For %,d clusters the graph of neighbours would take %,d MB of the driver's memory several times over; take --method nomen or kmeans.",
              clusters, ((long) rows * (clusters + SPARE) * Float.BYTES) >> 20));
    }
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(lists.blocks().context());
    float[] vectors = vectors(lists.blocks().collect(), rows, clusters, input.seed());
    for (int row = 0; row < rows; row++) {
      // A row that no vector reaches goes with the first.
      vectors[row * clusters] += 1e-12f;
    }
    UnitRows.normalise(vectors, clusters);
    RowBlocks embedded =
        RowBlocks.of(spark, vectors, clusters).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Matrix centres =
          SphericalKMeans.fit(
                  embedded, clusters, input.options().kmeans().withoutMlLib(), input.seed())
              .best()
              .rows();
      return AssignmentBlock.clusters(CentreAssignment.assign(embedded, centres));
    } finally {
      embedded.unpersist();
    }
  }

  private static float[] vectors(List<NeighbourBlock> lists, int rows, int clusters, long seed) {
    int edges = lists.stream().mapToInt(block -> block.rows() * block.count()).sum();
    long[] ends = new long[2 * edges];
    float[] weights = new float[edges];
    int at = 0;
    for (NeighbourBlock block : lists) {
      for (int i = 0; i < block.rows() * block.count(); i++) {
        ends[at] = block.firstRow() + i / block.count();
        ends[edges + at] = block.neighbours()[i];
        // A weight of nothing would leave a row without any.
        weights[at++] = Math.max(1e-6f, block.similarities()[i]);
      }
    }
    int columns = Math.min(rows, clusters + SPARE);
    Random random = new Random(seed);
    float[] start = new float[rows * columns];
    for (int i = 0; i < start.length; i++) {
      start[i] = (float) random.nextGaussian();
    }
    String script =
        SCRIPT
            .replace("ROUNDS", Integer.toString(ROUNDS))
            .replace("PRODUCTS", Integer.toString(PRODUCTS_PER_ROUND))
            .replace("CLUSTERS", Integer.toString(clusters));
    try (NDManager scope = Torch.newScope()) {
      NDArray found =
          TorchScript.of(script)
              .run(
                  scope,
                  "vectors",
                  NativeFloats.of(scope, ends, 2, edges),
                  NativeFloats.of(scope, weights, edges),
                  NativeFloats.of(scope, start, rows, columns))
              .head();
      float[] vectors = new float[rows * clusters];
      NativeFloats.read(found, 0, vectors, vectors.length);
      return vectors;
    }
  }
}
