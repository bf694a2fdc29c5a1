package io.nomen.safetensors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes float32 tensors as one safetensors file, in the order of their announcement, part by part
 * and of any size.
 */
public final class SafetensorsWriter implements Closeable {
  private static final int FLOATS_AT_ONCE = 1 << 16;

  private final OutputStream out;
  private final String name;

  /**
   * Begins the file {@code uri}.
   *
   * @param shapes by tensor, in the order in which their numbers will come
   * @param metadata texts beside the tensors
   */
  public SafetensorsWriter(
      Storage storage, String uri, Map<String, List<Long>> shapes, Map<String, String> metadata) {
    this(new BufferedOutputStream(storage.create(uri), 1 << 16), uri, shapes, metadata);
  }

  /**
   * Begins a file.
   *
   * @param name what messages call it
   */
  public SafetensorsWriter(
      OutputStream out, String name, Map<String, List<Long>> shapes, Map<String, String> metadata) {
    this.out = out;
    this.name = name;
    ObjectNode header = Json.mapper().createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = header.putObject(SafetensorsReader.METADATA);
      metadata.forEach(texts::put);
    }
    long offset = 0;
    for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", "F32");
      tensor.getValue().forEach(entry.putArray("shape")::add);
      long end = offset + tensor.getValue().stream().reduce(4L, Math::multiplyExact);
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] text = Json.line(header).getBytes(StandardCharsets.UTF_8);
    // Spaces up to a multiple of eight, so that the numbers are aligned.
    byte[] padding = " ".repeat((8 - text.length % 8) % 8).getBytes(StandardCharsets.UTF_8);
    ByteBuffer start =
        ByteBuffer.allocate(Long.BYTES + text.length + padding.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(text.length + padding.length).put(text).put(padding);
    write(start.array(), start.capacity());
  }

  /** Adds the next numbers. */
  public void write(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * Math.min(FLOATS_AT_ONCE, values.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < values.length; at += FLOATS_AT_ONCE) {
      int count = Math.min(FLOATS_AT_ONCE, values.length - at);
      bytes.asFloatBuffer().put(values, at, count);
      write(bytes.array(), Float.BYTES * count);
    }
  }

  private void write(byte[] bytes, int count) {
    try {
      out.write(bytes, 0, count);
    } catch (IOException e) {
      throw StorageFailure.cannot("write", name, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw StorageFailure.cannot("write", name, e);
    }
  }
}
