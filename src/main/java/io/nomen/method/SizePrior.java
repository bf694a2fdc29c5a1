package io.nomen.method;

import java.util.Locale;

/** How far {@code nomen}'s training pushes clusters towards equal sizes. */
public enum SizePrior {
  /** All the way, as TAC's L_bal does: best where classes are about equal. */
  EVEN,
  /**
   * No further than the sizes that {@code nomen-no-train} finds: for classes of very unequal sizes,
   * which L_bal tears apart.
   */
  FOUND;

  /** As the command line says it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
