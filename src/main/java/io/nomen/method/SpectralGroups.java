package io.nomen.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        def vectors(self, edges: Tensor, weights: Tensor, start: Tensor) -> Tensor:
          n = start.size(0)
          graph = torch.coalesce(torch.sparse_coo_tensor(edges, weights, [n, n], dtype=6, layout=None, device=None, pin_memory=False))
          q, r, = torch.linalg_qr(start, "reduced")
          for i in range(ROUNDS):
            for j in range(PRODUCTS):
              q = torch.mm(graph, q)
            q, r, = torch.linalg_qr(q, "reduced")
          values, rotation, = torch.linalg_eigh(torch.mm(q.t(), torch.mm(graph, q)), "U")
          return torch.contiguous(torch.mm(q, torch.narrow(rotation, 1, q.size(1) - CLUSTERS, CLUSTERS)))
      """;

  private SpectralGroups() {}

  /**
   * The group of every row, 0 to K−1.
   *
   * @param lists neighbours of the rows
   */
  static int[] of(MethodInput input, NeighbourLists lists) {
    int clusters = input.clusters();
    int rows = Math.toIntExact(lists.rows());
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(lists.blocks().context());
    float[] vectors = vectors(graph(lists.blocks().collect(), rows), rows, clusters, input.seed());
    for (int row = 0; row < rows; row++) {
      // A row that no vector reaches goes with the first.
      vectors[row * clusters] += 1e-12f;
    }
    UnitRows.normalise(vectors, clusters);
    RowBlocks embedded =
        RowBlocks.of(spark, vectors, clusters).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Matrix centres =
          SphericalKMeans.fit(embedded, clusters, input.options().kmeans(), input.seed())
              .best()
              .rows();
      return AssignmentBlock.clusters(CentreAssignment.assign(embedded, centres));
    } finally {
      embedded.unpersist();
    }
  }

  /** Weights by edge, {@code from · rows + to}; every edge in both directions. */
  private static Map<Long, Float> graph(List<NeighbourBlock> lists, int rows) {
    Map<Long, Float> graph = new HashMap<>();
    for (NeighbourBlock block : lists) {
      for (int i = 0; i < block.rows() * block.count(); i++) {
        long from = block.firstRow() + i / block.count();
        long to = block.neighbours()[i];
        // A weight of nothing would leave a row without any.
        float weight = Math.max(1e-6f, block.similarities()[i]);
        graph.put(from * rows + to, weight);
        graph.put(to * rows + from, weight);
      }
    }
    return graph;
  }

  private static float[] vectors(Map<Long, Float> graph, int rows, int clusters, long seed) {
    double[] degrees = new double[rows];
    graph.forEach((edge, weight) -> degrees[(int) (edge / rows)] += weight);
    long[] ends = new long[2 * graph.size()];
    float[] weights = new float[graph.size()];
    int at = 0;
    for (long edge : graph.keySet().stream().mapToLong(e -> e).sorted().toArray()) {
      int from = (int) (edge / rows);
      int to = (int) (edge % rows);
      ends[at] = from;
      ends[graph.size() + at] = to;
      weights[at++] = (float) (graph.get(edge) / Math.sqrt(degrees[from] * degrees[to]));
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
                  NativeFloats.of(scope, ends, 2, weights.length),
                  NativeFloats.of(scope, weights, weights.length),
                  NativeFloats.of(scope, start, rows, columns))
              .head();
      float[] vectors = new float[rows * clusters];
      NativeFloats.read(found, 0, vectors, vectors.length);
      return vectors;
    }
  }
}
