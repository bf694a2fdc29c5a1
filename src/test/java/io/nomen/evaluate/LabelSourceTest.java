package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.evaluate.LabelSource.Labels;
import io.nomen.store.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelSourceTest {
  private static final List<String> PATHS =
      List.of(
          "file:/d/cat/1.jpg", "file:/d/cat/2.jpg", "file:/d/dog/1.jpg", "file:/d/t.tar!/9.png");
  private static final List<Optional<String>> NONE = Collections.nCopies(4, Optional.empty());

  @TempDir Path folder;
  private final Storage storage = new Storage(new Configuration());

  @Test
  void stored_labels_are_numbered_and_unlabelled_images_left_out() {
    List<Optional<String>> stored =
        List.of(Optional.of("10"), Optional.of("9"), Optional.empty(), Optional.of("cat"));
    Labels labels = LabelSource.parse("folder").of(storage, PATHS, stored);
    assertThat(labels.names()).containsExactly("9", "10", "cat");
    assertThat(labels.rows()).containsExactly(0, 1, 3);
    assertThat(labels.labels()).containsExactly(1, 0, 2);
    assertThat(labels.select(new int[] {5, 6, 7, 8})).containsExactly(5, 6, 8);
    assertThatThrownBy(() -> LabelSource.parse("cls").of(storage, PATHS, NONE))
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
    assertThat(labels.rows()).containsExactly(0, 1, 2, 3);
    assertThat(labels.labels()).containsExactly(0, 0, 1, 2);
  }

  @Test
  void lines_that_name_no_image_leave_the_others_scored() throws IOException {
    Labels labels = csv("2.jpg,cat\nelsewhere.jpg,dog\n");
    assertThat(labels.rows()).containsExactly(1);
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
        .hasMessageContaining("line 2 has 3 fields");
    assertThatThrownBy(() -> csv("2.jpg,cat\ncat/2.jpg,dog\n"))
        .hasMessageContaining("line 2: \"cat/2.jpg\" has the label \"dog\" here and \"cat\"");
    assertThatThrownBy(() -> csv("\n")).hasMessageContaining("holds no line of path,label");
  }

  @Test
  void npy_labels_follow_the_order_of_paths() throws IOException {
    assertThat(LabelSource.parse(npy(3, 1, 3, 10)).of(storage, PATHS, NONE).labels())
        .containsExactly(1, 0, 1, 2);
    String three = npy(1, 2, 3);
    assertThatThrownBy(() -> LabelSource.parse(three).of(storage, PATHS, NONE))
        .hasMessageContaining("holds 3 × 1 values for 4 embedded images");
  }

  @Test
  void another_word_is_refused() {
    assertThatThrownBy(() -> LabelSource.parse("labels.txt"))
        .hasMessage(
            "--labels takes folder, column, cls, a .csv or a .npy file, not \"labels.txt\".");
  }

  private Labels csv(String text) throws IOException {
    Path file = Files.writeString(Files.createTempFile(folder, "labels", ".csv"), text);
    return LabelSource.parse(file.toString()).of(storage, PATHS, NONE);
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
      Labels labels = LabelSource.parse(file.toString()).of(storage, PATHS, NONE);
      assertThat(labels.names())
          .as(new String(bytes, StandardCharsets.UTF_8))
          .containsExactly("cat", "dog");
      assertThat(labels.labels()).containsExactly(0, 0, 1);
    }
    assertThat(csv("2.jpg,\"line\nbreak\"\n").names()).containsExactly("line\nbreak");
    byte[] latin = "2.jpg,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(Files.createTempFile(folder, "labels", ".csv"), latin);
    assertThatThrownBy(() -> LabelSource.parse(file.toString()).of(storage, PATHS, NONE))
        .hasMessageContaining("neither UTF-8 nor UTF-16");
  }

  @Test
  void an_empty_label_is_no_label() throws IOException {
    Labels labels = csv("path,label\ncat/1.jpg,cat\n2.jpg,\ndog/1.jpg,dog\n");
    assertThat(labels.rows()).containsExactly(0, 2);
  }
}
