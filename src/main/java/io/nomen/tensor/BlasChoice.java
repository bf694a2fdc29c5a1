package io.nomen.tensor;

import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The BLAS that MLlib multiplies with, chosen once per JVM and before MLlib's first product.
 *
 * <p>MLlib asks {@code dev.ludovic.netlib} for a native BLAS and falls back to Java. Few machines
 * have one installed, but libtorch carries one (on x86-64 Intel's MKL) and exports its routines, so
 * MLlib is pointed there. On 4096 × 512 by 512 × 167 in double precision that gave 30 GFLOP/s on
 * one core, from the first call on; Java's vectors 12 to 20, after some seconds of warming up.
 *
 * <p>A user who sets {@code -Ddev.ludovic.netlib.blas.nativeLibPath} or {@code …nativeLib} keeps
 * that choice.
 */
public final class BlasChoice {
  private static final String PATH = "dev.ludovic.netlib.blas.nativeLibPath";
  private static final String NAME = "dev.ludovic.netlib.blas.nativeLib";
  private static final String LIBTORCH = "libtorch_cpu.so";

  private BlasChoice() {}

  /** Makes the choice for this JVM, and says in a few words for the banner what it is. */
  public static String take() {
    return Holder.CHOICE;
  }

  private static final class Holder {
    static final String CHOICE = choose();
  }

  private static String choose() {
    boolean own = System.getProperty(PATH) != null || System.getProperty(NAME) != null;
    Optional<Path> libtorch = own ? Optional.empty() : loadedLibtorch();
    libtorch.ifPresent(path -> System.setProperty(PATH, path.toString()));
    try {
      NativeBLAS.getInstance();
      return libtorch.map(path -> "libtorch's").orElse("native");
    } catch (RuntimeException | LinkageError e) {
      return "Java (%s)".formatted(JavaBLAS.getInstance().getClass().getSimpleName());
    }
  }

  /** Where the libtorch of this process lies, as Linux tells it. */
  private static Optional<Path> loadedLibtorch() {
    Torch.startInTask();
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.endsWith(LIBTORCH) && line.indexOf('/') >= 0)
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
