package io.nomen.bench;

import io.nomen.clip.ArchiveCache;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * Images per second of the bare forward pass: {@code ForwardPass CHECKPOINT BATCH ROUNDS THREADS}.
 * Prints median, least and most over the rounds after the first two, in fp32 and bf16; the
 * comparison is `src/bench/python/forward_pass.py` with the same batch and threads, in the same
 * minutes.
 */
public final class ForwardPass {
  private ForwardPass() {}

  public static void main(String[] arguments) {
    int batch = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    Torch.start(Integer.parseInt(arguments[3]));
    Storage storage = new Storage(new Configuration());
    ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, arguments[0]);
    byte[] noise = new byte[batch * checkpoint.model().vision().imageBytes()];
    new Random(1).nextBytes(noise);
    ByteBuffer pixels = ByteBuffer.allocateDirect(noise.length).put(noise).flip();
    for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
      try (ClipEncoder encoder =
          ClipEncoder.load(
              ArchiveCache.archives(checkpoint.model(), storage, precision),
              checkpoint.model(),
              TorchDevice.CPU)) {
        report(precision, rates(encoder, pixels, batch, rounds));
      }
    }
  }

  private static double[] rates(ClipEncoder encoder, ByteBuffer pixels, int batch, int rounds) {
    double[] rates = new double[rounds];
    for (int i = -2; i < rounds; i++) {
      long started = System.nanoTime();
      float[] embeddings = encoder.encodeImages(pixels, batch);
      double seconds = (System.nanoTime() - started) / 1e9;
      // A benchmark fails on a wrong result: what is not finite was not computed.
      for (float value : embeddings) {
        if (!Float.isFinite(value)) {
          throw new IllegalStateException("an embedding is not finite");
        }
      }
      if (i >= 0) {
        rates[i] = batch / seconds;
      }
    }
    Arrays.sort(rates);
    return rates;
  }

  private static void report(Precision precision, double[] sorted) {
    System.out.printf(
        Locale.ROOT,
        "%s %s threads %d: %.1f images/s (%.1f to %.1f)%n",
        Torch.version(),
        precision.word(),
        Torch.threads(),
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
