package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ten million rows go through a model in one pass, in the memory that one million take. */
@Tag("slow")
class ManyRowsTest {
  private static final int WIDTH = 16;
  private static final int MOST_MORE_KIB = 256 << 10;

  private static Dataset<Row> rows(long count) {
    Column[] numbers = new Column[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      numbers[i] = functions.expr("CAST(hash(id, %d) / 2147483648.0 AS FLOAT)".formatted(i));
    }
    return LocalSpark.session()
        .range(0, count, 1, 8)
        .select(functions.col("id"), functions.array(numbers).as("features"));
  }

  @Test
  void memory_does_not_grow_with_the_rows() throws Exception {
    NomenClusteringModel model =
        new NomenClustering()
            .setMethod("kmeans")
            .setNouns("none")
            .setK(10)
            .setKmeansRestarts(1)
            .fit(rows(2_000));
    assertThat(counted(model, 1_000_000)).isEqualTo(1_000_000);
    System.gc();
    long before = residentKib();
    long began = System.nanoTime();
    assertThat(counted(model, 10_000_000)).isEqualTo(10_000_000);
    System.gc();
    long after = residentKib();
    System.out.printf(
        "10,000,000 rows of %d in %d s; %d MiB before, %d MiB after%n",
        WIDTH, (System.nanoTime() - began) / 1_000_000_000, before >> 10, after >> 10);
    assertThat(after - before).isLessThan(MOST_MORE_KIB);
  }

  private static long counted(NomenClusteringModel model, long rows) {
    return model
        .transform(rows(rows))
        .where("prediction IS NOT NULL AND name IS NOT NULL AND confidence > 0")
        .count();
  }

  private static long residentKib() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
