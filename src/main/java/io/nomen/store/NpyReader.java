package io.nomen.store;

import io.nomen.NomenException;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads NumPy's {@code .npy} files row by row, of any size (format: NumPy's {@code
 * numpy.lib.format}, versions 1 to 3): numbers in C order, one or two dimensions.
 */
public final class NpyReader implements Closeable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCRIPTION = Pattern.compile("'descr':\\s*'([<>|=])([fiub])(\\d)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("'shape':\\s*\\(\\s*(\\d+)\\s*,?\\s*(\\d*)\\s*,?\\s*\\)");
  private static final int HEADER_LIMIT = 1 << 16;

  private final DataInputStream in;
  private final String uri;
  private final long rows;
  private final int width;
  private final char kind;
  private final int size;
  private final ByteOrder order;
  private long read;

  private NpyReader(DataInputStream in, String uri) throws IOException {
    this.in = in;
    this.uri = uri;
    String header = header();
    Matcher description = find(DESCRIPTION, header, "a dtype of float, int or bool");
    Matcher shape = find(SHAPE, header, "one or two dimensions");
    if (find(ORDER, header, "fortran_order").group(1).equals("True")) {
      throw wrong("it is in Fortran order; save numpy.ascontiguousarray of it");
    }
    kind = description.group(2).charAt(0);
    size = Integer.parseInt(description.group(3));
    order = description.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    if (kind == 'f'
        ? size != 2 && size != 4 && size != 8
        : size != 1 && size != 2 && size != 4 && size != 8) {
      throw wrong("its dtype %s%d is not one that Nomen reads".formatted(kind, size));
    }
    rows = Long.parseLong(shape.group(1));
    width = shape.group(2).isEmpty() ? 1 : Integer.parseInt(shape.group(2));
  }

  /** Opens {@code uri}; a file that is not such a {@code .npy} is an input error that says why. */
  public static NpyReader open(Storage storage, String uri) {
    InputStream in = storage.open(uri);
    try {
      return new NpyReader(new DataInputStream(in), uri);
    } catch (IOException e) {
      throw NomenException.input("Cannot read %s: %s.".formatted(uri, e.getMessage()), e);
    }
  }

  public long rows() {
    return rows;
  }

  /** Columns; 1 for a vector. */
  public int width() {
    return width;
  }

  /**
   * The next rows.
   *
   * @return [min(count, what is left) × width] values, row after row
   */
  public float[] next(int count) {
    double[] values = nextDoubles(count);
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** All values of an integer file. */
  public int[] ints() {
    double[] values = nextDoubles(Math.toIntExact(rows - read));
    int[] ints = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  private double[] nextDoubles(int count) {
    int now = Math.toIntExact(Math.min(count, rows - read));
    byte[] bytes = new byte[Math.multiplyExact(Math.multiplyExact(now, width), size)];
    try {
      in.readFully(bytes);
    } catch (EOFException e) {
      throw wrong("it ends before row %d of %d".formatted(read + now, rows));
    } catch (IOException e) {
      throw NomenException.input("Cannot read %s: %s.".formatted(uri, e.getMessage()), e);
    }
    read += now;
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
    double[] values = new double[now * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(buffer);
    }
    return values;
  }

  private double value(ByteBuffer buffer) {
    if (kind == 'f') {
      return switch (size) {
        case 2 -> half(buffer.getShort());
        case 4 -> buffer.getFloat();
        default -> buffer.getDouble();
      };
    }
    boolean unsigned = kind == 'u' || kind == 'b';
    return switch (size) {
      case 1 -> unsigned ? Byte.toUnsignedInt(buffer.get()) : buffer.get();
      case 2 -> unsigned ? Short.toUnsignedInt(buffer.getShort()) : buffer.getShort();
      case 4 -> unsigned ? Integer.toUnsignedLong(buffer.getInt()) : buffer.getInt();
      default -> buffer.getLong();
    };
  }

  /** IEEE 754 binary16. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wide = exponent == 31 ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }

  private String header() throws IOException {
    byte[] magic = in.readNBytes(MAGIC.length);
    if (!java.util.Arrays.equals(magic, MAGIC)) {
      throw wrong("it does not begin like a .npy file");
    }
    int version = in.readUnsignedByte();
    in.readUnsignedByte();
    int length =
        version == 1
            ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
            : Integer.reverseBytes(in.readInt());
    if (length < 0 || length > HEADER_LIMIT) {
      throw wrong("its header of %d bytes is too long".formatted(length));
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private Matcher find(Pattern pattern, String header, String what) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw wrong("its header shows no " + what + " (" + header.strip() + ")");
    }
    return matcher;
  }

  private NomenException wrong(String reason) {
    return NomenException.input("Cannot use %s: %s.".formatted(uri, reason));
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw NomenException.input("Cannot read %s: %s.".formatted(uri, e.getMessage()), e);
    }
  }
}
