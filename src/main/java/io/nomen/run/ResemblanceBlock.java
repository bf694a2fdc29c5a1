package io.nomen.run;

import io.nomen.tensor.RowPartitioner;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * What is known of near-duplicates and outliers among consecutive rows.
 *
 * @param firstRow number of the first of them
 * @param duplicateOf [n] the first row of each row's group, the row itself where it is that one or
 *     in no group
 * @param outlierScore [n] mean cosine distance to the nearest rows; NaN where it is not known
 */
public record ResemblanceBlock(long firstRow, int[] duplicateOf, float[] outlierScore)
    implements Serializable {

  /**
   * The same with paths in place of rows.
   *
   * @param duplicateOf [n] the path that each row's group goes by, where that is another's; or
   *     nothing at all
   * @param outlierScore [n] NaN where it is not known; or nothing at all
   */
  public record Named(List<Optional<String>> duplicateOf, float[] outlierScore) {
    /** Nothing is known. */
    static final Named NONE = new Named(List.of(), new float[0]);

    Optional<String> duplicateOf(int row) {
      return duplicateOf.isEmpty() ? Optional.empty() : duplicateOf.get(row);
    }

    Optional<Float> outlierScore(int row) {
      return outlierScore.length == 0 || Float.isNaN(outlierScore[row])
          ? Optional.empty()
          : Optional.of(outlierScore[row]);
    }
  }

  /**
   * Brings the paths of the groups' first rows to the partitions of the other rows: two shuffles of
   * the near-duplicates alone.
   *
   * @param paths one list for every block, in the same partitions
   */
  public static JavaRDD<Named> named(
      JavaRDD<ResemblanceBlock> blocks, JavaRDD<List<String>> paths) {
    RowPartitioner places = RowPartitioner.of(blocks.map(ResemblanceBlock::firstRow));
    JavaPairRDD<Long, Long> byFirst =
        blocks.flatMapToPair(
            block ->
                IntStream.range(0, block.duplicateOf.length)
                    .filter(i -> block.duplicateOf[i] != block.firstRow + i)
                    .mapToObj(i -> new Tuple2<>((long) block.duplicateOf[i], block.firstRow + i))
                    .iterator());
    JavaPairRDD<Long, String> firsts =
        byFirst
            .partitionBy(places)
            .zipPartitions(blocks.zip(paths), ResemblanceBlock::pathsOfFirsts)
            .mapToPair(pair -> pair)
            .partitionBy(places);
    return blocks.zipPartitions(firsts, ResemblanceBlock::named);
  }

  private static Iterator<Named> named(
      Iterator<ResemblanceBlock> blocks, Iterator<Tuple2<Long, String>> firsts) {
    Map<Long, String> pathOf = new HashMap<>();
    firsts.forEachRemaining(pair -> pathOf.put(pair._1(), pair._2()));
    List<Named> named = new ArrayList<>();
    blocks.forEachRemaining(
        block ->
            named.add(
                new Named(
                    LongStream.range(block.firstRow, block.firstRow + block.duplicateOf.length)
                        .mapToObj(row -> Optional.ofNullable(pathOf.get(row)))
                        .toList(),
                    block.outlierScore)));
    return named.iterator();
  }

  /** For each row of a group, the path of the group's first row, which is in this partition. */
  private static Iterator<Tuple2<Long, String>> pathsOfFirsts(
      Iterator<Tuple2<Long, Long>> byFirst, Iterator<Tuple2<ResemblanceBlock, List<String>>> all) {
    Map<Long, List<Long>> members = new HashMap<>();
    byFirst.forEachRemaining(
        pair -> members.computeIfAbsent(pair._1(), first -> new ArrayList<>()).add(pair._2()));
    List<Tuple2<Long, String>> found = new ArrayList<>();
    while (all.hasNext() && !members.isEmpty()) {
      Tuple2<ResemblanceBlock, List<String>> block = all.next();
      for (int i = 0; i < block._2().size(); i++) {
        String path = block._2().get(i);
        members
            .getOrDefault(block._1().firstRow + i, List.of())
            .forEach(row -> found.add(new Tuple2<>(row, path)));
      }
    }
    return found.iterator();
  }
}
