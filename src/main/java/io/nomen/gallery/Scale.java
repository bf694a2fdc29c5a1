package io.nomen.gallery;

import java.util.ArrayList;
import java.util.List;

/** A linear axis from {@code low} to {@code high}, with round numbers to mark it by. */
record Scale(double low, double high) {

  /** The axis that holds all of {@code values}; one value alone gets room on both sides. */
  static Scale around(double[] values) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (values.length == 0) {
      return new Scale(0, 1);
    }
    double room = low == high ? Math.max(1e-9, Math.abs(low) * 0.1) : 0;
    return new Scale(low - room, high + room);
  }

  /** Where {@code value} lies, 0 at {@code low} and 1 at {@code high}. */
  double part(double value) {
    return (value - low) / (high - low);
  }

  /** Between three and seven round numbers (1, 2 or 5 times a power of ten apart). */
  List<Double> marks() {
    double raw = (high - low) / 5;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
    List<Double> marks = new ArrayList<>();
    for (double k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
      // Adding zero turns a negative zero into a plain one.
      marks.add(k * step + 0.0);
    }
    return marks;
  }
}
