package io.nomen.heads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.NomenException;
import io.nomen.store.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file of float32 tensors: the length of a JSON header as eight bytes, the header
 * (name, type, shape and place of each tensor, and texts under {@code __metadata__}), the numbers.
 *
 * @param tensors by name, in file order
 * @param metadata texts by name
 */
record TensorFile(Map<String, Tensor> tensors, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";
  private static final int PREFIX = Long.BYTES;

  /** One tensor: {@code shape} and its numbers, row-major. */
  record Tensor(List<Integer> shape, float[] values) {
    static Tensor of(float[] values) {
      return new Tensor(List.of(values.length), values);
    }
  }

  /** The whole file. */
  byte[] bytes() {
    ObjectNode header = Json.mapper().createObjectNode();
    ObjectNode texts = header.putObject(METADATA);
    metadata.forEach(texts::put);
    int offset = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", "F32");
      tensor.getValue().shape().forEach(entry.putArray("shape")::add);
      int end =
          Math.addExact(offset, Math.multiplyExact(Float.BYTES, tensor.getValue().values().length));
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] text = padded(Json.line(header));
    ByteBuffer file =
        ByteBuffer.allocate(PREFIX + text.length + offset).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    for (Tensor tensor : tensors.values()) {
      file.asFloatBuffer().put(tensor.values());
      file.position(file.position() + Float.BYTES * tensor.values().length);
    }
    return file.array();
  }

  /**
   * Takes a file apart.
   *
   * @param where its name, for messages
   * @throws NomenException (input) where it is cut off or not such a file
   */
  static TensorFile read(byte[] bytes, String where) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long length = bytes.length < PREFIX ? -1 : file.getLong();
    if (length < 0 || length > bytes.length - PREFIX) {
      throw damaged(where, "%d bytes do not hold its header".formatted(bytes.length));
    }
    String text = new String(bytes, PREFIX, (int) length, StandardCharsets.UTF_8);
    JsonNode header = Json.read(text, JsonNode.class, where);
    ByteBuffer data = file.position(PREFIX + (int) length).slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Iterator<Map.Entry<String, JsonNode>> entries = header.fields();
    while (entries.hasNext()) {
      Map.Entry<String, JsonNode> entry = entries.next();
      if (entry.getKey().equals(METADATA)) {
        entry
            .getValue()
            .fields()
            .forEachRemaining(t -> metadata.put(t.getKey(), t.getValue().asText()));
      } else {
        tensors.put(entry.getKey(), tensor(entry.getValue(), data, where));
      }
    }
    return new TensorFile(tensors, metadata);
  }

  /** The numbers of the tensor {@code name}. */
  float[] tensor(String name, String where) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw damaged(where, "the tensor " + name + " is missing");
    }
    return tensor.values();
  }

  private static Tensor tensor(JsonNode entry, ByteBuffer data, String where) {
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long to = entry.path("data_offsets").path(1).asLong(-1);
    List<Integer> shape =
        Json.mapper()
            .convertValue(
                entry.path("shape"),
                Json.mapper().getTypeFactory().constructCollectionType(List.class, Integer.class));
    long numbers = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    if (!entry.path("dtype").asText().equals("F32")
        || from < 0
        || to > data.capacity()
        || to - from != numbers * Float.BYTES) {
      throw damaged(where, "a tensor is not float32 or not inside the file");
    }
    float[] values = new float[(int) numbers];
    data.slice((int) from, (int) (to - from))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return new Tensor(shape, values);
  }

  /** The header filled up with spaces, so that the numbers begin at a multiple of eight. */
  private static byte[] padded(String header) {
    int length = header.getBytes(StandardCharsets.UTF_8).length;
    return (header + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
  }

  private static NomenException damaged(String where, String what) {
    return NomenException.input(
        "%s is not a whole safetensors file (%s); delete it.".formatted(where, what));
  }
}
