package io.nomen.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Large data beside the checkout; tests that need it are skipped, visibly, where it is missing. */
public final class Shared {
  private static final Path DATA = Path.of("..", "shared", "data");

  private Shared() {}

  /** The file or folder {@code name} of the shared data, or a skipped test. */
  public static Path data(String name) {
    Path path = DATA.resolve(name).toAbsolutePath().normalize();
    Assumptions.assumeTrue(
        Files.exists(path), () -> "SKIPPED: needs ../shared/data/" + name + ", which is not here");
    return path;
  }
}
