package io.nomen.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.tensor.MatrixReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  @Test
  void a_file_gives_back_what_was_put_in_and_refuses_a_part_of_itself() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SafetensorsWriter writer =
        new SafetensorsWriter(
            bytes, "it", Map.of("weight", List.of(2L, 2L)), Map.of("epoch", "7"))) {
      writer.write(new float[] {1, -2, 3});
      writer.write(new float[] {4.5f});
    }
    byte[] whole = bytes.toByteArray();
    SafetensorsReader read = SafetensorsReader.open(SafetensorsReader.Source.of("it", whole));
    assertThat(read.metadata()).containsEntry("epoch", "7");
    assertThat(read.tensors().get("weight").shape()).containsExactly(2, 2);
    assertThat(read.read("weight")).containsExactly(1, -2, 3, 4.5f);
    try (MatrixReader rows = read.matrix("weight")) {
      rows.skip(1);
      assertThat(rows.next(7)).containsExactly(3, 4.5f);
      assertThat(rows.next(7)).isEmpty();
    }
    for (int length : new int[] {0, 7, 20, whole.length - 1}) {
      byte[] part = Arrays.copyOf(whole, length);
      assertInput(
          () -> SafetensorsReader.open(SafetensorsReader.Source.of("the part", part)), "the part");
    }
  }

  @Test
  void reads_the_three_number_formats() throws Exception {
    SafetensorsReader file =
        open(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]},"
                + "\"c\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]}}",
            new byte[] {0, 0, (byte) 0x80, 0x3F, 0, 0x3C, 1, 0, (byte) 0x80, (byte) 0xBF});
    assertThat(file.read("a")).containsExactly(1f);
    assertThat(file.read("b")).containsExactly(1f, 0x1p-24f);
    assertThat(file.read("c")).containsExactly(-1f);
  }

  @Test
  void lies_in_the_header_are_refused() {
    assertInput(() -> raw(new byte[3]), "it has 3 bytes, less than a header");
    assertInput(() -> raw(length(1L << 40)), "its header claims 1099511627776 bytes");
    assertInput(() -> raw(length(-1)), "its header claims 18446744073709551615 bytes");
    assertInput(() -> open("[1,2]", new byte[0]), "not a JSON object");
    assertInput(() -> open("{\"a\":", new byte[0]), "not JSON");
    assertInput(() -> open("[".repeat(500_000), new byte[0]), "not JSON");
    assertInput(() -> tensor("F32", "[1]", "[0,8]", 4), "lies outside the file");
    assertInput(() -> tensor("F32", "[1]", "[4,0]", 4), "lies outside the file");
    assertInput(() -> tensor("F32", "[1]", "[-4,0]", 4), "has the data_offsets [-4,0]");
    assertInput(() -> tensor("F32", "[2]", "[0,4]", 4), "does not fill its 4 bytes");
    assertInput(
        () -> tensor("F32", "[4294967296,4294967296,4294967296]", "[0,0]", 4), "does not fill");
    assertInput(() -> tensor("F33", "[1]", "[0,4]", 4), "unknown type \"F33\"");
    assertInput(() -> tensor("F32", "\"x\"", "[0,4]", 4), "has no shape");
    assertInput(
        () ->
            open(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                    + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
                new byte[6]),
        "tensors a and b overlap");
  }

  private SafetensorsReader tensor(String type, String shape, String span, int data)
      throws IOException {
    return open(
        "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}".formatted(type, shape, span),
        new byte[data]);
  }

  private SafetensorsReader open(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return raw(
        ByteBuffer.allocate(8 + json.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .put(data)
            .array());
  }

  private static byte[] length(long headerLength) {
    return ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(headerLength).array();
  }

  private SafetensorsReader raw(byte[] bytes) throws IOException {
    Files.write(folder.resolve("model.safetensors"), bytes);
    return SafetensorsReader.open(storage, folder.resolve("model.safetensors").toString());
  }

  private static void assertInput(ThrowingCallable action, String part) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            NomenException.class, e -> assertThat(e.kind()).isEqualTo(NomenException.Kind.INPUT))
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n");
  }

  @Test
  void the_last_rows_of_a_file_of_five_gigabytes_are_where_they_should_be() throws Exception {
    long rows = 1_200_000;
    int width = 1024;
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put("embeddings", List.of(rows, (long) width));
    shapes.put("norm", List.of(4L));
    Path file = folder.resolve("large.safetensors");
    new SafetensorsWriter(storage, file.toString(), shapes, Map.of()).close();
    byte[] header = Files.readAllBytes(file);
    assertThat(header.length % 8).isZero();
    assertThat(new String(header, 8, header.length - 8, StandardCharsets.UTF_8))
        .contains("\"data_offsets\":[0,4915200000]", "\"data_offsets\":[4915200000,4915200016]");
    ByteBuffer last = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    last.asFloatBuffer().put(new float[] {7, 8, 1, 2, 3, 4});
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(header.length + (rows * width + 4) * Float.BYTES);
      out.seek(out.length() - last.capacity());
      out.write(last.array());
    }
    SafetensorsReader reader = SafetensorsReader.open(storage, file.toString());
    assertThat(reader.read("norm")).containsExactly(1, 2, 3, 4);
    try (MatrixReader matrix = reader.matrix("embeddings")) {
      matrix.skip(rows - 1);
      assertThat(matrix.next(9)).hasSize(width).endsWith(0, 7, 8);
    }
  }

  @Test
  void what_is_no_matrix_of_floats_is_refused_as_one() throws Exception {
    SafetensorsReader file =
        open(
            "{\"a\":{\"dtype\":\"I64\",\"shape\":[2,1],\"data_offsets\":[0,16]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1,1,1],\"data_offsets\":[16,20]}}",
            new byte[20]);
    assertInput(() -> file.matrix("a"), "no tensor \"a\" of floats");
    assertInput(() -> file.matrix("b"), "is no matrix");
    assertInput(() -> file.read("c"), "no tensor \"c\" of floats");
  }
}
