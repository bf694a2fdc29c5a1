package io.nomen.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.exchange.ImportJob.ImportSource;
import io.nomen.store.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  private String file(String description, String shape, byte[] body) throws Exception {
    String header =
        "{'descr': '" + description + "', 'fortran_order': False, 'shape': " + shape + ", }";
    byte[] text = (header + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + text.length + body.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) text.length).put(text).put(body);
    Path path = folder.resolve("a.npy");
    Files.write(path, bytes.array());
    return path.toString();
  }

  @Test
  void what_was_written_is_read_again() {
    String uri = folder.resolve("m.npy").toString();
    try (NpyWriter writer = new NpyWriter(storage, uri, 3, 2)) {
      writer.write(new float[] {1, 2});
      writer.write(new float[] {3, 4, 5, 6});
    }
    try (NpyReader reader = NpyReader.open(storage, uri)) {
      assertThat(reader.rows()).isEqualTo(3);
      assertThat(reader.width()).isEqualTo(2);
      assertThat(reader.next(2)).containsExactly(1, 2, 3, 4);
      assertThat(reader.next(9)).containsExactly(5, 6);
    }
  }

  @Test
  void half_floats_become_floats() throws Exception {
    // 1.0, −2.0, the smallest subnormal, infinity: IEEE 754-2008, binary16.
    byte[] body = {0x00, 0x3c, 0x00, (byte) 0xc0, 0x01, 0x00, 0x00, 0x7c};
    try (NpyReader reader = NpyReader.open(storage, file("<f2", "(4,)", body))) {
      assertThat(reader.width()).isEqualTo(1);
      assertThat(reader.next(4)).containsExactly(1f, -2f, 5.9604645e-8f, Float.POSITIVE_INFINITY);
    }
  }

  @Test
  void labels_are_integers_of_any_size() throws Exception {
    byte[] body = {
      7,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff
    };
    try (NpyReader reader = NpyReader.open(storage, file("<i8", "(2,)", body))) {
      assertThat(reader.ints(2)).containsExactly(7, -1);
    }
  }

  @Test
  void a_file_that_is_cut_short_says_where() throws Exception {
    String uri = file("<f4", "(2, 3)", new byte[20]);
    assertThatThrownBy(() -> NpyReader.open(storage, uri))
        .hasMessageContaining("2 rows of 3 numbers of 4 bytes from byte 70 on do not fit");
  }

  @Test
  void other_files_are_refused_by_name() throws Exception {
    Path path = folder.resolve("x.npy");
    Files.writeString(path, "hello");
    assertThatThrownBy(() -> NpyReader.open(storage, path.toString()))
        .hasMessageContaining("x.npy")
        .hasMessageContaining("does not begin like a .npy file");
  }

  @Test
  void a_folder_of_parts_is_one_matrix_in_the_order_of_their_numbers() {
    for (int part : new int[] {10, 9, 0}) {
      String uri = folder.resolve("img_emb_" + part + ".npy").toString();
      try (NpyWriter writer = new NpyWriter(storage, uri, 2, 1)) {
        writer.write(new float[] {part, part + 0.5f});
      }
    }
    for (String source : new String[] {folder.toString(), folder + "/img_emb_*.npy"}) {
      try (EmbeddingRows rows = EmbeddingRows.open(storage, new ImportSource.Npy(source))) {
        assertThat(rows.rows()).isEqualTo(6);
        List<Float> values = new ArrayList<>();
        for (var part = rows.next(); part.isPresent(); part = rows.next()) {
          for (float value : part.get().values()) {
            values.add(value);
          }
        }
        assertThat(values).containsExactly(0f, 0.5f, 9f, 9.5f, 10f, 10.5f);
      }
    }
  }

  @Test
  void one_vector_is_no_matrix() throws Exception {
    String vector = file("<f4", "(16,)", new byte[64]);
    assertThatThrownBy(() -> EmbeddingRows.open(storage, new ImportSource.Npy(vector)))
        .hasMessageContaining("has one dimension, 16 numbers; give an array [n, d]");
  }
}
