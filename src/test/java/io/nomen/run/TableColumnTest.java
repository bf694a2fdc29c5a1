package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns of floats in every form that Parquet's own writer gives them. */
class TableColumnTest {
  private static final int ROWS = 3_000;
  private static final int WIDTH = 16;
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message t {
            optional binary other;
            required group vector (LIST) { repeated group list { required float element; } }
            optional float number;
          }
          """);

  @TempDir Path folder;

  private final Storage storage = new Storage(new Configuration());
  private final float[] vectors = new float[ROWS * WIDTH];
  private final float[] numbers = new float[ROWS];

  /** Pages of a few rows each and several row groups; the number of {@code gap} is missing. */
  private String write(WriterVersion version, boolean dictionary, String codec, int gap)
      throws IOException {
    String uri = folder.resolve("t.parquet").toString();
    Random random = new Random(7);
    SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(Storage.path(uri))
            .withType(SCHEMA)
            .withWriterVersion(version)
            .withDictionaryEncoding(dictionary)
            .withCompressionCodec(CompressionCodecName.valueOf(codec))
            .withPageSize(4_096)
            .withRowGroupSize(64_000L)
            .build()) {
      for (int row = 0; row < ROWS; row++) {
        Group group = rows.newGroup();
        Group list = group.addGroup("vector");
        for (int i = 0; i < WIDTH; i++) {
          vectors[row * WIDTH + i] = random.nextInt(20) - 10.5f;
          list.addGroup("list").append("element", vectors[row * WIDTH + i]);
        }
        numbers[row] = random.nextFloat();
        if (row != gap) {
          group.append("number", numbers[row]);
        }
        writer.write(group);
      }
    }
    return uri;
  }

  @ParameterizedTest
  @CsvSource({
    "PARQUET_1_0, false, SNAPPY",
    "PARQUET_1_0, true, UNCOMPRESSED",
    "PARQUET_2_0, false, SNAPPY",
    "PARQUET_2_0, false, UNCOMPRESSED",
    "PARQUET_2_0, true, SNAPPY",
  })
  void floats_are_what_was_written(WriterVersion version, boolean dictionary, String codec)
      throws IOException {
    String uri = write(version, dictionary, codec, -1);
    TableColumn vector = new TableColumn(storage, uri, "vector");
    assertThat(vector.size()).isEqualTo(vectors.length);
    assertThat(vector.floats()).isEqualTo(vectors);
    assertThat(new TableColumn(storage, uri, "number").floats()).isEqualTo(numbers);
  }

  @ParameterizedTest
  @CsvSource({"PARQUET_1_0, false", "PARQUET_1_0, true", "PARQUET_2_0, false"})
  void a_value_that_is_missing_is_told(WriterVersion version, boolean dictionary)
      throws IOException {
    String uri = write(version, dictionary, "SNAPPY", 1_234);
    assertThatThrownBy(() -> new TableColumn(storage, uri, "number").floats())
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("number")
        .hasMessageContaining("a row without a value");
    assertThat(new TableColumn(storage, uri, "number").optionalFloats()[1_234]).isNaN();
  }
}
