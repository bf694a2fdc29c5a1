package io.nomen.testing;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.UnitRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the few kinds of {@code .npy} files that tests need: float16, float32, int64, int32. */
public final class Npy {
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': '<(\\w+)'.*'fortran_order': False.*'shape': \\((\\d+),(?: (\\d+))?");

  private final String type;
  private final int rows;
  private final int width;
  private final ByteBuffer data;

  private Npy(String type, int rows, int width, ByteBuffer data) {
    this.type = type;
    this.rows = rows;
    this.width = width;
    this.data = data;
  }

  /** Rows scaled to length 1. */
  public static Matrix unitRows(Path file) {
    Npy array = open(file);
    float[] values = new float[array.rows * array.width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.value(i);
    }
    UnitRows.normalise(values, array.width);
    return new Matrix(array.rows, array.width, values);
  }

  public static int[] integers(Path file) {
    Npy array = open(file);
    int[] values = new int[array.rows];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) array.value(i);
    }
    return values;
  }

  private static Npy open(Path file) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    int headerAt = bytes.get(6) == 1 ? 10 : 12;
    int length = headerAt == 10 ? bytes.getShort(8) & 0xffff : bytes.getInt(8);
    String header = new String(bytes.array(), headerAt, length, StandardCharsets.ISO_8859_1);
    Matcher parsed = HEADER.matcher(header);
    if (!parsed.find()) {
      throw new IllegalArgumentException(file + " has the header " + header);
    }
    int width = parsed.group(3) == null ? 1 : Integer.parseInt(parsed.group(3));
    ByteBuffer data = bytes.position(headerAt + length).slice().order(ByteOrder.LITTLE_ENDIAN);
    return new Npy(parsed.group(1), Integer.parseInt(parsed.group(2)), width, data);
  }

  private double value(int i) {
    return switch (type) {
      case "f2" -> half(data.getShort(2 * i));
      case "f4" -> data.getFloat(4 * i);
      case "i4" -> data.getInt(4 * i);
      case "i8" -> data.getLong(8 * i);
      case "i2" -> data.getShort(2 * i);
      default -> throw new IllegalArgumentException("a .npy of type " + type);
    };
  }

  private static double half(short bits) {
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude =
        exponent == 0
            ? fraction * 0x1p-24
            : (1 + fraction / 1024.0) * Math.scalb(1.0, exponent - 15);
    return bits < 0 ? -magnitude : magnitude;
  }
}
