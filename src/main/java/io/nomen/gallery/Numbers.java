package io.nomen.gallery;

import io.nomen.RootLocale;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;

/** Numbers, times and long names as the pages show them. */
final class Numbers {
  private static final char NARROW_SPACE = '\u202f';
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Numbers() {}

  /** {@code 3,120}. */
  static String count(long number) {
    return RootLocale.format("%,d", number);
  }

  /** {@code 1 image}, {@code 3,120 images}. */
  static String count(long number, String one, String many) {
    return count(number) + " " + (number == 1 ? one : many);
  }

  /** A share of 0 to 1 in per cent: {@code 93 %}. A share below 1 is never shown as 100 %. */
  static String percent(double share) {
    if (!Double.isFinite(share)) {
      return "–";
    }
    long rounded = Math.round(share * 100);
    return (rounded == 100 && share < 1 ? "> 99" : String.valueOf(rounded)) + NARROW_SPACE + "%";
  }

  /** Three digits or four: {@code 0.412}, {@code 12.31}, {@code 6.70e-05}. */
  static String decimal(double number) {
    double size = Math.abs(number);
    if (!Double.isFinite(number)) {
      return "–";
    }
    if (number == Math.rint(number) && size < 1e6) {
      return count((long) number);
    }
    if (size >= 1e6 || size < 1e-3) {
      return RootLocale.format("%.2e", number);
    }
    int digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
    return RootLocale.format("%,." + digits + "f", number);
  }

  /** One digit after the point, for coordinates: {@code 12.3}. */
  static String tenths(double number) {
    return RootLocale.format("%.1f", number);
  }

  /** {@code 0.4 s}, {@code 12 s}, {@code 3 min 5 s}, {@code 2 h 7 min}. */
  static String seconds(double seconds) {
    long whole = Math.round(seconds);
    if (seconds < 9.95) {
      return RootLocale.format("%.1f s", seconds);
    }
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? whole / 60 + " min " + whole % 60 + " s"
        : whole / 3600 + " h " + whole / 60 % 60 + " min";
  }

  static String moment(Instant moment, Locale locale) {
    DateTimeFormatter date = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG);
    return date.withLocale(locale).withZone(ZoneOffset.UTC).format(moment)
        + ", "
        + TIME.format(moment);
  }

  /** At most {@code length} characters; what is cut is cut from the middle. */
  static String shorten(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int head = length / 2;
    return text.substring(0, head) + "…" + text.substring(text.length() - (length - head - 1));
  }
}
