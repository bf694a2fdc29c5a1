package io.nomen.gallery;

import java.util.List;

/** A chart of one or more lines over one axis, for example the loss by epoch. */
public record Curve(String title, String xLabel, List<Series> series) {

  /** One line: {@code y[i]} at {@code x[i]}; points that are not finite are left out. */
  public record Series(String name, double[] x, double[] y) {
    public Series {
      if (x.length != y.length) {
        throw new IllegalArgumentException(
            "The series \"%s\" has %d x and %d y; give as many of one as of the other."
                .formatted(name, x.length, y.length));
      }
    }
  }

  public Curve {
    series = List.copyOf(series);
  }
}
