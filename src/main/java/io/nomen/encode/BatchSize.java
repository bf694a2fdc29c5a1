package io.nomen.encode;

import io.nomen.clip.VisionSpec;
import io.nomen.tensor.TorchDevice;

/**
 * How many images go through a model at once where nobody says: by the tokens that they make, since
 * these are the rows of every product. The same model and kind of device always give the same, and
 * with it the same last digits.
 *
 * <p>On a CPU too few rows leave the products short, too many leave the caches: ViT-B/32 in fp32 on
 * one thread of a Xeon with AVX-512 took 80 CPU milliseconds an image at 200 tokens, 82 at 400, 67
 * at 800, 64 at 1,600 and 75 at 3,200 ({@code BatchSizes} in {@code src/bench}). A GPU has no such
 * limit above, only its memory: 32,768 tokens of ViT-L's perceptron take a quarter of a gigabyte in
 * fp16.
 */
public final class BatchSize {
  private static final int CPU_TOKENS = 1_600;
  private static final int GPU_TOKENS = 32_768;
  private static final int MOST = 512;

  private BatchSize() {}

  /** A power of two, so that batches fill buckets evenly. */
  public static int choose(VisionSpec vision, TorchDevice device) {
    int tokens = device.kind() == TorchDevice.Kind.CPU ? CPU_TOKENS : GPU_TOKENS;
    return Integer.highestOneBit(Math.max(1, Math.min(MOST, tokens / vision.tokens())));
  }
}
