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
 * <p>On a Xeon with AMX a product of 512 columns took 14 ns in float32 and 3.7 in bfloat16; with
 * lists of 50 among 50,000 CLIP features, whose copies and near copies are multiplied again, 10.9
 * ns in all.
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

  /**
   * Among fewer, multiplying again what comes within bfloat16's error of a list takes longer than
   * its products save, and so does finding out how fast they are.
   */
  private static final long LEAST_KEYS_FOR_BF16 = 10_000;

  /** Half a unit in the last of bfloat16's eight places, of a number. */
  private static final double BF16_ROUNDING = 0x1p-9;

  /** Half a unit in the last place of a float32. */
  private static final double FP32_ROUNDING = 0x1p-24;

  /** Rows of length 1 may be a little longer. */
  private static final double LONGEST = 1.0001;

  private final TorchScript script = TorchScript.of(SOURCE);
  private final NDManager scope = Torch.newScope();
  private final RowBlock block;
  private final boolean bf16;
  private final List<NDArray> queries = new ArrayList<>();
  private final float[] floats;
  private final short[] halves;
  private final int[] places = new int[KEYS_PER_TILE];

  /**
   * In the number format that is faster here.
   *
   * @param keys how many rows the block is compared with in all
   */
  BlockProducts(RowBlock block, long keys) {
    this(block, keys >= LEAST_KEYS_FOR_BF16 && FasterFormat.BF16);
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
    /** How many are kept for each query. */
    int count();

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
          } else {
            NativeFloats.read(products, i * count, floats, count);
          }
          screen(query, keys, firstKey, count, nearest);
        }
      }
    }
  }

  /**
   * Offers what may reach the query's bar. The best products of the tile raise it before anything
   * is multiplied again, for that costs as much as a hundred of them.
   */
  private void screen(int query, float[] keys, int firstKey, int count, Nearest nearest) {
    float least = lower(nearest.bar(query));
    // One of them may be the query's own row.
    float[] best = new float[Math.min(count, nearest.count() + 1)];
    int found = 0;
    for (int j = 0; j < count; j++) {
      if (bf16) {
        j = skipped(j, count, least);
      }
      float product = j == count ? Float.NaN : product(j);
      if (product >= least) {
        places[found] = j;
        found++;
        if (found < best.length) {
          best[found - 1] = product;
        } else if (found == best.length) {
          best[found - 1] = product;
          Arrays.sort(best);
          least = Math.max(least, lower(lower(best[0])));
        } else if (product > best[0]) {
          replaceLeast(best, product);
          least = Math.max(least, lower(lower(best[0])));
        }
      }
    }
    for (int i = 0; i < found; i++) {
      if (product(places[i]) >= least) {
        int key = firstKey + places[i];
        float similarity = dot(block.values(), query, keys, key, block.width());
        least = Math.max(least, lower(nearest.offer(query, key, similarity)));
      }
    }
  }

  private float product(int place) {
    return bf16 ? Float.intBitsToFloat(halves[place] << 16) : floats[place];
  }

  /**
   * The first place from {@code j} on whose eight may hold something. Numbers above 0 have the
   * order of their bits, and all others are below those.
   */
  private int skipped(int j, int count, float least) {
    int bits = Float.floatToRawIntBits(least) >> 16;
    int place = j;
    while (bits > 0 && place + 8 <= count && below(halves, place, bits)) {
      place += 8;
    }
    return place;
  }

  /** Puts {@code value} in the place of the first number of a heap, its least. */
  private static void replaceLeast(float[] heap, float value) {
    int hole = 0;
    int child;
    while ((child = 2 * hole + 1) < heap.length) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (value <= heap[child]) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = value;
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
   * The least product of rows with a similarity of {@code value}, and the least similarity of rows
   * with such a product: each factor of a bfloat16 product was rounded, and so was the product.
   */
  private float lower(float value) {
    if (!bf16) {
      return (float) (value - sumsError());
    }
    double factors = (2 * BF16_ROUNDING + BF16_ROUNDING * BF16_ROUNDING) * LONGEST * LONGEST;
    double least = value - factors - sumsError();
    // The product's own rounding, and that of a float that is cut to a bfloat16.
    return (float) (least - Math.abs(least) * 4 * BF16_ROUNDING);
  }

  /** How far two sums of the same products may be apart, whatever their order. */
  private double sumsError() {
    return 2 * (block.width() + 2) * FP32_ROUNDING * LONGEST * LONGEST;
  }

  /**
   * The inner product of two rows, in sixteen sums that do not wait for each other. Multiplications
   * and additions are fused, so that the result does not depend on the compiler's choice of
   * instructions.
   */
  static float dot(float[] one, int row, float[] other, int otherRow, int width) {
    int x = row * width;
    int y = otherRow * width;
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    float s8 = 0;
    float s9 = 0;
    float s10 = 0;
    float s11 = 0;
    float s12 = 0;
    float s13 = 0;
    float s14 = 0;
    float s15 = 0;
    int end = x + width - width % 16;
    for (; x < end; x += 16, y += 16) {
      s0 = Math.fma(one[x], other[y], s0);
      s1 = Math.fma(one[x + 1], other[y + 1], s1);
      s2 = Math.fma(one[x + 2], other[y + 2], s2);
      s3 = Math.fma(one[x + 3], other[y + 3], s3);
      s4 = Math.fma(one[x + 4], other[y + 4], s4);
      s5 = Math.fma(one[x + 5], other[y + 5], s5);
      s6 = Math.fma(one[x + 6], other[y + 6], s6);
      s7 = Math.fma(one[x + 7], other[y + 7], s7);
      s8 = Math.fma(one[x + 8], other[y + 8], s8);
      s9 = Math.fma(one[x + 9], other[y + 9], s9);
      s10 = Math.fma(one[x + 10], other[y + 10], s10);
      s11 = Math.fma(one[x + 11], other[y + 11], s11);
      s12 = Math.fma(one[x + 12], other[y + 12], s12);
      s13 = Math.fma(one[x + 13], other[y + 13], s13);
      s14 = Math.fma(one[x + 14], other[y + 14], s14);
      s15 = Math.fma(one[x + 15], other[y + 15], s15);
    }
    float rest = 0;
    for (int j = 0; j < width % 16; j++) {
      rest = Math.fma(one[x + j], other[y + j], rest);
    }
    float low = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    float high = ((s8 + s9) + (s10 + s11)) + ((s12 + s13) + (s14 + s15));
    return (low + high) + rest;
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
