package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.nomen.NomenException;
import io.nomen.clip.TestCheckpoint.Raw;
import io.nomen.safetensors.SafetensorsReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged weight files end in tensors or in the documented sentence, and in nothing else. */
class WeightFilesFuzzTest {
  private static final int ORDINARY_ROUNDS = 3_000;

  @TempDir Path folder;

  @Test
  void a_few_thousand_damaged_files_are_read_or_refused() throws Exception {
    fuzz(20_261_122, ORDINARY_ROUNDS, Long.MAX_VALUE);
  }

  @Test
  @Tag("slow")
  void a_minute_of_damaged_files_is_read_or_refused() throws Exception {
    fuzz(System.nanoTime(), Integer.MAX_VALUE, System.nanoTime() + 60_000_000_000L);
  }

  private void fuzz(long seed, int rounds, long until) throws Exception {
    Map<String, byte[]> seeds = new LinkedHashMap<>();
    seeds.put("model.safetensors", smallSafetensors());
    seeds.put("zip.bin", Goldens.resource("small_zip.bin"));
    seeds.put("legacy.bin", Goldens.resource("small_legacy.bin"));
    Random random = new Random(seed);
    int read = 0;
    int refused = 0;
    int round = 0;
    for (; round < rounds && System.nanoTime() - until < 0; round++) {
      for (Map.Entry<String, byte[]> entry : seeds.entrySet()) {
        byte[] damaged = damage(entry.getValue(), random);
        try {
          readAll(entry.getKey(), damaged);
          read++;
        } catch (NomenException e) {
          assertThat(e.kind()).isEqualTo(NomenException.Kind.INPUT);
          assertThat(e.getMessage()).contains("is not a usable");
          refused++;
        } catch (RuntimeException | Error e) {
          Files.write(Path.of("target", "fuzz-" + entry.getKey()), damaged);
          fail("seed %d, round %d, %s".formatted(seed, round, entry.getKey()), e);
        }
      }
    }
    // Both happen: the mutations reach behind the first check, and are not all harmless.
    assertThat(read).isGreaterThan(round / 20);
    assertThat(refused).isGreaterThan(round / 2);
  }

  private static void readAll(String name, byte[] bytes) {
    CheckpointFiles files = new CheckpointFiles.Bundled(new HashMap<>(Map.of(name, bytes)));
    TensorSource source =
        name.endsWith(".safetensors")
            ? TensorSource.of(SafetensorsReader.open(files.source(name)))
            : PickleCheckpoint.open(files, name);
    source
        .tensors()
        .forEach(
            (tensor, stored) -> {
              if (stored.type().isFloat()) {
                assertThat(source.read(tensor)).hasSize((int) stored.elements());
              }
            });
  }

  private static byte[] damage(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes;
        case 3 -> {
          int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
          Arrays.fill(bytes, at, end, (byte) (random.nextBoolean() ? 0xFF : 0));
        }
        default -> {
          int length = Math.min(1 + random.nextInt(32), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private byte[] smallSafetensors() throws Exception {
    Map<String, Raw> tensors = new LinkedHashMap<>();
    tensors.put("a", new Raw("F32", new long[] {3, 4}, new byte[48]));
    tensors.put("b", new Raw("F16", new long[] {5}, new byte[10]));
    tensors.put("c", new Raw("BF16", new long[] {2, 1}, new byte[4]));
    tensors.put(
        "ids",
        new Raw(
            "I64",
            new long[] {1},
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(9).array()));
    TestCheckpoint.write(folder.resolve("small"), tensors);
    return Files.readAllBytes(folder.resolve("small"));
  }
}
