package io.nomen.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nomen.image.Decoded;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.ModelInput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Milliseconds of processor time per image for decoding and for resize and crop to 224: one image
 * after the other, the best and the worst of seven rounds after two to warm up. Pin it to one core:
 *
 * <pre>taskset -c 1 java -cp ... io.nomen.bench.DecodeTimes FILE...</pre>
 */
public final class DecodeTimes {
  private static final int ROUNDS = 9;
  private static final int WARM_UP = 2;
  private static final double ROUND_SECONDS = 0.5;
  private static final int SIDE = 224;

  private DecodeTimes() {}

  /** Prints a line per file. */
  public static void main(String[] files) throws IOException {
    System.out.printf("%-28s %-11s %16s %16s%n", "file", "size", "decode", "resize");
    for (String file : files) {
      byte[] bytes = Files.readAllBytes(Path.of(file));
      Decoded.Ok whole = decode(bytes, DecodeOptions.defaults());
      System.out.printf(
          Locale.ROOT,
          "%-28s %-11s %16s %16s%n",
          Path.of(file).getFileName(),
          whole.info().width() + " x " + whole.info().height(),
          time(() -> decode(bytes, DecodeOptions.defaults())),
          time(() -> ModelInput.centreCrop(SIDE, SIDE).prepare(whole.image())));
    }
  }

  private static Decoded.Ok decode(byte[] bytes, DecodeOptions options) {
    if (ImageDecoder.decode(bytes, options) instanceof Decoded.Ok ok) {
      return ok;
    }
    throw new IllegalStateException("not decoded");
  }

  private static String time(Runnable work) {
    double best = Double.MAX_VALUE;
    double worst = 0;
    for (int round = 0; round < ROUNDS; round++) {
      double milliseconds = round(work);
      if (round >= WARM_UP) {
        best = Math.min(best, milliseconds);
        worst = Math.max(worst, milliseconds);
      }
    }
    return String.format(Locale.ROOT, "%.2f to %.2f ms", best, worst);
  }

  private static double round(Runnable work) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long start = system.getProcessCpuTime();
    int times = 0;
    while (system.getProcessCpuTime() - start < ROUND_SECONDS * 1e9) {
      work.run();
      times++;
    }
    return (system.getProcessCpuTime() - start) / 1e6 / times;
  }
}
