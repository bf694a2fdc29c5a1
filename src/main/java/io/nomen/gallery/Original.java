package io.nomen.gallery;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The original behind an image's path. Only a file of this machine becomes a link; what is in an
 * object store, in a tar or in a table is named and not linked, and a path can never be a link of
 * another kind ({@code javascript:}, {@code https:}).
 */
record Original(String path) {
  private static final Pattern LOCAL =
      Pattern.compile("(?:file:(?://)?)?(/(?!/).*)", Pattern.DOTALL);
  private static final Pattern INSIDE_A_FILE =
      Pattern.compile(".*\\.(?:tar|parquet)[#!/:].*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** Longer links would make pages large; the path is still shown. */
  private static final int LONGEST_LINK = 2048;

  /** The percent-encoded {@code file:} URI of the original. */
  Optional<String> link() {
    var local = LOCAL.matcher(path);
    if (!local.matches() || INSIDE_A_FILE.matcher(path).matches()) {
      return Optional.empty();
    }
    String link = "file://" + encode(local.group(1));
    return link.length() > LONGEST_LINK ? Optional.empty() : Optional.of(link);
  }

  /** The last part of the path, short enough for a caption. */
  String name() {
    int slash = path.lastIndexOf('/', path.length() - 2);
    return Figures.shorten(path.substring(slash + 1), 40);
  }

  /** The path as a table shows it. */
  String shown() {
    return Figures.shorten(path, 240);
  }

  /** Every byte but RFC 3986's unreserved characters and the slash is encoded. */
  private static String encode(String path) {
    StringBuilder out = new StringBuilder(path.length() + 16);
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      if (PLAIN.indexOf(b) >= 0) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.toHexDigits(b));
      }
    }
    return out.toString();
  }
}
