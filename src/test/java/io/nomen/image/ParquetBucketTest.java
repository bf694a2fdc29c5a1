package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.image.Bucket.FileBucket;
import io.nomen.image.Bucket.ParquetBucket;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
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

  /** The files of this machine, and how often one was opened. */
  public static final class CountingFileSystem extends RawLocalFileSystem {
    private static int opened;

    @Override
    public URI getUri() {
      return URI.create("counted:///");
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path file, int buffer) throws IOException {
      opened++;
      return super.open(file, buffer);
    }
  }

  private static String counted(RawImage row) {
    return row.path().replaceFirst("^(file:)?", "counted:");
  }

  @Test
  void images_that_come_in_the_order_of_rows_share_one_way_through_the_file() {
    List<RawImage> rows = read(buckets(columns("image", "", "")));
    rows.removeIf(row -> row.length() == 0);
    Configuration counting = new Configuration();
    counting.set("fs.counted.impl", CountingFileSystem.class.getName());
    try (ImageBytes images = new ImageBytes(new Storage(counting))) {
      CountingFileSystem.opened = 0;
      for (RawImage row : rows) {
        byte[] expected = ((Content.Whole) row.content()).bytes();
        String path = counted(row);
        assertThat(images.read(path, row.offset(), row.length())).isEqualTo(expected);
        assertThat(images.read(path, row.offset(), row.length())).isEqualTo(expected);
      }
      assertThat(CountingFileSystem.opened).isEqualTo(1);
      for (int i : new int[] {40, 3, 4, 30, 29, 48}) {
        RawImage row = rows.get(i);
        assertThat(images.read(counted(row), row.offset(), row.length()))
            .isEqualTo(((Content.Whole) row.content()).bytes());
      }
      assertThat(CountingFileSystem.opened).as("back three times").isEqualTo(4);
    }
  }

  @Test
  void names_from_a_column_stay_apart() {
    List<RawImage> rows = read(buckets(columns("image", "", "name")));
    assertThat(rows).extracting(RawImage::path).doesNotHaveDuplicates();
    assertThat(rows.get(3).path()).endsWith("!/n3");
  }

  @Test
  void names_that_come_again_in_another_bucket_stay_apart() throws IOException {
    Path file =
        writeNested(
            "message t { optional group image { optional binary bytes;"
                + " optional binary path (UTF8); } }",
            ROWS,
            (row, i) ->
                row.addGroup("image")
                    .append("bytes", png(8 + i))
                    .append("path", "%03d.png".formatted(i % 30)));
    List<Bucket> buckets =
        Inventory.list(STORAGE, List.of(file.toString()), columns("image", "", ""));
    assertThat(buckets.size()).isGreaterThan(2);
    List<RawImage> images = read(buckets);
    assertThat(images.stream().map(RawImage::path).distinct()).hasSize(images.size());
    assertThat(images.get(29).path()).endsWith("!/029.png");
    assertThat(images.get(31).path()).endsWith("!/001.png#row-31");
    for (RawImage image : images) {
      assertThat(ImageBytes.read(STORAGE, image.path(), image.offset(), image.length()))
          .isEqualTo(((RawImage.Content.Whole) image.content()).bytes());
    }
  }

  @Test
  void a_missing_column_is_one_sentence_that_names_those_that_fit() {
    assertThatThrownBy(() -> buckets(columns("picture", "", "")))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("--image-column picture")
        .hasMessageContaining("columns that may hold images: [image]")
        .hasMessageContaining("[image, label, name]");
    assertThatThrownBy(() -> buckets(columns("name", "", "")))
        .hasMessageContaining("has text or numbers there");
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
  void without_a_column_parquet_files_alone_are_asked_about_and_beside_images_left_out()
      throws IOException {
    assertThatThrownBy(
            () -> Inventory.list(STORAGE, List.of(folder.toString()), InventoryOptions.defaults()))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("say which of its columns [image] holds the images")
        .hasMessageContaining("--image-column image");
    Files.write(folder.resolve("a.png"), Pictures.encode("png", 8, 8));
    Inventory.Listing listing =
        Inventory.listing(STORAGE, List.of(folder.toString()), InventoryOptions.defaults());
    assertThat(listing.buckets()).hasSize(1).allMatch(b -> b instanceof FileBucket);
    assertThat(listing.leftOut()).containsEntry("Parquet files without --image-column", 1L);
  }

  /** What Hugging Face's {@code datasets} writes, and its sisters with lists. */
  private Path writeNested(String schema, BiConsumer<Group, Integer> fill) throws IOException {
    return writeNested(schema, 3, fill);
  }

  private Path writeNested(String schema, int rows, BiConsumer<Group, Integer> fill)
      throws IOException {
    MessageType type = MessageTypeParser.parseMessageType(schema);
    Path file = folder.resolve("nested/train.parquet");
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    SimpleGroupFactory groups = new SimpleGroupFactory(type);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
            .withType(type)
            .withExtraMetaData(
                Map.of(
                    "huggingface",
                    "{\"info\":{\"features\":{\"label\":{\"names\":[\"cat\",\"dog\"],"
                        + "\"_type\":\"ClassLabel\"}}}}"))
            .withRowGroupSize(4096L)
            .withMinRowCountForPageSizeCheck(5)
            .withDictionaryEncoding(false)
            .build()) {
      for (int i = 0; i < rows; i++) {
        Group row = groups.newGroup();
        fill.accept(row, i);
        writer.write(row);
      }
    }
    return file;
  }

  private static Binary png(int width) {
    return Binary.fromConstantByteArray(Pictures.encode("png", width, 8));
  }

  @Test
  void a_struct_of_bytes_and_path_is_an_image_with_its_name_and_its_label_s_word()
      throws IOException {
    Path file =
        writeNested(
            "message m { optional group image { optional binary bytes; optional binary path (UTF8);"
                + " } optional int64 label; }",
            (row, i) -> {
              Group image = row.addGroup("image");
              if (i < 2) {
                image.add("bytes", png(8 + i));
                image.add("path", "cat_%d.png".formatted(i));
              } else {
                image.add("path", "far/away.png");
              }
              row.add("label", (long) i - 1);
            });
    for (String column : List.of("image", "image.bytes")) {
      InventoryOptions options = columns(column, "label", "");
      List<RawImage> rows = read(Inventory.list(STORAGE, List.of(file.toString()), options));
      assertThat(rows)
          .extracting(r -> r.path().substring(r.path().indexOf("!/") + 2))
          .containsExactly("cat_0.png", "cat_1.png", "far/away.png");
      assertThat(rows)
          .extracting(r -> r.label().orElse("none"))
          .containsExactly("none", "cat", "dog");
      assertThat(((Content.Missing) rows.get(2).content()).reason()).contains("far/away.png");
      RawImage second = rows.get(1);
      assertThat(ImageBytes.read(STORAGE, second.path(), second.offset(), second.length()))
          .isEqualTo(((Content.Whole) second.content()).bytes());
    }
    List<RawImage> named =
        read(
            Inventory.list(
                STORAGE, List.of(file.toString()), columns("image.bytes", "", "image.path")));
    assertThat(named.get(0).path()).endsWith("!/cat_0.png");
  }

  @Test
  void a_list_of_images_is_as_many_images_and_each_is_found_again() throws IOException {
    Path file =
        writeNested(
            "message m { optional group images (LIST) { repeated group list { optional group"
                + " element { optional binary bytes; optional binary path (UTF8); } } }"
                + " optional binary mask; optional int64 label; }",
            (row, i) -> {
              Group list = row.addGroup("images");
              for (int j = 0; j < i; j++) {
                list.addGroup("list").addGroup("element").add("bytes", png(8 + j));
              }
              row.add("mask", png(30));
              row.add("label", 0L);
            });
    List<RawImage> rows =
        read(Inventory.list(STORAGE, List.of(file.toString()), columns("images", "", "")));
    assertThat(rows)
        .extracting(r -> r.path().substring(r.path().indexOf("!/") + 2))
        .containsExactly("row-0", "row-1", "row-2[0]", "row-2[1]");
    for (RawImage row : rows.subList(1, 4)) {
      assertThat(ImageBytes.read(STORAGE, row.path(), row.offset(), row.length()))
          .isEqualTo(((Content.Whole) row.content()).bytes());
    }
    assertThatThrownBy(
            () -> Inventory.list(STORAGE, List.of(file.toString()), InventoryOptions.defaults()))
        .hasMessageContaining("[images, mask]");
  }
}
