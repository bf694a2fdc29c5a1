package io.nomen.tensor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Some rows of a large matrix on the driver, and the three ways to draw them: about so many by
 * their numbers alone ({@link #hashed}; {@link #hashedBlocks} leaves them where they are), exactly
 * so many ({@link #exactly}), or at even distances ({@link #even}). None depends on how the matrix
 * is cut.
 *
 * @param numbers [s] which rows they are, rising
 * @param rows [s, d] their values
 */
public record RowSample(long[] numbers, Matrix rows) implements Serializable {

  /**
   * Every row with probability {@code wanted / N}, by a hash of its number and the seed; all rows
   * where there are no more.
   */
  public static RowSample hashed(RowBlocks source, long wanted, long seed) {
    double share = (double) wanted / source.rows();
    return collect(source, source.blocks().map(block -> hashed(block, share, seed)));
  }

  /**
   * The rows that {@link #hashed} draws, where they are: a block for each block, numbered from its
   * first row. Kept by Spark until the caller lets go of them.
   *
   * @param wanted fewer than there are
   */
  public static RowBlocks hashedBlocks(RowBlocks source, long wanted, long seed) {
    double share = (double) wanted / source.rows();
    JavaRDD<RowBlock> blocks =
        source
            .blocks()
            .map(
                block -> {
                  Part part = hashed(block, share, seed);
                  return new RowBlock(
                      block.firstRow(), part.numbers().length, block.width(), part.values());
                })
            .persist(StorageLevel.MEMORY_AND_DISK());
    long rows = blocks.mapToDouble(RowBlock::rows).sum().longValue();
    return new RowBlocks(blocks, rows, source.width());
  }

  private static Part hashed(RowBlock block, double share, long seed) {
    return Part.of(block, range(block).filter(row -> uniform(seed, row) < share).toArray());
  }

  /** {@code most} rows, each as likely as any other; all rows where there are no more. */
  public static RowSample exactly(RowBlocks source, int most, long seed) {
    return of(source, numbers(source.rows(), most, seed));
  }

  /** The numbers of the rows that {@link #exactly} draws of {@code rows}, rising. */
  public static int[] numbers(long rows, int most, long seed) {
    int all = Math.toIntExact(rows);
    return all <= most ? IntStream.range(0, all).toArray() : drawn(all, most, seed);
  }

  /** The rows with these numbers, which rise. */
  public static RowSample of(RowBlocks source, int[] rows) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(source.blocks().context());
    Broadcast<int[]> wanted = spark.broadcast(rows);
    try {
      return collect(
          source, source.blocks().map(block -> Part.of(block, within(block, wanted.value()))));
    } finally {
      wanted.destroy();
    }
  }

  /**
   * At most {@code most} rows at even distances, numbered anew from 0; all where there are no more.
   * Path order keeps folders together, so that even distances take from each its share.
   */
  public static RowBlocks even(RowBlocks source, int most) {
    long all = source.rows();
    if (all <= most) {
      return source;
    }
    return new RowBlocks(
        source.blocks().map(block -> thinned(block, all, most)), most, source.width());
  }

  /** The number among {@code most} even rows of row {@code row} of {@code all}. */
  public static OptionalInt evenNumber(long row, long all, long most) {
    if (all <= most) {
      return OptionalInt.of(Math.toIntExact(row));
    }
    long number = row * most / all;
    return (row + 1) * most / all > number
        ? OptionalInt.of(Math.toIntExact(number))
        : OptionalInt.empty();
  }

  /** The number among {@code all} rows of the one that is {@code number} of {@code most}. */
  public static long evenRow(long number, long all, long most) {
    return all <= most ? number : ((number + 1) * all + most - 1) / most - 1;
  }

  /** Rows of one block on their way to the driver. */
  private record Part(long[] numbers, float[] values) implements Serializable {
    static Part of(RowBlock block, long[] numbers) {
      int[] rows = LongStream.of(numbers).mapToInt(n -> (int) (n - block.firstRow())).toArray();
      return new Part(numbers, block.matrix().select(rows).values());
    }
  }

  private static RowSample collect(RowBlocks source, JavaRDD<Part> drawn) {
    List<Part> parts = drawn.collect();
    long[] numbers = parts.stream().flatMapToLong(p -> LongStream.of(p.numbers())).toArray();
    float[] values = new float[Math.multiplyExact(numbers.length, source.width())];
    int filled = 0;
    for (Part part : parts) {
      System.arraycopy(part.values(), 0, values, filled, part.values().length);
      filled += part.values().length;
    }
    return new RowSample(numbers, new Matrix(numbers.length, source.width(), values));
  }

  private static LongStream range(RowBlock block) {
    return LongStream.range(block.firstRow(), block.firstRow() + block.rows());
  }

  /** A number in [0, 1) that follows from seed and row. */
  public static double uniform(long seed, long row) {
    return (mix(mix(seed) + row) >>> 11) * 0x1p-53;
  }

  /** SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit depends on every other. */
  public static long mix(long z) {
    long bits = z + 0x9e3779b97f4a7c15L;
    bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
    return bits ^ (bits >>> 31);
  }

  private static int[] drawn(int all, int most, long seed) {
    Random random = new Random(seed);
    // Floyd's way of drawing without repetition: as many steps as rows are drawn.
    TreeSet<Integer> drawn = new TreeSet<>();
    for (int last = all - most; last < all; last++) {
      int candidate = random.nextInt(last + 1);
      drawn.add(drawn.contains(candidate) ? last : candidate);
    }
    return drawn.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long[] within(RowBlock block, int[] wanted) {
    return Arrays.stream(within(wanted, block.firstRow(), block.rows()))
        .mapToLong(place -> block.firstRow() + place)
        .toArray();
  }

  /**
   * Where in a block those of {@code wanted} are that are in it.
   *
   * @param wanted row numbers, rising
   * @param rows how many the block has
   */
  public static int[] within(int[] wanted, long firstRow, int rows) {
    int from = lowerBound(wanted, firstRow);
    int to = lowerBound(wanted, firstRow + rows);
    return IntStream.range(from, to).map(i -> (int) (wanted[i] - firstRow)).toArray();
  }

  private static int lowerBound(int[] sorted, long value) {
    if (value > Integer.MAX_VALUE) {
      return sorted.length;
    }
    int at = Arrays.binarySearch(sorted, (int) value);
    return at >= 0 ? at : -at - 1;
  }

  private static RowBlock thinned(RowBlock block, long all, int most) {
    long first = block.firstRow() * most / all;
    int kept = Math.toIntExact((block.firstRow() + block.rows()) * most / all - first);
    int[] rows =
        IntStream.range(0, kept)
            .map(i -> (int) (evenRow(first + i, all, most) - block.firstRow()))
            .toArray();
    Matrix values = block.matrix().select(rows);
    return new RowBlock(first, kept, block.width(), values.values());
  }
}
