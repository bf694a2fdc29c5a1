package io.nomen.image;

/** Undoes the row filters of PNG (W3C PNG, section 9). */
final class PngFilter {
  private PngFilter() {}

  /**
   * Turns a filtered row into its own bytes, in place.
   *
   * @param row filter type, then the filtered bytes, which become the row's own
   * @param above the row above, undone, laid out alike; zeros above the first
   * @param step bytes from a pixel to its left neighbour
   */
  static void undo(byte[] row, byte[] above, int step) throws BadImageException {
    switch (row[0]) {
      case 0 -> {}
      case 1 -> {
        for (int i = 1 + step; i < row.length; i++) {
          row[i] += row[i - step];
        }
      }
      case 2 -> {
        for (int i = 1; i < row.length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> average(row, above, step);
      case 4 -> paeth(row, above, step);
      default -> throw BadImageException.corrupt("a PNG row has the filter %d", row[0] & 0xff);
    }
  }

  private static void average(byte[] row, byte[] above, int step) {
    for (int i = 1; i < row.length; i++) {
      int left = i > step ? row[i - step] & 0xff : 0;
      row[i] += (byte) ((left + (above[i] & 0xff)) >> 1);
    }
  }

  private static void paeth(byte[] row, byte[] above, int step) {
    for (int i = 1; i < Math.min(1 + step, row.length); i++) {
      row[i] += above[i];
    }
    for (int i = 1 + step; i < row.length; i++) {
      int left = row[i - step] & 0xff;
      int up = above[i] & 0xff;
      int corner = above[i - step] & 0xff;
      int toLeft = Math.abs(up - corner);
      int toUp = Math.abs(left - corner);
      int toCorner = Math.abs(left + up - 2 * corner);
      int nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
      row[i] += (byte) nearest;
    }
  }
}
