package io.nomen.image;

/**
 * Which input pixels make an output pixel along one axis, and with what weights: a filter of
 * Pillow's, whose support grows when shrinking, in Pillow's 22-bit fixed point.
 *
 * @param first {@code [outputs]}: the first input of each output
 * @param count {@code [outputs]}: how many inputs it has
 * @param weights {@code [outputs, taps]}
 * @param taps most inputs that an output can have
 */
record ResizeFilter(int[] first, int[] count, int[] weights, int taps) {
  static final int PRECISION_BITS = 32 - 8 - 2;
  static final int HALF = 1 << (PRECISION_BITS - 1);

  /** The outputs {@code from} to {@code from + outputs - 1} of a side of {@code whole} pixels. */
  static ResizeFilter of(Resampling resampling, int inputs, int whole, int from, int outputs) {
    double scale = (double) inputs / whole;
    double stretch = Math.max(1, scale);
    double support = resampling.support() * stretch;
    int taps = (int) Math.ceil(support) * 2 + 1;
    int[] first = new int[outputs];
    int[] count = new int[outputs];
    int[] weights = new int[Math.multiplyExact(outputs, taps)];
    double[] exact = new double[taps];
    for (int i = 0; i < outputs; i++) {
      double centre = (from + i + 0.5) * scale;
      int low = Math.max(0, (int) (centre - support + 0.5));
      int high = Math.min(inputs, (int) (centre + support + 0.5));
      double sum = 0;
      for (int x = low; x < high; x++) {
        exact[x - low] = resampling.weight((x - centre + 0.5) * (1 / stretch));
        sum += exact[x - low];
      }
      first[i] = low;
      count[i] = high - low;
      for (int x = 0; x < high - low; x++) {
        double weight = (sum == 0 ? exact[x] : exact[x] / sum) * (1 << PRECISION_BITS);
        weights[i * taps + x] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
    }
    return new ResizeFilter(first, count, weights, taps);
  }
}
