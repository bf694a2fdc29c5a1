package io.nomen.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.store.Storage;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matrices above 2 GB, as files with holes that take no room on the disk. */
class LargeMatrixTest {
  private static final long ROWS = 1_200_000;
  private static final int WIDTH = 1024;

  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  /** The header that {@code NpyWriter} writes for so many rows. */
  private byte[] header(long rows, int width) throws Exception {
    Path file = folder.resolve("header.npy");
    new NpyWriter(storage, file.toString(), rows, width).close();
    return Files.readAllBytes(file);
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private Path sparse(byte[] header, long numbers, byte[] last) throws Exception {
    Path file = folder.resolve("large");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(0);
      out.write(header);
      out.setLength(header.length + numbers * Float.BYTES);
      out.seek(header.length + numbers * Float.BYTES - last.length);
      out.write(last);
    }
    return file;
  }

  @Test
  void the_last_row_of_a_npy_of_five_gigabytes_is_where_it_should_be() throws Exception {
    byte[] header = header(ROWS, WIDTH);
    assertThat(header.length % 64).isZero();
    Path file = sparse(header, ROWS * WIDTH, floats(1, 2, 3));
    assertThat(Files.size(file)).isGreaterThan(4L << 30);
    try (NpyReader reader = NpyReader.open(storage, file.toString())) {
      assertThat(reader.rows()).isEqualTo(ROWS);
      reader.skip(ROWS - 2);
      float[] rows = reader.next(5);
      assertThat(rows).hasSize(2 * WIDTH).endsWith(0, 1, 2, 3);
      assertThat(reader.next(1)).isEmpty();
    }
  }

  @Test
  void a_npy_that_is_one_byte_short_of_its_header_is_refused_when_it_is_opened() throws Exception {
    Path file = sparse(header(ROWS, WIDTH), ROWS * WIDTH, new byte[1]);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(out.length() - 1);
    }
    assertThatThrownBy(() -> NpyReader.open(storage, file.toString()))
        .hasMessageContaining("1200000 rows of 1024 numbers of 4 bytes")
        .hasMessageContaining("do not fit");
  }

  @Test
  void a_header_whose_product_overflows_is_refused() throws Exception {
    byte[] header = header(1L << 60, 1 << 20);
    Path file = sparse(header, 10, new byte[1]);
    assertThatThrownBy(() -> NpyReader.open(storage, file.toString()))
        .hasMessageContaining("large");
  }
}
