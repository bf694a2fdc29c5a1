package io.nomen.encode;

import io.nomen.NomenException;
import io.nomen.RootLocale;

/** Decides whether there are too many bad images to go on. */
public final class BadImages {
  private BadImages() {}

  /**
   * Ends a job that has too many of them.
   *
   * @throws NomenException of kind {@code TOO_MANY_BAD} when the share of bad ones is above {@code
   *     largest}
   */
  public static void check(long listed, long bad, double largest) {
    if (bad > largest * listed) {
      throw new NomenException(
          NomenException.Kind.TOO_MANY_BAD,
          RootLocale.format(
              "%,d of %,d images cannot be used (%.1f %%; --max-bad-fraction allows %.1f %%); the"
                  + " images table has a reason for each.",
              bad, listed, 100.0 * bad / listed, 100 * largest));
    }
  }
}
