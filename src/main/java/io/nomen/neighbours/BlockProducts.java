package io.nomen.neighbours;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the rows of one block with other rows, tile by tile, and offers what may be among the
 * nearest.
 *
 * <p>libtorch's products only screen: whatever comes within their error of a query's bar is
 * multiplied again, in one order of additions ({@link #dot}). So products may be bfloat16 ones
 * where the processor has units for them, and what is found is the same to the last bit as with
 * float32, on this machine or another.
 *
 * <p>A tile of products is {@value #QUERIES_PER_TILE} × {@value #KEYS_PER_TILE} numbers (4 MB), so
 * that it is still in the cache when it is scanned.
 */
final class BlockProducts implements AutoCloseable {
  private static final int QUERIES_PER_TILE = 256;
  private static final int KEYS_PER_TILE = 4096;
  private static final String SOURCE =
      """
        def products(self, queries: Tensor, keys: Tensor) -> Tensor:
          return torch.mm(queries, keys.t())
        def halved(self, rows: Tensor) -> Tensor:
          return torch.to(rows, 15)
      """;

  /** Half a unit in the last of bfloat16's eight places, of a number. */
  private static final double BF16_ROUNDING = 0x1p-9;

  /** Half a unit in the last place of a float32. */
  private static final double FP32_ROUNDING = 0x1p-24;

  /** Rows of length 1 may be a little longer. */
  private static final double LONGEST = 1.0001;

  /** Sums of a product that are added up side by side; see {@link #dot}. */
  private static final int LANES = 64;

  private final TorchScript script = TorchScript.of(SOURCE);
  private final NDManager scope = Torch.newScope();
  private final RowBlock block;
  private final boolean bf16;
  private final List<NDArray> queries = new ArrayList<>();
  private final float[] floats;
  private final short[] halves;
  private final float[] lanes = new float[LANES];

  /** In the number format that is faster here. */
  BlockProducts(RowBlock block) {
    this(block, FasterFormat.BF16);
  }

  /**
   * In a number format that is given.
   *
   * @param block unit rows
   * @param bf16 whether products that screen are bfloat16
   */
  BlockProducts(RowBlock block, boolean bf16) {
    this.block = block;
    this.bf16 = bf16;
    this.floats = bf16 ? new float[0] : new float[KEYS_PER_TILE];
    this.halves = bf16 ? new short[KEYS_PER_TILE] : new short[0];
    for (int first = 0; first < block.rows(); first += QUERIES_PER_TILE) {
      int rows = Math.min(QUERIES_PER_TILE, block.rows() - first);
      queries.add(rows(scope, block.values(), first, rows));
    }
  }

  /** Keeps what is near. */
  interface Nearest {
    /** What a similarity must reach to be kept for {@code query}. */
    float bar(int query);

    /**
     * Takes a key.
     *
     * @param query number of the query within the block
     * @param key number of the key among those compared
     * @return the query's bar from now on
     */
    float offer(int query, int key, float similarity);
  }

  /**
   * Compares all queries of the block with {@code keys}.
   *
   * @param keys [n, d] row-major, unit rows
   */
  void compare(float[] keys, Nearest nearest) {
    int rows = keys.length / block.width();
    for (int first = 0; first < rows; first += KEYS_PER_TILE) {
      int count = Math.min(KEYS_PER_TILE, rows - first);
      try (NDManager step = scope.newSubManager()) {
        offer(rows(step, keys, first, count), keys, first, count, nearest);
      }
    }
  }

  private NDArray rows(NDManager owner, float[] values, int first, int count) {
    NDArray rows = NativeFloats.rows(owner, values, first, count, block.width());
    if (!bf16) {
      return rows;
    }
    try (rows) {
      return script.run(owner, "halved", rows).head();
    }
  }

  private void offer(NDArray part, float[] keys, int firstKey, int count, Nearest nearest) {
    for (int tile = 0; tile < queries.size(); tile++) {
      try (NDManager step = scope.newSubManager()) {
        NDArray products = script.run(step, "products", queries.get(tile), part).head();
        int rows = (int) queries.get(tile).getShape().get(0);
        for (int i = 0; i < rows; i++) {
          int query = tile * QUERIES_PER_TILE + i;
          if (bf16) {
            NativeFloats.read(products, i * count, halves, count);
            screenHalves(query, keys, firstKey, count, nearest);
          } else {
            NativeFloats.read(products, i * count, floats, count);
            screenFloats(query, keys, firstKey, count, nearest);
          }
        }
      }
    }
  }

  private void screenFloats(int query, float[] keys, int firstKey, int count, Nearest nearest) {
    float error = (float) sumsError();
    float least = nearest.bar(query) - error;
    for (int j = 0; j < count; j++) {
      if (floats[j] >= least) {
        least = offer(query, keys, firstKey + j, nearest) - error;
      }
    }
  }

  /** Numbers above 0 have the order of their bits, and all that are below are less than those. */
  private void screenHalves(int query, float[] keys, int firstKey, int count, Nearest nearest) {
    float least = leastOfBf16(nearest.bar(query));
    int bits = Float.floatToRawIntBits(least) >> 16;
    int j = 0;
    while (j < count) {
      if (bits > 0 && j + 8 <= count && below(halves, j, bits)) {
        j += 8;
        continue;
      }
      for (int end = Math.min(j + 8, count); j < end; j++) {
        if (Float.intBitsToFloat(halves[j] << 16) >= least) {
          least = leastOfBf16(offer(query, keys, firstKey + j, nearest));
          bits = Float.floatToRawIntBits(least) >> 16;
        }
      }
    }
  }

  /** Whether eight numbers are all less: then all differences are negative. */
  private static boolean below(short[] values, int from, int bits) {
    int low =
        (values[from] - bits)
            & (values[from + 1] - bits)
            & (values[from + 2] - bits)
            & (values[from + 3] - bits);
    int high =
        (values[from + 4] - bits)
            & (values[from + 5] - bits)
            & (values[from + 6] - bits)
            & (values[from + 7] - bits);
    return (low & high) < 0;
  }

  /**
   * The least bfloat16 product of rows whose similarity may reach {@code bar}: each factor was
   * rounded, and so was the product.
   */
  private float leastOfBf16(float bar) {
    double factors = (2 * BF16_ROUNDING + BF16_ROUNDING * BF16_ROUNDING) * LONGEST * LONGEST;
    double least = bar - factors - sumsError();
    // A bfloat16 is cut from a float: below 0 that goes the wrong way by a unit in the last place.
    return (float) (least - Math.abs(least) * 4 * BF16_ROUNDING);
  }

  /** How far two sums of the same products may be apart, whatever their order. */
  private double sumsError() {
    return 2 * (block.width() + 2) * FP32_ROUNDING * LONGEST * LONGEST;
  }

  private float offer(int query, float[] keys, int key, Nearest nearest) {
    return nearest.offer(query, key, dot(block.values(), query, keys, key, block.width(), lanes));
  }

  /**
   * The inner product of two rows: number {@code j} of the row goes into sum {@code j} modulo
   * {@value #LANES}, and the sums are added in halves. Multiplications and additions are fused, so
   * that the result does not depend on the compiler's choice of instructions.
   */
  static float dot(float[] one, int row, float[] other, int otherRow, int width, float[] lanes) {
    Arrays.fill(lanes, 0);
    int first = row * width;
    int second = otherRow * width;
    int whole = width - width % LANES;
    for (int j = 0; j < whole; j += LANES) {
      add(one, first + j, other, second + j, lanes, LANES);
    }
    add(one, first + whole, other, second + whole, lanes, width - whole);
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }
    return lanes[0];
  }

  private static void add(
      float[] one, int first, float[] other, int second, float[] lanes, int count) {
    for (int lane = 0; lane < count; lane++) {
      lanes[lane] = Math.fma(one[first + lane], other[second + lane], lanes[lane]);
    }
  }

  @Override
  public void close() {
    scope.close();
  }

  /**
   * Which number format screens faster on this machine, measured once: processors that can multiply
   * bfloat16 do it at four times to a quarter of the speed of float32.
   */
  private static final class FasterFormat {
    private static final Logger LOG = LoggerFactory.getLogger(FasterFormat.class);
    private static final int WIDTH = 512;
    private static final int ROUNDS = 6;

    static final boolean BF16 = measure();

    private static boolean measure() {
      TorchScript script = TorchScript.of(SOURCE);
      try (NDManager scope = Torch.newScope()) {
        float[] values = new float[KEYS_PER_TILE * WIDTH];
        Arrays.fill(values, 0.04f);
        NDArray keys = NativeFloats.rows(scope, values, 0, KEYS_PER_TILE, WIDTH);
        NDArray queries = NativeFloats.rows(scope, values, 0, QUERIES_PER_TILE, WIDTH);
        NDArray shortKeys = script.run(scope, "halved", keys).head();
        NDArray shortQueries = script.run(scope, "halved", queries).head();
        long whole = Long.MAX_VALUE;
        long half = Long.MAX_VALUE;
        // The best of a few, in turns: other tasks may be at work, and the first is always slow.
        for (int round = 0; round < ROUNDS; round++) {
          whole = Math.min(whole, nanoseconds(script, scope, queries, keys));
          half = Math.min(half, nanoseconds(script, scope, shortQueries, shortKeys));
        }
        LOG.info(
            "products of neighbours in {}: a tile took {} µs in float32 and {} µs in bfloat16",
            half < whole ? "bfloat16" : "float32",
            whole / 1_000,
            half / 1_000);
        return half < whole;
      }
    }

    private static long nanoseconds(
        TorchScript script, NDManager scope, NDArray queries, NDArray keys) {
      try (NDManager step = scope.newSubManager()) {
        long start = System.nanoTime();
        script.run(step, "products", queries, keys);
        return System.nanoTime() - start;
      }
    }
  }
}
