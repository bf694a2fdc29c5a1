package io.nomen;

import java.util.Locale;

/**
 * Text that a machine reads, or that must be the same on every machine: programs for libtorch,
 * headers, names of files, columns of tables, pages. {@code String.formatted} writes digits of the
 * machine's own language, and under some the number 7 is not {@code 7}.
 */
public final class RootLocale {
  private RootLocale() {}

  /** As {@link String#format(Locale, String, Object...)}, in no language. */
  public static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }
}
