package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.image.Bucket.TarBucket;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarBucketTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final byte[] IMAGE = Pictures.encode("png", 8, 8);

  @TempDir Path folder;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

  private void put(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<RawImage> read(byte[] shard) throws IOException {
    return read(shard, ReadOptions.defaults());
  }

  private List<RawImage> read(byte[] shard, ReadOptions options) throws IOException {
    return readFile(Files.write(folder.resolve("s.tar"), shard), options);
  }

  private List<RawImage> readFile(Path file, ReadOptions options) {
    List<RawImage> images = new ArrayList<>();
    for (Bucket bucket :
        Inventory.list(STORAGE, List.of(file.toString()), InventoryOptions.defaults())) {
      assertThat(bucket).isInstanceOf(TarBucket.class);
      try (CloseableIterator<RawImage> all = BucketReader.open(bucket, STORAGE, options)) {
        all.forEachRemaining(images::add);
      }
    }
    return images;
  }

  private String member(RawImage image) {
    return image.path().substring(("file:" + folder + "/s.tar!/").length());
  }

  private static ImageStatus status(RawImage image) {
    return ((Content.Missing) image.content()).status();
  }

  @ParameterizedTest
  @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
  void reads_images_with_labels_before_or_behind_and_skips_what_lies_beside(int longNames)
      throws IOException {
    tar.setLongFileMode(longNames);
    tar.setAddPaxHeadersForNonAsciiNames(longNames == TarArchiveOutputStream.LONGFILE_POSIX);
    String longName = "d/".repeat(100) + "\u732b".repeat(60) + ".png";
    tar.putArchiveEntry(new TarArchiveEntry("folder/"));
    tar.closeArchiveEntry();
    put("000.cls", text("7\n"));
    put("000.png", IMAGE);
    put("001.bmp", IMAGE);
    put("001.cls", text("8"));
    put("001.json", text("{}"));
    put("002.txt", text("a caption without its picture"));
    put("003.png", IMAGE);
    put(longName, IMAGE);
    put("../../escape.png", IMAGE);
    put("004.txt", IMAGE);
    put("README", text("hello"));
    put("._000.png", text("of a Mac"));
    put("__MACOSX/000.png", IMAGE);
    put("clip.mp4", text("a video"));
    TarArchiveEntry link = new TarArchiveEntry("link.png", TarConstants.LF_SYMLINK);
    link.setLinkName("/etc/passwd");
    tar.putArchiveEntry(link);
    tar.closeArchiveEntry();
    put("003.png", IMAGE);
    tar.close();
    List<RawImage> rows = read(bytes.toByteArray());
    assertThat(rows)
        .extracting(this::member)
        .containsExactly(
            "000.png",
            "001.bmp",
            "003.png",
            longName,
            "../../escape.png",
            "004.txt",
            "link.png",
            "003.png#2");
    assertThat(rows.get(0).label()).contains("7");
    assertThat(rows.get(1).label()).contains("8");
    assertThat(rows.get(2).label()).isEmpty();
    assertThat(status(rows.get(6))).isEqualTo(ImageStatus.UNREADABLE);
    for (RawImage row : rows) {
      if (row.content() instanceof Content.Whole whole) {
        assertThat(ImageBytes.read(STORAGE, row.path(), row.offset(), row.length()))
            .isEqualTo(whole.bytes());
      }
    }
  }

  @Test
  void labels_of_dotted_keys_go_to_the_image_of_the_same_name_however_many_share_a_key()
      throws IOException {
    for (int i = 0; i < 200; i++) {
      String name = "img.v1.%03d".formatted(i);
      if (i % 2 == 0) {
        put(name + ".png", IMAGE);
        put(name + ".cls", text("" + i));
      } else {
        put(name + ".cls", text("" + i));
        put(name + ".png", IMAGE);
      }
    }
    put("b.left.png", IMAGE);
    put("b.right.png", IMAGE);
    put("b.cls", text("both"));
    tar.close();
    List<RawImage> rows = read(bytes.toByteArray());
    assertThat(rows).hasSize(202);
    for (int i = 0; i < 200; i++) {
      assertThat(rows.get(i).label()).contains("" + i);
    }
    assertThat(rows.get(200).label()).contains("both");
    assertThat(rows.get(201).label()).contains("both");
  }

  @Test
  void names_that_come_twice_stay_apart_from_those_that_are_called_so() throws IOException {
    for (String name : List.of("a.png", "a.png#2", "a.png", "a.png")) {
      put(name, IMAGE);
    }
    tar.close();
    assertThat(read(bytes.toByteArray()))
        .extracting(this::member)
        .containsExactly("a.png", "a.png#2", "a.png#3", "a.png#4");
  }

  @Test
  void a_shard_through_gzip_is_read_and_read_again() throws IOException {
    put("000.png", IMAGE);
    put("000.cls", text("7"));
    put("001.jpg", Pictures.encode("jpg", 8, 8));
    tar.close();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes.toByteArray());
    }
    for (String name : List.of("s.tar", "s.tar.gz", "s.tgz")) {
      Path file = Files.write(folder.resolve(name), compressed.toByteArray());
      List<RawImage> rows = readFile(file, ReadOptions.defaults());
      assertThat(rows).extracting(r -> r.label().orElse("none")).containsExactly("7", "none");
      for (RawImage row : rows) {
        assertThat(ImageBytes.read(STORAGE, row.path(), row.offset(), row.length()))
            .isEqualTo(((Content.Whole) row.content()).bytes());
      }
    }
    byte[] half = Arrays.copyOf(compressed.toByteArray(), compressed.size() / 2);
    Path cut = Files.write(folder.resolve("cut.tar.gz"), half);
    assertThat(readFile(cut, ReadOptions.defaults()))
        .last()
        .satisfies(row -> assertThat(row.content()).isInstanceOf(Content.Missing.class));
  }

  @Test
  void a_shard_whose_first_name_begins_as_images_do_is_a_shard() throws IOException {
    for (String first : List.of("BM.png", "BMW/", "P3 Portraits/")) {
      bytes.reset();
      TarArchiveOutputStream shard = new TarArchiveOutputStream(bytes, "UTF-8");
      for (String name : List.of(first, "behind.png")) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(name.endsWith("/") ? 0 : IMAGE.length);
        shard.putArchiveEntry(entry);
        shard.write(name.endsWith("/") ? new byte[0] : IMAGE);
        shard.closeArchiveEntry();
      }
      shard.close();
      assertThat(read(bytes.toByteArray()))
          .as(first)
          .last()
          .satisfies(row -> assertThat(row.path()).endsWith("!/behind.png"));
    }
  }

  @Test
  void goes_on_behind_a_damaged_header_and_says_so() throws IOException {
    for (int i = 0; i < 5; i++) {
      put("%03d.png".formatted(i), IMAGE);
    }
    tar.close();
    byte[] shard = bytes.toByteArray();
    int step = 512 + (IMAGE.length + 511) / 512 * 512;
    shard[2 * step + 10] ^= 1;
    List<RawImage> rows = read(shard);
    assertThat(rows)
        .extracting(this::member)
        .containsExactly("000.png", "001.png", "@" + 2 * step, "003.png", "004.png");
    assertThat(status(rows.get(2))).isEqualTo(ImageStatus.CORRUPT);
  }

  @Test
  void a_cut_shard_keeps_what_is_whole() throws IOException {
    for (int i = 0; i < 3; i++) {
      put("%03d.png".formatted(i), IMAGE);
    }
    tar.close();
    int step = 512 + (IMAGE.length + 511) / 512 * 512;
    List<RawImage> rows = read(Arrays.copyOf(bytes.toByteArray(), 2 * step + 512 + 20));
    assertThat(rows).extracting(this::member).containsExactly("000.png", "001.png", "002.png");
    assertThat(status(rows.get(2))).isEqualTo(ImageStatus.TRUNCATED);
  }

  @Test
  void members_above_the_limit_are_not_read() throws IOException {
    put("big.png", new byte[100_000]);
    put("small.png", IMAGE);
    tar.close();
    List<RawImage> rows = read(bytes.toByteArray(), new ReadOptions(50_000));
    assertThat(status(rows.get(0))).isEqualTo(ImageStatus.TOO_LARGE);
    assertThat(rows.get(1).content()).isInstanceOf(Content.Whole.class);
  }

  @Test
  void what_only_calls_itself_a_shard_is_one_row() throws IOException {
    assertThat(read(IMAGE)).hasSize(1);
    assertThat(((Content.Whole) read(IMAGE).get(0).content()).bytes()).isEqualTo(IMAGE);
    assertThat(read(new byte[0])).hasSize(1);
    byte[] noise = new byte[3000];
    new Random(1).nextBytes(noise);
    assertThat(status(read(noise).get(0))).isEqualTo(ImageStatus.CORRUPT);
    assertThat(status(read(new byte[] {0x1f, (byte) 0x8b, 8}).get(0)))
        .isEqualTo(ImageStatus.UNREADABLE);
  }

  @Test
  @Timeout(60)
  void mutated_shards_and_headers_give_rows_and_nothing_else() throws IOException {
    mutate(1500, Long.MAX_VALUE);
  }

  @Test
  @Tag("slow")
  void mutated_shards_and_headers_give_rows_for_a_minute() throws IOException {
    mutate(Integer.MAX_VALUE, System.nanoTime() + 60_000_000_000L);
  }

  private void mutate(int rounds, long until) throws IOException {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    put("a.cls", text("1"));
    put("a.png", IMAGE);
    put("x".repeat(200) + ".gif", Pictures.encode("gif", 8, 8));
    put("b.jpg", Pictures.encode("jpg", 8, 8));
    put("c.bmp", Pictures.encode("bmp", 8, 8));
    put("d.tif", Pictures.encode("tif", 8, 8));
    tar.close();
    byte[] sound = bytes.toByteArray();
    Random random = new Random(99);
    for (int round = 0; round < rounds && System.nanoTime() < until; round++) {
      byte[] shard = sound.clone();
      for (int i = random.nextInt(8); i >= 0; i--) {
        shard[random.nextInt(shard.length)] = (byte) random.nextInt(256);
      }
      if (random.nextInt(4) == 0) {
        shard = Arrays.copyOf(shard, random.nextInt(shard.length));
      }
      for (RawImage row : read(shard)) {
        if (row.content() instanceof Content.Whole whole) {
          ImageDecoder.decode(whole.bytes(), DecodeOptions.defaults());
        } else {
          assertThat(((Content.Missing) row.content()).reason()).isNotBlank();
        }
      }
    }
  }
}
