package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.tensor.Matrix;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fitted model as plain values, for storing: no class of ours is in the file, so a later version
 * can read it.
 *
 * <p>The file is the magic {@code NOMEN-1\n}, the method's name, the settings, and the matrices
 * (name, rows, width, float32 little-endian), texts as {@link DataOutputStream#writeUTF}.
 *
 * @param method the name of the method that made the model
 * @param settings numbers and words by name, in the order of their names
 * @param matrices weights, centres and the like by name
 */
public record ModelParts(
    String method, Map<String, String> settings, Map<String, Matrix> matrices) {
  private static final byte[] MAGIC = {'N', 'O', 'M', 'E', 'N', '-', '1', '\n'};
  private static final int FLOATS_AT_ONCE = 1 << 16;

  public ModelParts {
    settings = Map.copyOf(settings);
    matrices = Map.copyOf(matrices);
  }

  /** The matrix {@code name}; a model without it is an input error. */
  public Matrix matrix(String name) {
    Matrix found = matrices.get(name);
    if (found == null) {
      throw missing("matrix", name);
    }
    return found;
  }

  /** The setting {@code name}; a model without it is an input error. */
  public String setting(String name) {
    String found = settings.get(name);
    if (found == null) {
      throw missing("setting", name);
    }
    return found;
  }

  /** Writes the model to {@code target} and flushes it, without closing it. */
  public void write(OutputStream target) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(target));
    out.write(MAGIC);
    out.writeUTF(method);
    out.writeInt(settings.size());
    for (Map.Entry<String, String> setting : new TreeMap<>(settings).entrySet()) {
      out.writeUTF(setting.getKey());
      out.writeUTF(setting.getValue());
    }
    out.writeInt(matrices.size());
    for (Map.Entry<String, Matrix> named : new TreeMap<>(matrices).entrySet()) {
      out.writeUTF(named.getKey());
      out.writeInt(named.getValue().rows());
      out.writeInt(named.getValue().width());
      writeFloats(out, named.getValue().values());
    }
    out.flush();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param where the file's name, for the message when it is not such a model
   */
  public static ModelParts read(InputStream source, String where) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(source));
    if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
      throw NomenException.input(
          "%s is not a model that this version of Nomen stores; name the run that made it."
              .formatted(where));
    }
    String method = in.readUTF();
    Map<String, String> settings = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      settings.put(in.readUTF(), in.readUTF());
    }
    Map<String, Matrix> matrices = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      String name = in.readUTF();
      int rows = in.readInt();
      int width = in.readInt();
      matrices.put(name, new Matrix(rows, width, readFloats(in, rows * width)));
    }
    return new ModelParts(method, settings, matrices);
  }

  private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
    byte[] bytes = new byte[FLOATS_AT_ONCE * Float.BYTES];
    for (int start = 0; start < values.length; start += FLOATS_AT_ONCE) {
      int count = Math.min(FLOATS_AT_ONCE, values.length - start);
      floats(bytes).put(values, start, count);
      out.write(bytes, 0, count * Float.BYTES);
    }
  }

  private static float[] readFloats(DataInputStream in, int length) throws IOException {
    float[] values = new float[length];
    byte[] bytes = new byte[FLOATS_AT_ONCE * Float.BYTES];
    for (int start = 0; start < length; start += FLOATS_AT_ONCE) {
      int count = Math.min(FLOATS_AT_ONCE, length - start);
      in.readFully(bytes, 0, count * Float.BYTES);
      floats(bytes).get(values, start, count);
    }
    return values;
  }

  private static FloatBuffer floats(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private NomenException missing(String kind, String name) {
    return NomenException.input(
        "The stored model of method %s has no %s \"%s\"; make the run again."
            .formatted(method, kind, name));
  }
}
