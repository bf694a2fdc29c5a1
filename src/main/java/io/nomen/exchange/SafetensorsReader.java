package io.nomen.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.exchange.StoredNumber.Kind;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the matrices of a safetensors file row by row, of any size: 8 bytes of header length
 * (little-endian), a JSON header, the numbers. Nothing that the header says is believed before it
 * is compared with the file. Format: https://github.com/huggingface/safetensors (README, "Format").
 */
public final class SafetensorsReader {
  private static final int PREFIX = Long.BYTES;
  private static final long HEADER_LIMIT = 100_000_000;

  private final Storage storage;
  private final String uri;
  private final long fileLength;
  private final long dataStart;
  private final JsonNode header;

  private SafetensorsReader(
      Storage storage, String uri, long fileLength, long dataStart, JsonNode header) {
    this.storage = storage;
    this.uri = uri;
    this.fileLength = fileLength;
    this.dataStart = dataStart;
    this.header = header;
  }

  /** Reads the header of {@code uri}. */
  public static SafetensorsReader open(Storage storage, String uri) {
    long fileLength = storage.length(uri);
    try (DataInputStream in = new DataInputStream(storage.open(uri))) {
      long length = fileLength < PREFIX ? -1 : Long.reverseBytes(in.readLong());
      if (length < 2 || length > HEADER_LIMIT || length > fileLength - PREFIX) {
        throw wrong(uri, "its header does not fit into its %d bytes".formatted(fileLength));
      }
      String text = new String(in.readNBytes((int) length), StandardCharsets.UTF_8);
      JsonNode header = Json.mapper().readTree(text);
      if (header == null || !header.isObject()) {
        throw wrong(uri, "its header is not a JSON object");
      }
      return new SafetensorsReader(storage, uri, fileLength, PREFIX + length, header);
    } catch (JsonProcessingException e) {
      throw wrong(uri, "its header is not JSON");
    } catch (IOException e) {
      throw StoreTrouble.cannot("read", uri, e);
    }
  }

  /** The names of all tensors with that many dimensions. */
  public List<String> names(int dimensions) {
    List<String> names = new ArrayList<>();
    header
        .fields()
        .forEachRemaining(
            entry -> {
              if (entry.getValue().path("shape").size() == dimensions
                  && !entry.getKey().equals("__metadata__")) {
                names.add(entry.getKey());
              }
            });
    return names;
  }

  /** The rows of the tensor {@code name}, which has one dimension or two. */
  public MatrixReader matrix(String name) {
    JsonNode entry = header.path(name);
    JsonNode shape = entry.path("shape");
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long to = entry.path("data_offsets").path(1).asLong(-1);
    long rows = shape.path(0).asLong(-1);
    long width = shape.size() == 2 ? shape.path(1).asLong(-1) : 1;
    StoredNumber number = number(name, entry.path("dtype").asText());
    if (shape.size() < 1 || shape.size() > 2 || rows < 0 || width < 1 || width > 1 << 24) {
      throw wrong(uri, "it has no tensor \"%s\" of one dimension or two".formatted(name));
    }
    boolean inside = from >= 0 && from <= to && to <= fileLength - dataStart;
    if (!inside || rows != (to - from) / number.bytes() / width) {
      throw wrong(uri, "its tensor \"%s\" is not inside the file".formatted(name));
    }
    long start = dataStart + from;
    DataInputStream in = new DataInputStream(storage.open(uri));
    try {
      in.skipNBytes(start);
    } catch (IOException e) {
      throw StoreTrouble.cannot("read", uri, e);
    }
    return new MatrixStream(in, uri, start, fileLength, rows, (int) width, number);
  }

  /** All numbers of the tensor {@code name}, where there is one that has one dimension. */
  public Optional<float[]> vector(String name) {
    if (header.path(name).path("shape").size() != 1) {
      return Optional.empty();
    }
    try (MatrixReader reader = matrix(name)) {
      return Optional.of(reader.next(Math.toIntExact(reader.rows())));
    }
  }

  private StoredNumber number(String name, String dtype) {
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    return switch (dtype) {
      case "F64" -> new StoredNumber(Kind.FLOAT, 8, order);
      case "F32" -> new StoredNumber(Kind.FLOAT, 4, order);
      case "F16" -> new StoredNumber(Kind.FLOAT, 2, order);
      case "BF16" -> new StoredNumber(Kind.BFLOAT16, 2, order);
      default ->
          throw wrong(uri, "its tensor \"%s\" is no matrix of floats (%s)".formatted(name, dtype));
    };
  }

  private static NomenException wrong(String uri, String reason) {
    return NomenException.input("Cannot use %s: %s.".formatted(uri, reason));
  }
}
