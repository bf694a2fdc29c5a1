package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.gallery.CurveChart.Axis;
import io.nomen.gallery.GalleryData.Curve;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void shares_are_per_cent_and_never_rounded_to_certainty() {
    assertThat(Stream.of(0.0, 0.934, 0.9999, 1.0, Double.NaN).map(Numbers::percent))
        .containsExactly("0\u202f%", "93\u202f%", "> 99\u202f%", "100\u202f%", "–");
  }

  @Test
  void decimals_have_three_digits_or_four() {
    assertThat(
            Stream.of(0.41234, -0.5, 12.345, 1234.5, 7.0, 0.0, 6.7e-5, 2.5e9, Double.NaN)
                .map(Numbers::decimal))
        .containsExactly(
            "0.412", "-0.500", "12.35", "1,235", "7", "0", "6.70e-05", "2.50e+09", "–");
  }

  @Test
  void times_are_told_as_people_do() {
    assertThat(Stream.of(0.04, 9.96, 59.6, 185.0, 7600.0).map(Numbers::seconds))
        .containsExactly("0.0 s", "10 s", "1 min 0 s", "3 min 5 s", "2 h 6 min");
  }

  @Test
  void an_axis_has_round_marks() {
    assertThat(new Axis(0, 19).marks()).isEqualTo(List.of(0.0, 5.0, 10.0, 15.0));
    assertThat(Axis.around(new double[] {0.31, 0.38}).marks()).hasSizeBetween(3, 8);
    assertThat(Axis.around(new double[] {4}).marks()).contains(4.0);
    assertThat(Axis.around(new double[0])).isEqualTo(new Axis(0, 1));
  }

  @Test
  void a_chart_without_a_finite_point_is_a_chart() {
    double[] bad = {Double.NaN, Double.POSITIVE_INFINITY};
    Html html = Html.document();
    new CurveChart(new Curve("loss", "epoch", List.of(new Curve.Series("a", bad, bad))))
        .write(html);
    assertThat(html.page()).contains("<figcaption>loss</figcaption>").doesNotContain("NaN");
  }
}
