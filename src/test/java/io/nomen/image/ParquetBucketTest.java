package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetBucketTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message pictures { optional binary image; optional int32 label;"
              + " required binary name (UTF8); }");
  private static final int ROWS = 50;

  @TempDir Path folder;
  private final List<byte[]> written = new ArrayList<>();

  @BeforeEach
  void writeFile() throws IOException {
    SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                new org.apache.hadoop.fs.Path(folder.resolve("part-0.parquet").toUri()))
            .withType(SCHEMA)
            .withRowGroupSize(4096L)
            .withMinRowCountForPageSizeCheck(5)
            .withDictionaryEncoding(false)
            .build()) {
      for (int i = 0; i < ROWS; i++) {
        Group row = groups.newGroup();
        byte[] image = Pictures.encode("png", 8 + i, 8);
        written.add(i == 7 ? new byte[0] : image);
        if (i != 7) {
          row.add("image", Binary.fromConstantByteArray(image));
        }
        if (i % 2 == 0) {
          row.add("label", i / 10);
        }
        row.add("name", i == 9 ? "n8" : "n" + i);
        writer.write(row);
      }
    }
    Files.write(folder.resolve("_SUCCESS"), new byte[0]);
  }

  private static InventoryOptions columns(String image, String label, String path) {
    return new InventoryOptions(
        10,
        Optional.of(image),
        Optional.of(label).filter(c -> !c.isEmpty()),
        Optional.of(path).filter(c -> !c.isEmpty()));
  }

  private List<Bucket> buckets(InventoryOptions options) {
    return Inventory.list(STORAGE, List.of(folder.toString()), options);
  }

  private List<RawImage> read(List<Bucket> buckets) {
    List<RawImage> images = new ArrayList<>();
    for (Bucket bucket : buckets) {
      try (CloseableIterator<RawImage> all =
          BucketReader.open(bucket, STORAGE, ReadOptions.defaults())) {
        all.forEachRemaining(images::add);
      }
    }
    return images;
  }

  @Test
  void every_row_comes_once_with_its_label_and_can_be_read_again() {
    List<Bucket> buckets = buckets(columns("image", "label", ""));
    assertThat(buckets).hasSizeGreaterThan(1).allMatch(b -> b instanceof ParquetBucket);
    List<RawImage> rows = read(buckets);
    assertThat(rows).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      RawImage row = rows.get(i);
      assertThat(row.path()).endsWith("part-0.parquet!/row-" + i);
      assertThat(row.label()).isEqualTo(i % 2 == 0 ? Optional.of("" + i / 10) : Optional.empty());
      if (i == 7) {
        assertThat(((Content.Missing) row.content()).status()).isEqualTo(ImageStatus.EMPTY);
      } else {
        assertThat(((Content.Whole) row.content()).bytes()).isEqualTo(written.get(i));
        assertThat(ImageBytes.read(STORAGE, row.path(), row.offset(), row.length()))
            .isEqualTo(written.get(i));
      }
    }
  }

  @Test
  void names_from_a_column_stay_apart() {
    List<RawImage> rows = read(buckets(columns("image", "", "name")));
    assertThat(rows).extracting(RawImage::path).doesNotHaveDuplicates();
    assertThat(rows.get(3).path()).endsWith("!/n3");
  }

  @Test
  void a_missing_column_is_one_sentence_that_names_those_that_fit() {
    assertThatThrownBy(() -> buckets(columns("picture", "", "")))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("--image-column picture")
        .hasMessageContaining("[image, name]");
  }

  @Test
  void a_file_cut_short_is_refused_and_one_damaged_later_keeps_its_count() throws IOException {
    List<Bucket> buckets = buckets(columns("image", "", ""));
    Path file = folder.resolve("part-0.parquet");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 4; i < bytes.length / 2; i++) {
      bytes[i] ^= 0x5a;
    }
    Files.write(file, bytes);
    assertThat(read(buckets)).hasSize(ROWS);
    Files.write(file, new byte[100]);
    assertThatThrownBy(() -> buckets(columns("image", "", "")))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("is not a readable Parquet file");
  }

  @Test
  void without_a_column_a_parquet_file_is_a_file_like_any_other() {
    List<Bucket> buckets =
        Inventory.list(STORAGE, List.of(folder.toString()), InventoryOptions.defaults());
    assertThat(buckets).hasSize(1).allMatch(b -> b instanceof FileBucket);
  }
}
