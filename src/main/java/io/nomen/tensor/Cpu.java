package io.nomen.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/** What this machine's processor can do, as Linux tells it; nothing is assumed elsewhere. */
public final class Cpu {
  private static final Set<String> FLAGS = read(Path.of("/proc/cpuinfo"));

  private Cpu() {}

  /**
   * Whether bf16 products have instructions of their own; without them they are slower than fp32.
   */
  public static boolean multipliesBf16() {
    return FLAGS.contains("avx512_bf16") || FLAGS.contains("amx_bf16");
  }

  static Set<String> read(Path cpuinfo) {
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
          .orElse(Set.of());
    } catch (IOException e) {
      return Set.of();
    }
  }
}
