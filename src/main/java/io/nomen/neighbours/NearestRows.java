package io.nomen.neighbours;

import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.RowBlock;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;

/**
 * The m best of the rows offered so far, for each of n queries.
 *
 * <p>The hot loop of the search. A similarity and its row are packed into one {@code long} whose
 * order is "more similar first, then the lower row", so that each query's list is a heap of plain
 * numbers with the worst on top, and the result does not depend on the order of the offers. After
 * the first few hundred rows almost every offer fails the one comparison with the worst kept.
 */
public final class NearestRows implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int queries;
  private final int count;

  /** Allocated with the first row: empty lists travel in a task's closure as a few bytes. */
  private long[] heaps;

  private float[] worst;

  /** Empty lists of {@code count} rows for each of {@code queries}. */
  public NearestRows(int queries, int count) {
    this.queries = queries;
    this.count = count;
  }

  private void allocate() {
    if (heaps == null) {
      heaps = new long[Math.multiplyExact(queries, count)];
      worst = new float[queries];
      Arrays.fill(heaps, Long.MIN_VALUE);
      Arrays.fill(worst, Float.NEGATIVE_INFINITY);
    }
  }

  /** Takes over what another has kept for the same queries. */
  public NearestRows merge(NearestRows other) {
    if (queries != other.queries || count != other.count) {
      throw new IllegalArgumentException(
          "%d lists of %d rows cannot be merged with %d of %d"
              .formatted(queries, count, other.queries, other.count));
    }
    if (other.heaps == null) {
      return this;
    }
    allocate();
    for (int i = 0; i < heaps.length; i++) {
      if (other.heaps[i] != Long.MIN_VALUE) {
        worst[i / count] = insert(i / count, other.heaps[i]);
      }
    }
    return this;
  }

  /** A copy to go on with: a Spark task may run twice, and must not find its own traces. */
  NearestRows copy() {
    NearestRows copy = new NearestRows(queries, count);
    if (heaps != null) {
      copy.heaps = heaps.clone();
      copy.worst = worst.clone();
    }
    return copy;
  }

  /** Offers consecutive rows, from {@code firstKey} on, to all queries of {@code products}. */
  void offerAll(RowBlock queryRows, BlockProducts products, float[] keys, long firstKey) {
    products.compare(
        keys,
        nearest(query -> queryRows.firstRow() + query, key -> Math.toIntExact(firstKey + key)));
  }

  /** Offers rows with numbers of their own, as a cell of an inverted file holds them. */
  void offerAll(int[] queryRows, BlockProducts products, float[] keys, int[] keyRows) {
    products.compare(keys, nearest(query -> queryRows[query], key -> keyRows[key]));
  }

  /** A query's own row is left out. */
  private BlockProducts.Nearest nearest(IntToLongFunction self, IntUnaryOperator row) {
    allocate();
    return new BlockProducts.Nearest() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public float bar(int query) {
        return worst[query];
      }

      @Override
      public float offer(int query, int key, float similarity) {
        int number = row.applyAsInt(key);
        // An equal similarity may still win by a lower row: the heap decides.
        if (similarity >= worst[query] && number != self.applyAsLong(query)) {
          worst[query] = insert(query, pack(similarity, number));
        }
        return worst[query];
      }
    };
  }

  /**
   * Offers consecutive rows to one query.
   *
   * @param query which query
   * @param self the query's own row, which is left out
   * @param firstRow number of the first row offered
   * @param similarities of the query with those rows; the first {@code rows} of them are read
   */
  public void offer(int query, long self, long firstRow, float[] similarities, int rows) {
    allocate();
    float bar = worst[query];
    for (int j = 0; j < rows; j++) {
      // An equal similarity may still win by a lower row: the heap decides.
      if (similarities[j] >= bar && firstRow + j != self) {
        bar = insert(query, pack(similarities[j], (int) (firstRow + j)));
      }
    }
    worst[query] = bar;
  }

  /** Offers one row. */
  public void offer(int query, int row, float similarity) {
    allocate();
    if (similarity >= worst[query]) {
      worst[query] = insert(query, pack(similarity, row));
    }
  }

  /** Takes one row that was kept for a query. */
  public interface Kept {
    void take(int query, int row, float similarity);
  }

  /** All rows that were kept, query after query, in no order; lists need not be full. */
  public void each(Kept kept) {
    allocate();
    for (int i = 0; i < heaps.length; i++) {
      if (heaps[i] != Long.MIN_VALUE) {
        kept.take(i / count, row(heaps[i]), similarity(heaps[i]));
      }
    }
  }

  /** The lists, best first; a query that was offered fewer than m rows is an error. */
  public NeighbourBlock sorted(long firstRow) {
    allocate();
    int[] rows = new int[heaps.length];
    float[] similarities = new float[heaps.length];
    for (int query = 0; query < queries; query++) {
      int start = query * count;
      Arrays.sort(heaps, start, start + count);
      for (int i = 0; i < count; i++) {
        long packed = heaps[start + count - 1 - i];
        if (packed == Long.MIN_VALUE) {
          throw new IllegalStateException(
              "row %d was compared with fewer than %d others".formatted(firstRow + query, count));
        }
        rows[start + i] = row(packed);
        similarities[start + i] = similarity(packed);
      }
    }
    return new NeighbourBlock(firstRow, queries, count, rows, similarities);
  }

  /** Puts {@code packed} in the place of the worst kept where it is better; gives the new worst. */
  private float insert(int query, long packed) {
    int start = query * count;
    if (count == 0) {
      return Float.POSITIVE_INFINITY;
    }
    if (packed > heaps[start]) {
      int hole = 0;
      int child;
      while ((child = 2 * hole + 1) < count) {
        if (child + 1 < count && heaps[start + child + 1] < heaps[start + child]) {
          child++;
        }
        if (packed <= heaps[start + child]) {
          break;
        }
        heaps[start + hole] = heaps[start + child];
        hole = child;
      }
      heaps[start + hole] = packed;
    }
    return heaps[start] == Long.MIN_VALUE ? Float.NEGATIVE_INFINITY : similarity(heaps[start]);
  }

  private static long pack(float similarity, int row) {
    int bits = Float.floatToIntBits(similarity);
    // Negative floats order backwards as integers: turning their lower bits makes the order one.
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ordered << 32) | (0xffffffffL & ~row);
  }

  private static float similarity(long packed) {
    int ordered = (int) (packed >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fffffff));
  }

  private static int row(long packed) {
    return ~(int) packed;
  }
}
