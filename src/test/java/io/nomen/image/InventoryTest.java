package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.image.Bucket.FileBucket;
import io.nomen.image.Bucket.TarBucket;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.BucketReader.SkippedCounts;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Storage;
import io.nomen.testing.FailingFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final byte[] IMAGE = Pictures.encode("png", 8, 8);

  @TempDir Path folder;

  private static List<RawImage> read(List<String> inputs, InventoryOptions options) {
    List<RawImage> images = new ArrayList<>();
    for (Bucket bucket : Inventory.list(STORAGE, inputs, options)) {
      try (CloseableIterator<RawImage> all =
          BucketReader.open(bucket, STORAGE, ReadOptions.defaults())) {
        all.forEachRemaining(images::add);
      }
    }
    return images;
  }

  private List<RawImage> read() {
    return read(List.of(folder.toString()), InventoryOptions.defaults());
  }

  private Path write(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, IMAGE);
  }

  @Test
  @Timeout(30)
  void every_file_has_a_row_be_it_hidden_empty_broken_or_a_pipe() throws Exception {
    write("a/one.png");
    write("top.png");
    write(".hidden.png");
    Files.write(folder.resolve("empty.jpg"), new byte[0]);
    Files.createDirectories(folder.resolve("x.jpg"));
    write("x.jpg/inside.png");
    Files.createSymbolicLink(folder.resolve("broken.jpg"), Path.of("nowhere"));
    Files.createSymbolicLink(folder.resolve("good.png"), Path.of("top.png"));
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    new ProcessBuilder("mkfifo", folder.resolve("pipe.jpg").toString()).start().waitFor();
    Map<String, RawImage> rows =
        read().stream().collect(Collectors.toMap(r -> relative(r.path()), Function.identity()));
    assertThat(rows)
        .containsOnlyKeys(
            "a/one.png",
            "top.png",
            ".hidden.png",
            "empty.jpg",
            "x.jpg/inside.png",
            "broken.jpg",
            "good.png",
            "loop",
            "pipe.jpg");
    for (String bad : List.of("broken.jpg", "loop", "pipe.jpg")) {
      assertThat(rows.get(bad).content())
          .isInstanceOfSatisfying(
              Content.Missing.class,
              missing -> assertThat(missing.status()).isEqualTo(ImageStatus.UNREADABLE));
    }
    assertThat(rows.get("a/one.png").label()).contains("a");
    assertThat(rows.get("top.png").label()).isEmpty();
    assertThat(((Content.Whole) rows.get("good.png").content()).bytes()).isEqualTo(IMAGE);
    assertThat(((Content.Whole) rows.get("empty.jpg").content()).bytes()).isEmpty();
  }

  private String relative(String uri) {
    return uri.substring(("file:" + folder + "/").length());
  }

  @Test
  void odd_names_survive_and_are_found_again() throws Exception {
    List<String> names =
        List.of(
            "quote'\".png",
            "line\nbreak.png",
            "a%20b.png",
            "..png",
            "<script>.png",
            "a b.png",
            "\u202egnp.exe.png",
            "\u00e4\u732b\ud83d\udc08.png",
            "colon:a.png",
            "star[1]*.png",
            "bang!/x.png",
            "hash#?.png",
            "n".repeat(255));
    Assumptions.assumeTrue(
        "UTF-8".equals(System.getProperty("sun.jnu.encoding")),
        "SKIPPED: this JVM's locale cannot write the names that this test needs");
    for (String name : names) {
      write(name);
    }
    // Java cannot make a name that is no valid UTF-8.
    String copy = "cp 'a b.png' $'bad-\\xffx'";
    new ProcessBuilder("bash", "-c", copy).directory(folder.toFile()).start().waitFor();
    List<RawImage> rows = read();
    List<String> expected = new ArrayList<>(names);
    expected.add("bad-%FFx");
    assertThat(rows.stream().map(r -> relative(r.path())))
        .containsExactlyInAnyOrderElementsOf(expected);
    for (RawImage row : rows) {
      assertThat(row.content()).as(row.path()).isInstanceOf(Content.Whole.class);
      assertThat(ImageBytes.read(STORAGE, row.path(), row.offset(), row.length()))
          .as(row.path())
          .isEqualTo(IMAGE);
    }
  }

  @Test
  void buckets_hold_their_share_in_path_order_and_travel() throws Exception {
    for (int i = 0; i < 7; i++) {
      write("f%d.png".formatted(6 - i));
    }
    InventoryOptions three =
        new InventoryOptions(3, Optional.empty(), Optional.empty(), Optional.empty());
    List<String> twice = List.of(folder + "/f*.png", folder.toString());
    List<Bucket> buckets = Inventory.list(STORAGE, twice, three);
    assertThat(buckets).extracting(Bucket::number).containsExactly(0, 1, 2);
    assertThat(buckets).extracting(b -> ((FileBucket) b).files().size()).containsExactly(3, 3, 1);
    assertThat(read(twice, three))
        .extracting(r -> relative(r.path()))
        .containsExactly("f0.png", "f1.png", "f2.png", "f3.png", "f4.png", "f5.png", "f6.png");
    assertThat(copied(buckets)).isEqualTo(buckets);
  }

  private static Object copied(List<Bucket> buckets) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new ArrayList<>(buckets));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void a_glob_over_folders_keeps_their_names_as_labels() throws Exception {
    write("cat/a.png");
    write("dog/b.png");
    write("fish/c.png");
    List<RawImage> rows = read(List.of(folder + "/{cat,dog}/*.png"), InventoryOptions.defaults());
    assertThat(rows).extracting(r -> r.label().orElseThrow()).containsExactly("cat", "dog");
  }

  @Test
  void what_lies_beside_an_image_is_no_image_and_a_cls_is_its_label() throws Exception {
    write("cat/a.png");
    write("cat/b.png");
    Files.writeString(folder.resolve("cat/a.cls"), "7\n");
    Files.writeString(folder.resolve("cat/a.json"), "{}");
    Files.writeString(folder.resolve("cat/a.txt"), "a caption");
    Files.writeString(folder.resolve("cat/alone.txt"), "a caption of nothing");
    Files.writeString(folder.resolve("cat/alone.cls"), "8");
    write("cat/b.txt");
    Map<String, RawImage> rows =
        read().stream().collect(Collectors.toMap(r -> relative(r.path()), Function.identity()));
    assertThat(rows).containsOnlyKeys("cat/a.png", "cat/b.png", "cat/b.txt");
    assertThat(rows.get("cat/a.png").label()).contains("7");
    assertThat(rows.get("cat/b.png").label()).contains("cat");
  }

  @Test
  void a_tar_is_known_by_its_first_bytes_whatever_it_is_called() throws Exception {
    for (int size : new int[] {100, 9 << 20}) {
      byte[] image = Arrays.copyOf(IMAGE, Math.max(size, IMAGE.length));
      Path file = folder.resolve("shard-of-" + size);
      try (TarArchiveOutputStream tar =
          new TarArchiveOutputStream(Files.newOutputStream(file), "UTF-8")) {
        for (String name : List.of("dog/1.png", "2.png")) {
          TarArchiveEntry entry = new TarArchiveEntry(name);
          entry.setSize(image.length);
          tar.putArchiveEntry(entry);
          tar.write(image);
          tar.closeArchiveEntry();
        }
      }
    }
    write("plain.png");
    List<Bucket> buckets =
        Inventory.list(STORAGE, List.of(folder.toString()), InventoryOptions.defaults());
    assertThat(buckets).hasSize(2).hasAtLeastOneElementOfType(TarBucket.class);
    List<RawImage> rows = read();
    assertThat(rows)
        .extracting(r -> relative(r.path()))
        .containsExactly(
            "plain.png",
            "shard-of-100!/dog/1.png",
            "shard-of-100!/2.png",
            "shard-of-9437184!/dog/1.png",
            "shard-of-9437184!/2.png");
    assertThat(rows.get(1).label()).contains("dog");
    assertThat(rows.get(2).label()).isEmpty();
    RawImage inside = rows.get(2);
    assertThat(ImageBytes.read(STORAGE, inside.path(), inside.offset(), inside.length()))
        .startsWith(IMAGE);
  }

  @Test
  void many_globs_over_many_folders_list_every_file_once() throws Exception {
    for (String name : List.of("a/x/1.png", "a/y/2.png", "b/x/3.png", "b/.z/4.png", "c/5.jpg")) {
      write(name);
    }
    Files.createFile(folder.resolve("a/x/empty.png"));
    List<RawImage> rows =
        read(
            List.of(folder + "/*/x/*", folder + "/{a,b}", folder + "/?/*.jpg", folder + "/b/.*"),
            InventoryOptions.defaults());
    assertThat(rows)
        .extracting(r -> relative(r.path()))
        .containsExactly(
            "a/x/1.png", "a/x/empty.png", "a/y/2.png", "b/.z/4.png", "b/x/3.png", "c/5.jpg");
  }

  @Test
  void an_input_that_is_not_there_is_one_sentence() {
    assertThatThrownBy(() -> read(List.of(folder + "/none*"), InventoryOptions.defaults()))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("There is nothing at")
        .hasMessageContaining("none*");
  }

  private SortedMap<String, Long> leftOut() {
    SortedMap<String, Long> counts = new TreeMap<>();
    Inventory.Listing listing =
        Inventory.listing(STORAGE, List.of(folder.toString()), InventoryOptions.defaults());
    counts.putAll(listing.leftOut());
    for (Bucket bucket : listing.buckets()) {
      SkippedCounts read = new SkippedCounts();
      try (CloseableIterator<RawImage> all =
          BucketReader.open(bucket, STORAGE, ReadOptions.defaults(), read)) {
        all.forEachRemaining(image -> {});
      }
      read.counts().forEach((kind, count) -> counts.merge(kind, count, Long::sum));
    }
    return counts;
  }

  @Test
  void what_systems_and_other_programs_leave_among_pictures_is_counted_and_no_image()
      throws Exception {
    for (String name :
        List.of(
            "._a.jpg",
            ".DS_Store",
            "Thumbs.db",
            "x/desktop.ini",
            ".~lock.a.odt#",
            "~$a.docx",
            ".a.jpg.crc",
            "_SUCCESS",
            ".nfs000001")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), "of a system");
    }
    for (String name :
        List.of(
            "@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg",
            "$RECYCLE.BIN/a.jpg",
            ".Trash-1000/files/a.jpg",
            "x/.thumbnails/a.jpg",
            "__MACOSX/._a.jpg",
            "System Volume Information/a.jpg",
            ".git/objects/a.png",
            "My.photoslibrary/resources/derivatives/a.jpg",
            "Lightroom Previews.lrdata/a.jpg",
            ".picasaoriginals/a.jpg")) {
      write(name);
    }
    List<String> pictures =
        List.of("a.jpg", "x/b.png", ".hidden.png", "My.photoslibrary/originals/a.jpg");
    for (String name : pictures) {
      write(name);
    }
    assertThat(read())
        .extracting(r -> relative(r.path()))
        .containsExactlyInAnyOrderElementsOf(pictures);
    assertThat(leftOut())
        .containsExactly(Map.entry(SideFiles.FOLDERS, 10L), Map.entry(SideFiles.SYSTEM, 9L));
    // What somebody names is looked into.
    assertThat(read(List.of(folder + "/x/.thumbnails"), InventoryOptions.defaults())).hasSize(1);
  }

  @Test
  void annotations_videos_and_side_files_in_any_folder_are_no_images_unless_they_begin_like_one()
      throws Exception {
    write("images/0.jpg");
    write("phone/IMG_1.JPG");
    for (String name :
        List.of(
            "labels/0.txt",
            "Annotations/0.xml",
            "phone/IMG_1.MOV",
            "phone/IMG_1.AAE",
            "phone/IMG_1.xmp",
            "phone/IMG_1.JPG.json",
            "README.md",
            "LICENSE")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), "no image");
    }
    write("labels/odd.txt");
    Files.writeString(folder.resolve("letter.docx"), "no image, and nothing that belongs to one");
    assertThat(read())
        .extracting(r -> relative(r.path()))
        .containsExactlyInAnyOrder(
            "images/0.jpg", "phone/IMG_1.JPG", "labels/odd.txt", "letter.docx");
    assertThat(leftOut())
        .containsExactly(
            Map.entry("annotations and side files", 7L), Map.entry("videos and sounds", 1L));
  }

  @Test
  void a_raw_or_heic_copy_beside_a_picture_that_is_read_is_left_out_and_one_alone_is_not()
      throws Exception {
    write("a.JPG");
    for (String name : List.of("a.CR2", "a.HEIC", "b.NEF", "c.heic", "d.MP4", "d.THM")) {
      Files.write(folder.resolve(name), Pictures.ascii("\0\0\0\30ftypheic...."));
    }
    assertThat(read())
        .extracting(r -> relative(r.path()))
        .contains("a.JPG", "b.NEF", "c.heic")
        .doesNotContain("a.CR2", "a.HEIC", "d.THM");
    assertThat(leftOut()).containsEntry(SideFiles.COPIES, 3L);
  }

  @Test
  void the_output_of_a_run_inside_an_input_is_no_input() throws Exception {
    write("a.png");
    write("out/gallery/thumbnails/1.jpg");
    Files.createFile(folder.resolve("out/_CURRENT"));
    write("half/images/attempt=1/part.parquet");
    Files.createFile(folder.resolve("half/_LEASE"));
    write("failed/_stages/encode.json");
    write("failed/images/1.png");
    assertThat(read()).extracting(r -> relative(r.path())).containsExactly("a.png");
    assertThat(leftOut()).containsExactly(Map.entry("files in outputs of runs", 6L));
    assertThatThrownBy(() -> read(List.of(folder + "/out"), InventoryOptions.defaults()))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("is the output of a run");
  }

  @Test
  void two_stars_are_folders_at_any_depth_and_nowhere_else() throws Exception {
    List<String> all = List.of("0.jpg", "a/1.jpg", "a/b/2.jpg", "a/b/c/3.jpg");
    for (String name : all) {
      write(name);
    }
    write("a/b/4.png");
    assertThat(names("/**/*.jpg")).containsExactlyInAnyOrderElementsOf(all);
    assertThat(names("/a/**/*.jpg")).containsExactly("a/1.jpg", "a/b/2.jpg", "a/b/c/3.jpg");
    assertThat(names("/**/b")).containsExactly("a/b/2.jpg", "a/b/4.png", "a/b/c/3.jpg");
    assertThat(names("/**")).hasSize(5);
    assertThat(names("/**/c/*")).containsExactly("a/b/c/3.jpg");
    assertThatThrownBy(() -> names("/**.jpg")).hasMessageContaining("as in **/*.jpg");
    assertThatThrownBy(() -> names("/**/*.gif")).hasMessageContaining("There is nothing at");
    assertThatThrownBy(() -> names("/none/**/*.jpg")).hasMessageContaining("There is nothing at");
  }

  private List<String> names(String pattern) {
    return read(List.of(folder + pattern), InventoryOptions.defaults()).stream()
        .map(r -> relative(r.path()))
        .toList();
  }

  @Test
  void a_range_in_braces_names_every_shard_and_each_must_be_there() throws Exception {
    for (String name : List.of("00008.png", "00009.png", "00010.png", "7-a.png", "8-a.png")) {
      write(name);
    }
    assertThat(names("/{00008..00010}.png")).containsExactly("00008.png", "00009.png", "00010.png");
    assertThat(names("/{7..8}-{a,b}.png")).containsExactly("7-a.png", "8-a.png");
    assertThat(names("/00008.png::" + folder + "/00010.png"))
        .containsExactly("00008.png", "00010.png");
    assertThatThrownBy(() -> names("/{00008..00012}.png"))
        .hasMessageContaining("There is nothing at")
        .hasMessageContaining("00011.png");
    assertThatThrownBy(() -> names("/{0..99999999}.png")).hasMessageContaining("more than");
    write("{1..2}.png");
    assertThat(names("/{1..2}.png")).containsExactly("{1..2}.png");
  }

  @Test
  void labels_of_dotted_names_go_to_the_image_of_the_same_name() throws Exception {
    for (int i = 0; i < 3; i++) {
      write("img.v1.00" + i + ".png");
      Files.writeString(folder.resolve("img.v1.00" + i + ".cls"), "" + i);
    }
    write("b.left.png");
    Files.writeString(folder.resolve("b.cls"), "both");
    assertThat(read())
        .extracting(r -> r.label().orElse("none"))
        .containsExactly("both", "0", "1", "2");
  }

  @Test
  void a_folder_without_images_and_a_list_of_paths_are_one_sentence_each() throws Exception {
    assertThatThrownBy(this::read)
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("There is no image in " + folder);
    Path list = Files.writeString(folder.resolve("paths.csv"), "path,url\n");
    assertThatThrownBy(() -> read(List.of(list.toString()), InventoryOptions.defaults()))
        .hasMessageContaining("is a table or a text, not an image");
  }

  /** 40 images on a store that answers while {@code readable}, and else fails in its own words. */
  private List<RawImage> readFromAStore(BooleanSupplier readable) throws IOException {
    List<ListedFile> files = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Path file = write("store/%02d.png".formatted(i));
      files.add(new ListedFile(FailingFiles.uri(file), IMAGE.length, 0, "", ""));
    }
    Configuration configuration = new Configuration();
    configuration.set("fs.failing.impl", FailingFiles.class.getName());
    Storage storage = new Storage(configuration);
    FailingFiles.play(
        new FailingFiles.Script() {
          @Override
          public double happens(FailingFiles.Change change) {
            return 1;
          }

          @Override
          public String reason() {
            return "an answer of a kind never met before";
          }

          @Override
          public boolean readable() {
            return readable.getAsBoolean();
          }
        });
    try (CloseableIterator<RawImage> all =
        BucketReader.open(new FileBucket(0, files), storage, ReadOptions.defaults())) {
      List<RawImage> images = new ArrayList<>();
      all.forEachRemaining(images::add);
      return images;
    } finally {
      FailingFiles.play(change -> 1);
    }
  }

  @Test
  void a_store_that_stops_answering_is_no_pile_of_bad_images() {
    AtomicInteger answers = new AtomicInteger();
    assertThatThrownBy(() -> readFromAStore(() -> answers.incrementAndGet() < 20))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("the store is in trouble")
        .hasMessageContaining("an answer of a kind never met before");
  }

  @Test
  void files_that_cannot_be_read_cost_themselves_alone_while_the_store_answers() throws Exception {
    AtomicInteger answers = new AtomicInteger();
    List<RawImage> images = readFromAStore(() -> answers.incrementAndGet() > 12);
    assertThat(images).hasSize(40);
    assertThat(images)
        .filteredOn(image -> image.content() instanceof Content.Missing)
        .hasSize(12)
        .allMatch(image -> ((Content.Missing) image.content()).status() == ImageStatus.UNREADABLE);
  }

  @Test
  void a_shard_that_was_written_anew_is_another_input_although_its_length_is_the_same()
      throws Exception {
    Path shard = folder.resolve("one.tar");
    Files.write(shard, new byte[10_240]);
    FileTime then = FileTime.fromMillis(1_700_000_000_000L);
    Files.setLastModifiedTime(shard, then);
    List<String> inputs = List.of(shard.toString());
    List<Bucket> before = Inventory.list(STORAGE, inputs, InventoryOptions.defaults());
    assertThat(Inventory.list(STORAGE, inputs, InventoryOptions.defaults())).isEqualTo(before);
    Files.write(shard, new byte[10_240]);
    assertThat(Inventory.list(STORAGE, inputs, InventoryOptions.defaults())).isNotEqualTo(before);
  }
}
