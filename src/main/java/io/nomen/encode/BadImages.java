package io.nomen.encode;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.run.Table;

/** Decides whether there are too many bad images to go on. */
public final class BadImages {
  private BadImages() {}

  /**
   * Ends a job that has too many of them.
   *
   * @param images where the reasons are, whether it is published or not
   * @throws NomenException of kind {@code TOO_MANY_BAD} when the share of bad ones is above {@code
   *     largest}
   */
  public static void check(long listed, long bad, double largest, Table images) {
    if (bad > largest * listed) {
      throw new NomenException(
          NomenException.Kind.TOO_MANY_BAD,
          RootLocale.format(
              "%,d of %,d images cannot be used (%.1f %%; --max-bad-fraction allows %.1f %%); the table %s"
                  + " has a reason for each.",
              bad, listed, 100.0 * bad / listed, 100 * largest, images.folder()));
    }
  }
}
