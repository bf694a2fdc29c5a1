package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.evaluate.LabelSource.Labels;
import io.nomen.run.Assignments;
import io.nomen.run.ImageRow;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.testing.LocalSpark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelSourceTest {
  private static final List<String> PATHS =
      List.of(
          "file:/d/cat/1.jpg", "file:/d/cat/2.jpg", "file:/d/dog/1.jpg", "file:/d/t.tar!/9.png");
  private static final List<Optional<String>> NONE = Collections.nCopies(4, Optional.empty());

  @TempDir Path folder;
  private final Storage storage = new Storage(new Configuration());

  /** A run in which every image is the cluster of its row, in two files. */
  private Snapshot run(List<String> paths, List<Optional<String>> stored) {
    JavaSparkContext spark = LocalSpark.context();
    RunFolder run = new RunFolder(storage, folder.resolve(RunFolder.newId()).toString());
    String id = RunFolder.newId();
    List<AssignmentBlock> blocks = new ArrayList<>();
    List<List<String>> named = new ArrayList<>();
    List<ImageRow> images = new ArrayList<>();
    for (int from = 0; from < paths.size(); from += 3) {
      int[] rows = IntStream.range(from, Math.min(paths.size(), from + 3)).toArray();
      float[] none = new float[rows.length];
      blocks.add(new AssignmentBlock(from, rows, none, rows, none));
      named.add(new ArrayList<>(paths.subList(from, from + rows.length)));
    }
    for (int i = 0; i < paths.size(); i++) {
      images.add(
          new ImageRow(
              paths.get(i),
              ImageRow.OK,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              0,
              0,
              Optional.empty(),
              stored.get(i)));
    }
    return run.holding(
        () -> {
          Assignments.write(
              run,
              id,
              spark.parallelize(blocks, blocks.size()),
              spark.parallelize(named, named.size()),
              Optional.empty());
          run.write(ImageRow.SCHEMA, id, images);
          return run.publish(
              id, Map.of("assignments", id, "images", id), Map.of(), Optional.empty());
        });
  }

  private Labels labels(String source, List<Optional<String>> stored) {
    return LabelSource.parse(source).of(LocalSpark.context(), run(PATHS, stored));
  }

  /** The label of each image that has one, by its row. */
  private static Map<Integer, String> byRow(Labels labels) {
    Map<Integer, String> found = new TreeMap<>();
    Contingency counts = labels.counts();
    for (int label = 0; label < counts.labels().length; label++) {
      for (int cluster = 0; cluster < counts.clusters().length; cluster++) {
        if (counts.counts()[label][cluster] > 0) {
          assertThat(counts.counts()[label][cluster]).isEqualTo(1);
          found.put(counts.clusters()[cluster], labels.names().get(counts.labels()[label]));
        }
      }
    }
    return found;
  }

  @Test
  void stored_labels_are_numbered_and_unlabelled_images_left_out() {
    List<Optional<String>> stored =
        List.of(Optional.of("10"), Optional.of("9"), Optional.empty(), Optional.of("cat"));
    Labels labels = labels("folder", stored);
    assertThat(labels.names()).containsExactly("9", "10", "cat");
    assertThat(byRow(labels)).isEqualTo(Map.of(0, "10", 1, "9", 3, "cat"));
    assertThatThrownBy(() -> labels("cls", NONE))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("None of the run's 4 images came with a label (--labels cls)");
  }

  @Test
  void a_csv_names_images_by_their_whole_path_or_the_end_of_one() throws IOException {
    Labels labels =
        csv(
            "path,label\n"
                + "./cat/1.jpg,cat\r\n"
                + "file:/d/dog/1.jpg,\"dog, \"\"big\"\"\"\n"
                + "2.jpg,cat\n"
                + "9.png,x\n");
    assertThat(labels.names()).containsExactly("cat", "dog, \"big\"", "x");
    assertThat(byRow(labels)).isEqualTo(Map.of(0, "cat", 1, "cat", 2, "dog, \"big\"", 3, "x"));
  }

  @Test
  void an_image_called_just_so_goes_before_those_whose_paths_end_so() throws IOException {
    List<String> paths = List.of("/a/b.jpg", "/x/a/b.jpg", "c.jpg", "/c.jpg", "./d.jpg", "d.jpg");
    Path file = folder.resolve("exact.csv");
    Files.writeString(file, "/a/b.jpg,1\nc.jpg,2\n/c.jpg,3\n./d.jpg,4\nx/a/b.jpg,5\n");
    Snapshot run = run(paths, Collections.nCopies(6, Optional.empty()));
    assertThat(byRow(LabelSource.parse(file.toString()).of(LocalSpark.context(), run)))
        .isEqualTo(Map.of(0, "1", 1, "5", 2, "2", 3, "3", 4, "4"));
  }

  @Test
  void of_many_images_whose_paths_end_alike_the_first_two_are_named() throws IOException {
    List<String> paths =
        IntStream.range(0, 50).mapToObj("file:/d/%02d/image.jpg"::formatted).toList();
    Path file = Files.writeString(folder.resolve("alike.csv"), "07/image.jpg,a\nimage.jpg,b\n");
    Snapshot run = run(paths, Collections.nCopies(50, Optional.empty()));
    assertThatThrownBy(() -> LabelSource.parse(file.toString()).of(LocalSpark.context(), run))
        .hasMessageContaining(
            "line 2: \"image.jpg\" fits 50 images of the run, file:/d/00/image.jpg and"
                + " file:/d/01/image.jpg among them");
  }

  @Test
  void lines_that_name_no_image_leave_the_others_scored() throws IOException {
    Labels labels = csv("2.jpg,cat\nelsewhere.jpg,dog\n");
    assertThat(byRow(labels)).isEqualTo(Map.of(1, "cat"));
  }

  @Test
  void a_csv_that_does_not_fit_is_refused_in_one_sentence() {
    assertThatThrownBy(() -> csv("1.jpg,cat\n"))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining(
            "line 1: \"1.jpg\" fits 2 images of the run, file:/d/cat/1.jpg and file:/d/dog/1.jpg");
    assertThatThrownBy(() -> csv("a.jpg,cat\nb.jpg,dog\n"))
        .hasMessageContaining("None of the 2 paths in")
        .hasMessageContaining("the first is \"a.jpg\", the run's first is \"file:/d/cat/1.jpg\"");
    assertThatThrownBy(() -> csv("path,label\na,b,c\n"))
        .hasStackTraceContaining("line 2 has 3 fields");
    assertThatThrownBy(() -> csv("2.jpg,cat\ncat/2.jpg,dog\n"))
        .hasMessageContaining("line 2: \"cat/2.jpg\" has the label \"dog\" here and \"cat\"");
    assertThatThrownBy(() -> csv("\n")).hasMessageContaining("holds no line of path,label");
  }

  @Test
  void npy_labels_follow_the_order_of_paths() throws IOException {
    assertThat(byRow(labels(npy(3, 1, 3, 10), NONE)))
        .isEqualTo(Map.of(0, "3", 1, "1", 2, "3", 3, "10"));
    List<String> unsorted = List.of("b.jpg", "d.jpg", "a.jpg", "c.jpg");
    Snapshot run = run(unsorted, NONE);
    assertThat(byRow(LabelSource.parse(npy(1, 2, 3, 4)).of(LocalSpark.context(), run)))
        .isEqualTo(Map.of(0, "2", 1, "4", 2, "1", 3, "3"));
    String three = npy(1, 2, 3);
    assertThatThrownBy(() -> labels(three, NONE))
        .hasMessageContaining("holds 3 × 1 values for 4 embedded images");
  }

  @Test
  void another_word_is_refused() {
    assertThatThrownBy(() -> LabelSource.parse("labels.txt"))
        .hasMessage(
            "--labels takes folder, column, cls, or a .csv, .tsv or .npy file, not \"labels.txt\".");
  }

  private Labels csv(String text) throws IOException {
    Path file = Files.writeString(Files.createTempFile(folder, "labels", ".csv"), text);
    return labels(file.toString(), NONE);
  }

  private String npy(long... values) throws IOException {
    String header =
        "{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }".formatted(values.length);
    String padded = header + " ".repeat(128 - 10 - header.length() - 1) + "\n";
    ByteBuffer file = ByteBuffer.allocate(128 + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) 118);
    file.put(padded.getBytes(StandardCharsets.US_ASCII));
    for (long value : values) {
      file.putLong(value);
    }
    return Files.write(Files.createTempFile(folder, "labels", ".npy"), file.array()).toString();
  }

  @Test
  void labels_come_as_spreadsheets_and_other_programs_write_them() throws IOException {
    String rows = "cat/1.jpg,cat\n2.jpg,cat\ndog/1.jpg,dog\n";
    List<byte[]> files =
        List.of(
            ("\ufeff" + rows).getBytes(StandardCharsets.UTF_8),
            rows.replace(",", ";").getBytes(StandardCharsets.UTF_8),
            rows.replace(",", "\t").getBytes(StandardCharsets.UTF_8),
            ("\ufeff" + rows.replace(",", "\t")).getBytes(StandardCharsets.UTF_16LE),
            ("\ufeff" + rows).getBytes(StandardCharsets.UTF_16BE),
            ("id,path,width,label\n1," + rows.replace(",", ",64,").replace("\n", "\n2,"))
                .replaceAll("2,$", "")
                .getBytes(StandardCharsets.UTF_8),
            "label;File_Name\r\ncat;cat/1.jpg\r\ncat;2.jpg\r\ndog;dog/1.jpg\r\n"
                .getBytes(StandardCharsets.UTF_8));
    for (byte[] bytes : files) {
      Path file = Files.write(Files.createTempFile(folder, "labels", ".csv"), bytes);
      Labels labels = labels(file.toString(), NONE);
      assertThat(labels.names())
          .as(new String(bytes, StandardCharsets.UTF_8))
          .containsExactly("cat", "dog");
      assertThat(byRow(labels)).isEqualTo(Map.of(0, "cat", 1, "cat", 2, "dog"));
    }
    assertThat(csv("2.jpg,\"line\nbreak\"\n").names()).containsExactly("line\nbreak");
    byte[] latin = "2.jpg,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(Files.createTempFile(folder, "labels", ".csv"), latin);
    assertThatThrownBy(() -> labels(file.toString(), NONE))
        .hasStackTraceContaining("neither UTF-8 nor UTF-16");
  }

  @Test
  void an_empty_label_is_no_label() throws IOException {
    Labels labels = csv("path,label\ncat/1.jpg,cat\n2.jpg,\ndog/1.jpg,dog\n");
    assertThat(byRow(labels)).isEqualTo(Map.of(0, "cat", 2, "dog"));
  }
}
