package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import io.nomen.testing.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Golden values, and how near an embedding is to them. */
final class Goldens {
  static final Storage STORAGE = new Storage(new Configuration());

  private Goldens() {}

  static byte[] shared(String name) throws IOException {
    return Files.readAllBytes(Shared.data(name));
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = Goldens.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  static List<String> prompts(byte[] json) {
    return Arrays.asList(
        Json.read(new String(json, StandardCharsets.UTF_8), String[].class, "prompts"));
  }

  static ClipEncoder encoder(ClipCheckpoint checkpoint, Precision precision) {
    return EncoderCache.encoder(checkpoint.model(), STORAGE, TorchDevice.CPU, precision);
  }

  static void assertNear(float[] all, int row, float[] golden, double cosine, double norm) {
    float[] found = Arrays.copyOfRange(all, row * golden.length, (row + 1) * golden.length);
    double foundNorm = Math.sqrt(dot(found, found));
    double goldenNorm = Math.sqrt(dot(golden, golden));
    assertThat(dot(found, golden) / foundNorm / goldenNorm)
        .as("cosine of row %d", row)
        .isGreaterThanOrEqualTo(cosine);
    assertThat(foundNorm / goldenNorm).as("norm of row %d", row).isBetween(1 - norm, 1 + norm);
  }

  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
