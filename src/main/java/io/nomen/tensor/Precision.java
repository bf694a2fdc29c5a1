package io.nomen.tensor;

import io.nomen.NomenException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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
}
