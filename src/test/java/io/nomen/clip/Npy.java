package io.nomen.clip;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A two-dimensional little-endian .npy file of the goldens. */
record Npy(int rows, int columns, ByteBuffer data, boolean longs) {
  private static final Pattern HEADER =
      Pattern.compile("'descr': '<(f4|i8)', 'fortran_order': False, 'shape': \\((\\d+), (\\d+)\\)");

  static Npy read(byte[] file) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = all.getShort(8);
    Matcher header = HEADER.matcher(new String(file, 10, headerLength, StandardCharsets.US_ASCII));
    if (!header.find()) {
      throw new IOException("not a golden file");
    }
    all.position(10 + headerLength);
    return new Npy(
        Integer.parseInt(header.group(2)),
        Integer.parseInt(header.group(3)),
        all.slice().order(ByteOrder.LITTLE_ENDIAN),
        header.group(1).equals("i8"));
  }

  float[] row(int row) {
    float[] values = new float[columns];
    data.asFloatBuffer().position(row * columns).get(values);
    return values;
  }

  int[] tokens(int row) {
    int[] values = new int[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = (int) data.getLong(8 * (row * columns + i));
    }
    return values;
  }
}
