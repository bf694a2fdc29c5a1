package io.nomen.gallery;

import io.nomen.gallery.GalleryData.Curve;
import io.nomen.gallery.GalleryData.Curve.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A {@link Curve} as inline SVG, with its numbers in a table for who cannot see it. */
final class CurveChart {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 240;
  private static final int LEFT = 58;
  private static final int RIGHT = 12;
  private static final int TOP = 10;
  private static final int BOTTOM = 40;

  /** More points than pixels would only make the page heavier. */
  private static final int MOST_POINTS = 400;

  private static final int MOST_ROWS = 60;

  /** Colours in the style sheet. */
  private static final int COLOURS = 6;

  private final Curve curve;
  private final Axis x;
  private final Axis y;

  CurveChart(Curve curve) {
    this.curve = curve;
    this.x = scale(Point::x);
    this.y = scale(Point::y);
  }

  private record Point(double x, double y) {}

  private static List<Point> points(Series series) {
    return IntStream.range(0, series.x().length)
        .filter(i -> Double.isFinite(series.x()[i]) && Double.isFinite(series.y()[i]))
        .mapToObj(i -> new Point(series.x()[i], series.y()[i]))
        .toList();
  }

  /** At most {@code most} of {@code points} at even distances, both ends among them. */
  private static List<Point> thin(List<Point> points, int most) {
    if (points.size() <= most) {
      return points;
    }
    return IntStream.range(0, most)
        .mapToObj(i -> points.get((int) ((long) i * (points.size() - 1) / (most - 1))))
        .toList();
  }

  private Axis scale(ToDoubleFunction<Point> coordinate) {
    return Axis.around(
        curve.series().stream().flatMap(s -> points(s).stream()).mapToDouble(coordinate).toArray());
  }

  void write(Html html) {
    html.open("figure", "class", "curve");
    html.leaf("figcaption", curve.title());
    html.open(
        "svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img", "aria-label", words());
    axes(html);
    for (int i = 0; i < curve.series().size(); i++) {
      line(html, points(curve.series().get(i)), "line k" + i % COLOURS);
    }
    html.close();
    legend(html);
    numbers(html);
    html.close();
  }

  private String words() {
    StringBuilder words = new StringBuilder(curve.title()).append(" by ").append(curve.xLabel());
    for (Series series : curve.series()) {
      List<Point> points = points(series);
      if (!points.isEmpty()) {
        words.append(
            "; %s from %s to %s"
                .formatted(
                    series.name(),
                    Numbers.decimal(points.get(0).y()),
                    Numbers.decimal(points.get(points.size() - 1).y())));
      }
    }
    return words.toString();
  }

  private void axes(Html html) {
    for (double mark : y.marks()) {
      String at = Numbers.tenths(down(mark));
      html.empty(
          "line", "class", "grid", "x1", "" + LEFT, "x2", "" + (WIDTH - RIGHT), "y1", at, "y2", at);
      html.leaf(
          "text",
          Numbers.decimal(mark),
          "class",
          "mark end",
          "x",
          "" + (LEFT - 8),
          "y",
          Numbers.tenths(down(mark) + 4));
    }
    for (double mark : x.marks()) {
      html.leaf(
          "text",
          Numbers.decimal(mark),
          "class",
          "mark middle",
          "x",
          Numbers.tenths(right(mark)),
          "y",
          "" + (HEIGHT - BOTTOM + 16));
    }
    html.leaf(
        "text",
        curve.xLabel(),
        "class",
        "axis middle",
        "x",
        "" + (LEFT + WIDTH - RIGHT) / 2,
        "y",
        "" + (HEIGHT - 6));
  }

  private void line(Html html, List<Point> points, String colour) {
    StringBuilder path = new StringBuilder();
    for (Point point : thin(points, MOST_POINTS)) {
      path.append(path.isEmpty() ? "M" : "L")
          .append(Numbers.tenths(right(point.x())))
          .append(' ')
          .append(Numbers.tenths(down(point.y())));
    }
    if (!path.isEmpty()) {
      html.empty("path", "class", colour, "d", path.toString());
    }
    if (points.size() <= 30) {
      for (Point point : points) {
        html.empty(
            "circle",
            "class",
            colour,
            "r",
            "2.5",
            "cx",
            Numbers.tenths(right(point.x())),
            "cy",
            Numbers.tenths(down(point.y())));
      }
    }
  }

  private double right(double value) {
    return LEFT + x.part(value) * (WIDTH - LEFT - RIGHT);
  }

  private double down(double value) {
    return HEIGHT - BOTTOM - y.part(value) * (HEIGHT - TOP - BOTTOM);
  }

  private void legend(Html html) {
    if (curve.series().size() < 2) {
      return;
    }
    html.open("ul", "class", "legend");
    for (int i = 0; i < curve.series().size(); i++) {
      html.open("li");
      html.open("svg", "viewBox", "0 0 16 8", "aria-hidden", "true");
      html.empty("path", "class", "line k" + i % COLOURS, "d", "M0 4L16 4").close();
      html.foreign(curve.series().get(i).name()).close();
    }
    html.close();
  }

  private void numbers(Html html) {
    html.open("details").leaf("summary", "The numbers");
    for (Series series : curve.series()) {
      html.open("div", "class", "wide").open("table");
      html.open("caption").foreign(series.name()).close().open("thead").open("tr");
      for (String column : Arrays.asList(curve.xLabel(), series.name())) {
        html.open("th", "scope", "col").foreign(column).close();
      }
      html.close().close().open("tbody");
      for (Point point : thin(points(series), MOST_ROWS)) {
        html.open("tr")
            .leaf("td", Numbers.decimal(point.x()))
            .leaf("td", Numbers.decimal(point.y()));
        html.close();
      }
      html.close().close().close();
    }
    html.close();
  }

  /** A linear axis from {@code low} to {@code high}, with round numbers to mark it by. */
  record Axis(double low, double high) {

    /** The axis that holds all of {@code values}; one value alone gets room on both sides. */
    static Axis around(double[] values) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double value : values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (values.length == 0) {
        return new Axis(0, 1);
      }
      double room = low == high ? Math.max(1e-9, Math.abs(low) * 0.1) : 0;
      return new Axis(low - room, high + room);
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
}
