package io.nomen.tensor;

import io.nomen.NomenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The number format of a model's matrix products; sums and norms stay in fp32 in all of them. */
public enum Precision {
  /** What suits the device; see {@link #on}. */
  AUTO(0, 0),
  FP32(4, 6),
  BF16(2, 15),
  FP16(2, 5);

  private final int bytes;
  private final int scalarType;

  Precision(int bytes, int scalarType) {
    this.bytes = bytes;
    this.scalarType = scalarType;
  }

  /** The precision that a user names: {@code auto|fp32|bf16|fp16}. */
  public static Precision parse(String word) {
    return Arrays.stream(values())
        .filter(p -> p.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                NomenException.usage(
                    "--precision is \"%s\"; give one of %s."
                        .formatted(
                            word,
                            Arrays.stream(values())
                                .map(Precision::word)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * This precision, with {@code AUTO} resolved: fp16 on GPUs, bf16 on CPUs where {@link
   * Cpu#multipliesBf16() that is faster}, fp32 on all others.
   */
  public Precision on(TorchDevice device) {
    if (this != AUTO) {
      return this;
    }
    if (device.kind() == TorchDevice.Kind.CUDA) {
      return FP16;
    }
    return Cpu.multipliesBf16() ? BF16 : FP32;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** The number that PyTorch's {@code ScalarType} has for it, as TorchScript's {@code to} takes. */
  public int scalarType() {
    return scalarType;
  }

  /** The word of the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What this machine's processor can do, as Linux tells it; nothing is assumed elsewhere. */
  public static final class Cpu {
    private static final Set<String> WORDS = read(Path.of("/proc/cpuinfo"));

    private Cpu() {}

    /**
     * Whether bf16 products are faster than fp32 ones: with AMX they are, and with AMD's
     * AVX512-BF16. Intel's alone is not enough. Images of ViT-B/32's image tower per CPU second, in
     * fp32 and bf16: 11.8 and 41.5 on a Zen 5 EPYC, 14.9 and 7.6 on a Xeon that has AVX512-BF16 and
     * no AMX; PyTorch 2.13 showed the same (11.4 and 38.0, 11.9 and 7.7).
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
}
