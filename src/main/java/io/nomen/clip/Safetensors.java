package io.nomen.clip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.store.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One safetensors file: 8 bytes of header length (little-endian), a JSON header, the data. Nothing
 * of a stranger's header is believed: its length, every offset, every product of a shape, and that
 * no two tensors overlap are checked before any data is read. Format:
 * https://github.com/huggingface/safetensors (README, "Format").
 */
final class Safetensors implements TensorSource {
  private static final int HEADER_LIMIT = 100_000_000;

  private final CheckpointFiles files;
  private final String file;
  private final Map<String, Stored> tensors = new TreeMap<>();
  private final Map<String, long[]> spans = new TreeMap<>();
  private final long dataStart;

  private Safetensors(CheckpointFiles files, String file, long headerLength) {
    this.files = files;
    this.file = file;
    this.dataStart = 8 + headerLength;
  }

  static Safetensors open(CheckpointFiles files, String file) {
    long length = files.length(file).orElseThrow();
    if (length < 8) {
      throw broken(files, file, "it has %d bytes, less than a header".formatted(length));
    }
    long headerLength =
        ByteBuffer.wrap(files.read(file, 0, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerLength < 2 || headerLength > HEADER_LIMIT || headerLength > length - 8) {
      throw broken(
          files,
          file,
          "its header claims %s bytes, in a file of %d"
              .formatted(Long.toUnsignedString(headerLength), length));
    }
    Safetensors opened = new Safetensors(files, file, headerLength);
    opened.readHeader(files.read(file, 8, (int) headerLength), length - 8 - headerLength);
    return opened;
  }

  @Override
  public Map<String, Stored> tensors() {
    return tensors;
  }

  @Override
  public float[] read(String name) {
    long[] span = spans.get(name);
    byte[] raw = files.read(file, dataStart + span[0], (int) (span[1] - span[0]));
    return tensors.get(name).type().decode(raw);
  }

  private void readHeader(byte[] header, long dataLength) {
    JsonNode tree;
    try {
      tree = Json.mapper().readTree(new String(header, StandardCharsets.UTF_8));
    } catch (JsonProcessingException | StackOverflowError e) {
      throw broken(files, file, "its header is not JSON");
    }
    if (tree == null || !tree.isObject()) {
      throw broken(files, file, "its header is not a JSON object");
    }
    tree.fields()
        .forEachRemaining(
            entry -> {
              if (!entry.getKey().equals("__metadata__")) {
                add(entry.getKey(), entry.getValue(), dataLength);
              }
            });
    refuseOverlaps();
  }

  private void add(String name, JsonNode entry, long dataLength) {
    String dtype = entry.path("dtype").asText();
    ElementType type =
        ElementType.ofSafetensors(dtype)
            .orElseThrow(
                () ->
                    broken(
                        files,
                        file,
                        "tensor %s has the unknown type \"%s\"".formatted(name, dtype)));
    long[] shape = longs(name, entry.path("shape"), "shape");
    long[] span = longs(name, entry.path("data_offsets"), "data_offsets");
    if (span.length != 2 || span[0] > span[1] || span[1] > dataLength) {
      throw broken(
          files,
          file,
          "tensor %s lies outside the file (offsets %s of %d bytes)"
              .formatted(name, entry.path("data_offsets"), dataLength));
    }
    Stored stored = new Stored(type, shape);
    if (bytes(stored) != span[1] - span[0] || span[1] - span[0] > Integer.MAX_VALUE - 8) {
      throw broken(
          files,
          file,
          "tensor %s of type %s and shape %s does not fill its %d bytes"
              .formatted(name, dtype, entry.path("shape"), span[1] - span[0]));
    }
    tensors.put(name, stored);
    spans.put(name, span);
  }

  private static long bytes(Stored stored) {
    try {
      return Math.multiplyExact(stored.elements(), (long) stored.type().bytes());
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  private long[] longs(String name, JsonNode list, String field) {
    if (!list.isArray()) {
      throw broken(files, file, "tensor %s has no %s".formatted(name, field));
    }
    long[] values = new long[list.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = list.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw broken(files, file, "tensor %s has the %s %s".formatted(name, field, list));
      }
      values[i] = value.longValue();
    }
    return values;
  }

  private void refuseOverlaps() {
    List<Map.Entry<String, long[]>> order = new ArrayList<>(spans.entrySet());
    order.removeIf(e -> e.getValue()[0] == e.getValue()[1]);
    order.sort(Comparator.comparingLong(e -> e.getValue()[0]));
    for (int i = 1; i < order.size(); i++) {
      if (order.get(i).getValue()[0] < order.get(i - 1).getValue()[1]) {
        throw broken(
            files,
            file,
            "tensors %s and %s overlap"
                .formatted(order.get(i - 1).getKey(), order.get(i).getKey()));
      }
    }
  }

  static NomenException broken(CheckpointFiles files, String file, String why) {
    return NomenException.input(
        "%s/%s is not a usable weights file: %s; fetch it again."
            .formatted(files.name(), file, why));
  }
}
