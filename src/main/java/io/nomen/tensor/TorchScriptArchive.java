package io.nomen.tensor;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * Writes a TorchScript archive, which libtorch loads without Python. It is a zip of stored entries:
 * {@code data.pkl} (the module object, its tensors by reference), {@code data/N} (their bytes, on
 * 64-byte borders), {@code code/__torch__.py} (the module's class as TorchScript source), {@code
 * constants.pkl} (an empty tuple), {@code version} and {@code byteorder}. Format: PyTorch's {@code
 * torch/csrc/jit/docs/serialization.md}.
 */
public final class TorchScriptArchive {
  /** The class that the source of every archive defines. */
  private static final String CLASS = "Script";

  private static final String ROOT = "archive/";
  private static final int ALIGNMENT = 64;

  /** Operators as of this version: the first whose gelu knows its approximation. */
  private static final String FORMAT = "10\n";

  /** An empty tuple: {@code PROTO 2, EMPTY_TUPLE, STOP}. */
  private static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

  /**
   * One tensor of a TorchScript archive.
   *
   * @param name attribute of the module
   * @param precision the format of its numbers
   * @param values its numbers, row-major, made when it is written
   */
  public record Tensor(String name, Precision precision, long[] shape, Supplier<float[]> values) {
    /** The tensor's bytes, little-endian. */
    byte[] bytes() {
      float[] numbers = values.get();
      ByteBuffer out =
          ByteBuffer.allocate(Math.multiplyExact(numbers.length, precision.bytes()))
              .order(ByteOrder.LITTLE_ENDIAN);
      switch (precision) {
        case FP32 -> out.asFloatBuffer().put(numbers);
        case BF16 -> {
          for (float number : numbers) {
            out.putShort(HalfFloats.encodeBf16(number));
          }
        }
        case FP16 -> {
          for (float number : numbers) {
            out.putShort(HalfFloats.encode(number));
          }
        }
        case AUTO -> throw new IllegalStateException("the precision is not resolved");
      }
      return out.array();
    }

    long elements() {
      long product = 1;
      for (long extent : shape) {
        product *= extent;
      }
      return product;
    }
  }

  private TorchScriptArchive() {}

  /**
   * Writes an archive to {@code file}.
   *
   * @param methods source of the class's methods, indented by two spaces
   * @param tensors its attributes; one at a time is held in memory
   */
  public static void write(Path file, String methods, List<Tensor> tensors) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      write(out, methods, tensors);
    }
  }

  /** Writes an archive to {@code out}. */
  static void write(OutputStream out, String methods, List<Tensor> tensors) throws IOException {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      zip.setUseZip64(Zip64Mode.AsNeeded);
      entry(zip, "data.pkl", modulePickle(tensors));
      entry(zip, "code/__torch__.py", source(methods, tensors).getBytes(StandardCharsets.UTF_8));
      entry(zip, "constants.pkl", NO_CONSTANTS);
      entry(zip, "version", FORMAT.getBytes(StandardCharsets.US_ASCII));
      entry(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < tensors.size(); i++) {
        entry(zip, "data/" + i, tensors.get(i).bytes());
      }
    }
  }

  private static void entry(ZipArchiveOutputStream zip, String name, byte[] bytes)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(ROOT + name);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    entry.setMethod(ZipArchiveEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    entry.setAlignment(ALIGNMENT);
    // The same checkpoint gives the same bytes, whenever it is written.
    entry.setTime(0);
    zip.putArchiveEntry(entry);
    ((OutputStream) zip).write(bytes);
    zip.closeArchiveEntry();
  }

  private static String source(String methods, List<Tensor> tensors) {
    StringBuilder source = new StringBuilder("class ").append(CLASS).append("(Module):\n");
    source.append("  __parameters__ = []\n  __buffers__ = [");
    tensors.forEach(t -> source.append('"').append(t.name()).append("\", "));
    source.append("]\n");
    tensors.forEach(t -> source.append("  ").append(t.name()).append(" : Tensor\n"));
    return source.append("  training : bool\n").append(methods).toString();
  }

  private static byte[] modulePickle(List<Tensor> tensors) {
    PickleWriter pickle = new PickleWriter();
    pickle.global("__torch__", CLASS).emptyTuple().newObject().emptyDictionary().mark();
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      pickle.text(tensor.name());
      pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
      pickle.mark().text("storage").global("torch", storage(tensor.precision()));
      pickle.text(Integer.toString(i)).text("cpu").integer(tensor.elements()).tuple();
      pickle.persistentId().integer(0);
      extents(pickle, tensor.shape());
      extents(pickle, strides(tensor.shape()));
      pickle.falsehood().global("collections", "OrderedDict").emptyTuple().reduce();
      pickle.tuple().reduce();
    }
    return pickle.text("training").falsehood().setItems().build().stop();
  }

  private static void extents(PickleWriter pickle, long[] values) {
    pickle.mark();
    for (long value : values) {
      pickle.integer(value);
    }
    pickle.tuple();
  }

  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  private static String storage(Precision precision) {
    return switch (precision) {
      case FP32 -> "FloatStorage";
      case BF16 -> "BFloat16Storage";
      case FP16 -> "HalfStorage";
      case AUTO -> throw new IllegalStateException("the precision is not resolved");
    };
  }

  /**
   * The few opcodes of pickle protocol 2 that a TorchScript module needs (CPython, pickletools).
   */
  private static final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleWriter() {
      out.write(0x80);
      out.write(2);
    }

    PickleWriter global(String module, String name) {
      out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
      return this;
    }

    PickleWriter text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.write('X');
      littleEndian(bytes.length, 4);
      out.writeBytes(bytes);
      return this;
    }

    PickleWriter integer(long value) {
      if (value >= 0 && value <= Integer.MAX_VALUE) {
        out.write('J');
        littleEndian(value, 4);
      } else {
        out.write(0x8A);
        out.write(8);
        littleEndian(value, 8);
      }
      return this;
    }

    PickleWriter mark() {
      return opcode('(');
    }

    PickleWriter tuple() {
      return opcode('t');
    }

    PickleWriter emptyTuple() {
      return opcode(')');
    }

    PickleWriter emptyDictionary() {
      return opcode('}');
    }

    PickleWriter newObject() {
      return opcode(0x81);
    }

    PickleWriter reduce() {
      return opcode('R');
    }

    PickleWriter persistentId() {
      return opcode('Q');
    }

    PickleWriter falsehood() {
      return opcode(0x89);
    }

    PickleWriter setItems() {
      return opcode('u');
    }

    PickleWriter build() {
      return opcode('b');
    }

    byte[] stop() {
      return opcode('.').out.toByteArray();
    }

    private PickleWriter opcode(int code) {
      out.write(code);
      return this;
    }

    private void littleEndian(long value, int bytes) {
      out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), 0, bytes);
    }
  }
}
