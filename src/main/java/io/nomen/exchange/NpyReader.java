package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.exchange.NpyReader.StoredNumber.Kind;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import io.nomen.tensor.HalfFloats;
import io.nomen.tensor.MatrixReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads NumPy's {@code .npy} files row by row, of any size (format: NumPy's {@code
 * numpy.lib.format}, versions 1 to 3): numbers in C order, one or two dimensions.
 */
public final class NpyReader implements MatrixReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCRIPTION =
      Pattern.compile("'descr':\\s*'([<>|=])([fiub])(\\d{1,2})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("'shape':\\s*\\(\\s*(\\d{1,18})\\s*,?\\s*(\\d{0,9})\\s*,?\\s*\\)");
  private static final int HEADER_LIMIT = 1 << 16;

  private final MatrixStream matrix;
  private final boolean vector;

  private NpyReader(MatrixStream matrix, boolean vector) {
    this.matrix = matrix;
    this.vector = vector;
  }

  /**
   * Opens {@code uri}; a file that is not such a {@code .npy}, or is shorter than its header says,
   * is an input error that says why.
   */
  public static NpyReader open(Storage storage, String uri) {
    long length = storage.length(uri);
    InputStream in = storage.open(uri);
    try {
      return new Header(uri, length).read(new DataInputStream(in));
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  @Override
  public long rows() {
    return matrix.rows();
  }

  @Override
  public int width() {
    return matrix.width();
  }

  /** Whether the file has one dimension. */
  public boolean isVector() {
    return vector;
  }

  @Override
  public float[] next(int count) {
    return matrix.next(count);
  }

  @Override
  public void skip(long count) {
    matrix.skip(count);
  }

  /** The next rows of an integer file. */
  public int[] ints(int count) {
    return matrix.nextInts(count);
  }

  @Override
  public void close() {
    matrix.close();
  }

  /** The text before the numbers. */
  private record Header(String uri, long fileLength) {

    NpyReader read(DataInputStream in) throws IOException {
      if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
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
      int start = MAGIC.length + 2 + (version == 1 ? 2 : 4) + length;
      String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      Matcher shape = find(SHAPE, text, "one or two dimensions");
      if (find(ORDER, text, "fortran_order").group(1).equals("True")) {
        throw wrong("it is in Fortran order; save numpy.ascontiguousarray of it");
      }
      boolean vector = shape.group(2).isEmpty();
      return new NpyReader(
          new MatrixStream(
              in,
              uri,
              start,
              fileLength,
              Long.parseLong(shape.group(1)),
              vector ? 1 : Integer.parseInt(shape.group(2)),
              number(find(DESCRIPTION, text, "a dtype of float, int or bool"))),
          vector);
    }

    private StoredNumber number(Matcher description) {
      char kind = description.group(2).charAt(0);
      int size = Integer.parseInt(description.group(3));
      boolean known =
          switch (size) {
            case 1 -> kind != 'f';
            case 2, 4, 8 -> kind != 'b';
            default -> false;
          };
      if (!known) {
        throw wrong("its dtype %s%d is not one that Nomen reads".formatted(kind, size));
      }
      return new StoredNumber(
          kind == 'f' ? Kind.FLOAT : kind == 'i' ? Kind.SIGNED : Kind.UNSIGNED,
          size,
          description.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
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
  }

  /** The numbers of a matrix from where they begin in a file; counts in longs, reads in parts. */
  static final class MatrixStream implements MatrixReader {
    private final DataInputStream in;
    private final String uri;
    private final long rows;
    private final int width;
    private final StoredNumber number;
    private long read;

    /**
     * Reads on from {@code in}, which stands at the first number.
     *
     * @param start where that is in the file
     * @param fileLength of the whole file, which must hold all rows
     */
    MatrixStream(
        DataInputStream in,
        String uri,
        long start,
        long fileLength,
        long rows,
        int width,
        StoredNumber number) {
      this.in = in;
      this.uri = uri;
      this.rows = rows;
      this.width = width;
      this.number = number;
      if (width < 1 || rows > (fileLength - start) / number.bytes() / width) {
        throw wrong(
            "%d rows of %d numbers of %d bytes from byte %d on do not fit into its %d bytes"
                .formatted(rows, width, number.bytes(), start, fileLength));
      }
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
      ByteBuffer buffer = bytes(count);
      float[] values = new float[buffer.remaining() / number.bytes()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) number.next(buffer);
      }
      return values;
    }

    /** The next rows as integers. */
    int[] nextInts(int count) {
      ByteBuffer buffer = bytes(count);
      int[] values = new int[buffer.remaining() / number.bytes()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (int) number.next(buffer);
      }
      return values;
    }

    long left() {
      return rows - read;
    }

    @Override
    public void skip(long count) {
      try {
        in.skipNBytes(Math.multiplyExact(Math.min(count, left()), (long) width * number.bytes()));
        read += Math.min(count, left());
      } catch (IOException e) {
        throw cannotRead(e);
      }
    }

    private ByteBuffer bytes(int count) {
      int now = (int) Math.min(count, left());
      byte[] bytes = new byte[Math.multiplyExact(Math.multiplyExact(now, width), number.bytes())];
      try {
        in.readFully(bytes);
      } catch (EOFException e) {
        throw wrong("it ends before row %d of %d".formatted(read + now, rows));
      } catch (IOException e) {
        throw cannotRead(e);
      }
      read += now;
      return ByteBuffer.wrap(bytes).order(number.order());
    }

    private NomenException wrong(String reason) {
      return NomenException.input("Cannot use %s: %s.".formatted(uri, reason));
    }

    private NomenException cannotRead(IOException e) {
      return StorageFailure.cannot("read", uri, e);
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw cannotRead(e);
      }
    }
  }

  /**
   * How a file stores one number.
   *
   * @param bytes 1, 2, 4 or 8
   */
  record StoredNumber(Kind kind, int bytes, ByteOrder order) {

    enum Kind {
      /** IEEE 754 of 2, 4 or 8 bytes. */
      FLOAT,
      /** The upper half of a float of 4 bytes. */
      BFLOAT16,
      SIGNED,
      UNSIGNED
    }

    /** Takes the next number of {@code buffer}, whose order is this one's. */
    double next(ByteBuffer buffer) {
      return switch (kind) {
        case FLOAT ->
            switch (bytes) {
              case 2 -> HalfFloats.decode(buffer.getShort());
              case 4 -> buffer.getFloat();
              default -> buffer.getDouble();
            };
        case BFLOAT16 -> HalfFloats.decodeBf16(buffer.getShort());
        case SIGNED ->
            switch (bytes) {
              case 1 -> buffer.get();
              case 2 -> buffer.getShort();
              case 4 -> buffer.getInt();
              default -> buffer.getLong();
            };
        case UNSIGNED ->
            switch (bytes) {
              case 1 -> Byte.toUnsignedInt(buffer.get());
              case 2 -> Short.toUnsignedInt(buffer.getShort());
              case 4 -> Integer.toUnsignedLong(buffer.getInt());
              default -> buffer.getLong();
            };
      };
    }
  }
}
