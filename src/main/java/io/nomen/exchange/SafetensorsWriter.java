package io.nomen.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.io.Closeable;
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
  private final NumberFile file;

  /**
   * Begins the file.
   *
   * @param shapes by tensor, in the order in which their numbers will come
   */
  public SafetensorsWriter(Storage storage, String uri, Map<String, List<Long>> shapes) {
    this.file = new NumberFile(storage, uri);
    ObjectNode header = Json.mapper().createObjectNode();
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
    file.write(start.array());
  }

  /** Adds the next numbers. */
  public void write(float[] values) {
    file.write(values);
  }

  @Override
  public void close() {
    file.close();
  }
}
