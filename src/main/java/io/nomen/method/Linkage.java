package io.nomen.method;

import java.util.Locale;

/** Whether Nomen's own methods may end in average linkage. */
public enum Linkage {
  /** Where it separates the images better than what they end in otherwise. */
  AUTO,
  /** Wherever there are enough images. */
  ALWAYS,
  NEVER;

  /** As the command line says it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
