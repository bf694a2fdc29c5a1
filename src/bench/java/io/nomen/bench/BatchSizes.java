package io.nomen.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nomen.clip.ArchiveCache;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * What a batch costs: {@code BatchSizes CHECKPOINT PRECISION SECONDS SIZE…} prints CPU milliseconds
 * an image on one thread for each size of batch, the least over rounds of so many CPU seconds. CPU
 * time, not wall-clock: other work on the machine matters less to it.
 */
public final class BatchSizes {
  private static final int ROUNDS = 3;

  private BatchSizes() {}

  public static void main(String[] arguments) {
    Torch.start(1);
    Storage storage = new Storage(new Configuration());
    ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, arguments[0]);
    Precision precision = Precision.parse(arguments[1]);
    double seconds = Double.parseDouble(arguments[2]);
    try (ClipEncoder encoder =
        ClipEncoder.load(
            ArchiveCache.archives(checkpoint.model(), storage, precision),
            checkpoint.model(),
            TorchDevice.CPU)) {
      for (int i = 3; i < arguments.length; i++) {
        int size = Integer.parseInt(arguments[i]);
        byte[] noise = new byte[size * checkpoint.model().vision().imageBytes()];
        new Random(1).nextBytes(noise);
        ByteBuffer pixels = ByteBuffer.allocateDirect(noise.length).put(noise).flip();
        encoder.encodeImages(pixels.duplicate(), size);
        double least = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
          least = Math.min(least, round(encoder, pixels, size, seconds));
        }
        System.out.printf(
            Locale.ROOT,
            "%s %s batch %d (%d tokens): %.2f ms an image%n",
            checkpoint.model().id(),
            precision.word(),
            size,
            size * checkpoint.model().vision().tokens(),
            least);
      }
    }
  }

  private static double round(ClipEncoder encoder, ByteBuffer pixels, int size, double seconds) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long began = system.getProcessCpuTime();
    int images = 0;
    while (system.getProcessCpuTime() - began < seconds * 1e9) {
      float[] embeddings = encoder.encodeImages(pixels.duplicate(), size);
      if (!Float.isFinite(embeddings[0])) {
        throw new IllegalStateException("an embedding is not finite");
      }
      images += size;
    }
    return (system.getProcessCpuTime() - began) / 1e6 / images;
  }
}
