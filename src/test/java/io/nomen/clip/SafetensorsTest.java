package io.nomen.clip;

import static io.nomen.clip.ClipCheckpointTest.assertInput;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void reads_the_three_number_formats() throws Exception {
    Safetensors file =
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

  private Safetensors tensor(String type, String shape, String span, int data) throws IOException {
    return open(
        "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}".formatted(type, shape, span),
        new byte[data]);
  }

  private Safetensors open(String header, byte[] data) throws IOException {
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

  private Safetensors raw(byte[] bytes) throws IOException {
    Files.write(folder.resolve("model.safetensors"), bytes);
    return Safetensors.open(
        CheckpointFiles.of(Goldens.STORAGE, folder.toString()), "model.safetensors");
  }
}
