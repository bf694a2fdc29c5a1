package io.nomen.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nomen.exchange.NpyReader;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Neighbours;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.store.Storage;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Exact neighbours of the rows of a {@code .npy} file: processor seconds of each round. Arguments:
 * file, neighbours, rounds.
 */
public final class NeighboursBenchmark {
  private NeighboursBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    int count = Integer.parseInt(arguments[1]);
    SparkConf conf =
        new SparkConf()
            .setAppName("neighbours benchmark")
            .setMaster("local[*]")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1");
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (JavaSparkContext spark = new JavaSparkContext(conf);
        NpyReader reader = NpyReader.open(new Storage(new Configuration()), arguments[0])) {
      int number = Math.toIntExact(reader.rows());
      float[] values = reader.next(number);
      int width = values.length / number;
      UnitRows.normalise(values, width);
      RowBlocks rows = RowBlocks.of(spark, values, width).persist(StorageLevel.MEMORY_AND_DISK());
      rows.blocks().count();
      for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
        long wall = System.nanoTime();
        long start = system.getProcessCpuTime();
        try (NeighbourLists lists = Neighbours.find(spark, rows, count, new Search.Exact())) {
          System.out.printf(
              Locale.ROOT,
              "neighbours %.1f CPU s, %.1f s, lists %08x%n",
              (system.getProcessCpuTime() - start) / 1e9,
              (System.nanoTime() - wall) / 1e9,
              Arrays.hashCode(lists.collect()));
        }
      }
    }
  }
}
