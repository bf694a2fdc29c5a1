package io.nomen.heads;

import io.nomen.tensor.HalfFloats;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;

/** Brings features to the driver as half floats, so that float32 rows never gather in one place. */
public final class HalfTable {
  private HalfTable() {}

  private record Part(long firstRow, short[] values) implements Serializable {}

  /** All rows, [N, d] half floats, row-major: 1 kB per row at 512 columns. */
  public static short[] collect(RowBlocks rows) {
    short[] all = new short[Math.toIntExact(rows.rows() * rows.width())];
    for (Part part :
        rows.blocks().map(b -> new Part(b.firstRow(), HalfFloats.encode(b.values()))).collect()) {
      System.arraycopy(
          part.values(),
          0,
          all,
          Math.toIntExact(part.firstRow() * rows.width()),
          part.values().length);
    }
    return all;
  }
}
