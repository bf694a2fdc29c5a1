package io.nomen.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this machine's processor can do, as Linux tells it; nothing is assumed elsewhere. */
public final class Cpu {
  private static final Set<String> WORDS = read(Path.of("/proc/cpuinfo"));

  private Cpu() {}

  /**
   * Whether bf16 products are faster than fp32 ones: with AMX they are, and with AMD's AVX512-BF16.
   * Intel's alone is not enough. Images of ViT-B/32's image tower per CPU second, in fp32 and bf16:
   * 11.8 and 41.5 on a Zen 5 EPYC, 14.9 and 7.6 on a Xeon that has AVX512-BF16 and no AMX; PyTorch
   * 2.13 showed the same (11.4 and 38.0, 11.9 and 7.7).
   */
  public static boolean multipliesBf16() {
    return multipliesBf16(WORDS);
  }

  static boolean multipliesBf16(Set<String> words) {
    return words.contains("amx_bf16")
        || (words.contains("AuthenticAMD") && words.contains("avx512_bf16"));
  }

  /** The first processor's maker and flags; nothing where the file is not there. */
  static Set<String> read(Path cpuinfo) {
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      return lines
          .takeWhile(line -> !line.isBlank())
          .filter(line -> line.startsWith("flags") || line.startsWith("vendor_id"))
          .flatMap(line -> Stream.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      return Set.of();
    }
  }
}
