package io.nomen.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import io.nomen.tensor.MatrixReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A safetensors file: 8 bytes of header length (little-endian), a JSON header, the data. Nothing of
 * a stranger's header is believed: its length, every offset, every product of a shape, and that no
 * two tensors overlap are checked before any data is read. Format:
 * https://github.com/huggingface/safetensors (README, "Format").
 */
public final class SafetensorsReader {
  static final String METADATA = "__metadata__";
  private static final int PREFIX = Long.BYTES;
  private static final int HEADER_LIMIT = 100_000_000;
  private static final int BYTES_AT_ONCE = 1 << 22;

  private final Source source;
  private final Map<String, Tensor> tensors = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();
  private final long dataStart;

  /** The bytes of a file, from any place on. */
  public interface Source {
    /** What messages call the file. */
    String name();

    long length();

    /** A stream that begins at {@code position}. */
    InputStream open(long position);

    /** A file on any Hadoop file system. */
    static Source of(Storage storage, String uri) {
      long length = storage.length(uri);
      return new Source() {
        @Override
        public String name() {
          return uri;
        }

        @Override
        public long length() {
          return length;
        }

        @Override
        public InputStream open(long position) {
          return storage.open(uri, position);
        }
      };
    }

    /** A file in memory. */
    static Source of(String name, byte[] bytes) {
      return new Source() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public long length() {
          return bytes.length;
        }

        @Override
        public InputStream open(long position) {
          int from = Math.toIntExact(position);
          return new ByteArrayInputStream(bytes, from, bytes.length - from);
        }
      };
    }
  }

  /**
   * A tensor of the file.
   *
   * @param position of its first byte in the file
   */
  public record Tensor(TensorType type, long[] shape, long position) {
    /** How many numbers it has. */
    public long elements() {
      long product = 1;
      for (long extent : shape) {
        product = Math.multiplyExact(product, extent);
      }
      return product;
    }
  }

  private SafetensorsReader(Source source, long headerLength) {
    this.source = source;
    this.dataStart = PREFIX + headerLength;
  }

  /** Reads and checks the header of {@code uri}. */
  public static SafetensorsReader open(Storage storage, String uri) {
    return open(Source.of(storage, uri));
  }

  /**
   * Reads and checks the header.
   *
   * @throws NomenException (input) where the file is not what its header says
   */
  public static SafetensorsReader open(Source source) {
    long length = source.length();
    if (length < PREFIX) {
      throw broken(source, "it has %d bytes, less than a header".formatted(length));
    }
    try (InputStream in = source.open(0)) {
      long headerLength =
          ByteBuffer.wrap(exactly(in, PREFIX)).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (headerLength < 2 || headerLength > HEADER_LIMIT || headerLength > length - PREFIX) {
        throw broken(
            source,
            "its header claims %s bytes, in a file of %d"
                .formatted(Long.toUnsignedString(headerLength), length));
      }
      SafetensorsReader opened = new SafetensorsReader(source, headerLength);
      opened.readHeader(exactly(in, (int) headerLength), length - opened.dataStart);
      return opened;
    } catch (IOException e) {
      throw StorageFailure.cannot("read", source.name(), e);
    }
  }

  /** The tensors by name. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The texts that the file's header holds beside its tensors. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /** All numbers of the tensor {@code name} of floats, row-major. */
  public float[] read(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null || !tensor.type().isFloat()) {
      throw broken(source, "it has no tensor \"%s\" of floats".formatted(name));
    }
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw broken(source, "its tensor \"%s\" is too large to be held at once".formatted(name));
    }
    float[] values = new float[(int) tensor.elements()];
    try (InputStream in = source.open(tensor.position())) {
      decode(in, tensor.type(), values);
      return values;
    } catch (IOException e) {
      throw StorageFailure.cannot("read", source.name(), e);
    }
  }

  /** The tensor {@code name} of floats, of one dimension or two, row by row and of any size. */
  public MatrixReader matrix(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null || !tensor.type().isFloat()) {
      throw broken(source, "it has no tensor \"%s\" of floats".formatted(name));
    }
    long[] shape = tensor.shape();
    long width = shape.length == 2 ? shape[1] : 1;
    if (shape.length < 1 || shape.length > 2 || width < 1 || width > 1 << 24) {
      throw broken(source, "its tensor \"%s\" is no matrix".formatted(name));
    }
    return new Rows(tensor, shape[0], (int) width, source.open(tensor.position()));
  }

  private final class Rows implements MatrixReader {
    private final Tensor tensor;
    private final long rows;
    private final int width;
    private final InputStream in;
    private long read;

    Rows(Tensor tensor, long rows, int width, InputStream in) {
      this.tensor = tensor;
      this.rows = rows;
      this.width = width;
      this.in = in;
    }

    @Override
    public long rows() {
      return rows;
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public float[] next(int count) {
      int now = (int) Math.min(count, rows - read);
      float[] values = new float[Math.multiplyExact(now, width)];
      try {
        decode(in, tensor.type(), values);
      } catch (IOException e) {
        throw StorageFailure.cannot("read", source.name(), e);
      }
      read += now;
      return values;
    }

    @Override
    public void skip(long count) {
      long now = Math.min(count, rows - read);
      try {
        in.skipNBytes(Math.multiplyExact(now, (long) width * tensor.type().bytes()));
      } catch (IOException e) {
        throw StorageFailure.cannot("read", source.name(), e);
      }
      read += now;
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw StorageFailure.cannot("read", source.name(), e);
      }
    }
  }

  private static void decode(InputStream in, TensorType type, float[] values) throws IOException {
    int width = type.bytes();
    for (int at = 0; at < values.length; ) {
      int count = Math.min(BYTES_AT_ONCE / width, values.length - at);
      type.decode(ByteBuffer.wrap(exactly(in, count * width)), values, at);
      at += count;
    }
  }

  private static byte[] exactly(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the file ends early");
    }
    return bytes;
  }

  private void readHeader(byte[] header, long dataLength) {
    JsonNode tree;
    try {
      tree = Json.mapper().readTree(new String(header, StandardCharsets.UTF_8));
    } catch (JsonProcessingException | StackOverflowError e) {
      throw broken(source, "its header is not JSON");
    }
    if (tree == null || !tree.isObject()) {
      throw broken(source, "its header is not a JSON object");
    }
    tree.fields()
        .forEachRemaining(
            entry -> {
              if (entry.getKey().equals(METADATA)) {
                entry
                    .getValue()
                    .fields()
                    .forEachRemaining(t -> metadata.put(t.getKey(), t.getValue().asText()));
              } else {
                add(entry.getKey(), entry.getValue(), dataLength);
              }
            });
    refuseOverlaps();
  }

  private void add(String name, JsonNode entry, long dataLength) {
    String dtype = entry.path("dtype").asText();
    TensorType type =
        TensorType.named(dtype)
            .orElseThrow(
                () ->
                    broken(source, "tensor %s has the unknown type \"%s\"".formatted(name, dtype)));
    long[] shape = longs(name, entry.path("shape"), "shape");
    long[] span = longs(name, entry.path("data_offsets"), "data_offsets");
    if (span.length != 2 || span[0] > span[1] || span[1] > dataLength) {
      throw broken(
          source,
          "tensor %s lies outside the file (offsets %s of %d bytes)"
              .formatted(name, entry.path("data_offsets"), dataLength));
    }
    Tensor tensor = new Tensor(type, shape, dataStart + span[0]);
    if (bytes(tensor) != span[1] - span[0]) {
      throw broken(
          source,
          "tensor %s of type %s and shape %s does not fill its %d bytes"
              .formatted(name, dtype, entry.path("shape"), span[1] - span[0]));
    }
    tensors.put(name, tensor);
  }

  private static long bytes(Tensor tensor) {
    try {
      return Math.multiplyExact(tensor.elements(), (long) tensor.type().bytes());
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  private long[] longs(String name, JsonNode list, String field) {
    if (!list.isArray()) {
      throw broken(source, "tensor %s has no %s".formatted(name, field));
    }
    long[] values = new long[list.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = list.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw broken(source, "tensor %s has the %s %s".formatted(name, field, list));
      }
      values[i] = value.longValue();
    }
    return values;
  }

  private void refuseOverlaps() {
    List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
    order.removeIf(e -> e.getValue().elements() == 0);
    order.sort(Comparator.comparingLong(e -> e.getValue().position()));
    for (int i = 1; i < order.size(); i++) {
      Tensor before = order.get(i - 1).getValue();
      if (order.get(i).getValue().position() < before.position() + bytes(before)) {
        throw broken(
            source,
            "tensors %s and %s overlap"
                .formatted(order.get(i - 1).getKey(), order.get(i).getKey()));
      }
    }
  }

  private static NomenException broken(Source source, String why) {
    return NomenException.input(
        "%s is not a usable safetensors file: %s; write or fetch it again."
            .formatted(source.name(), why));
  }
}
