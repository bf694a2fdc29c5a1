package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.tensor.Precision.Cpu;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchTest {
  @TempDir Path folder;

  @Test
  void starts_once_and_tells_its_version() {
    Torch.start(2);
    int threads = Torch.threads();
    Torch.start(threads + 1);
    assertThat(Torch.threads()).isEqualTo(threads);
    assertThat(Torch.version()).isEqualTo("2.7.1");
  }

  @Test
  void auto_is_the_first_device_there_is() {
    TorchDevice device = TorchDevice.choose("auto", List.of());
    assertThat(device.kind() == TorchDevice.Kind.CUDA).isEqualTo(Torch.cudaDevices() > 0);
    assertThat(TorchDevice.choose("cpu", List.of("0"))).isEqualTo(TorchDevice.CPU);
  }

  @Test
  void a_device_that_is_not_there_is_refused() {
    assertThatThrownBy(() -> TorchDevice.choose("cuda:99", List.of()))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("--device cuda:99 is not here");
    assertThatThrownBy(() -> TorchDevice.choose("tpu", List.of()))
        .hasMessage("--device is \"tpu\"; give auto, cpu or cuda:N.");
  }

  @Test
  void auto_precision_suits_the_device() {
    assertThat(Precision.AUTO.on(new TorchDevice(TorchDevice.Kind.CUDA, 1)))
        .isEqualTo(Precision.FP16);
    assertThat(Precision.AUTO.on(TorchDevice.CPU))
        .isEqualTo(Cpu.multipliesBf16() ? Precision.BF16 : Precision.FP32);
    assertThat(Precision.parse("bf16").on(TorchDevice.CPU)).isEqualTo(Precision.BF16);
    assertThatThrownBy(() -> Precision.parse("int8"))
        .hasMessage("--precision is \"int8\"; give one of auto, fp32, bf16, fp16.");
  }

  @Test
  void processor_flags_are_read_where_there_are_any() throws Exception {
    assertThat(Cpu.read(cpuinfo("GenuineIntel", "fpu avx512_bf16 sse"))).contains("avx512_bf16");
    assertThat(Cpu.read(folder.resolve("missing"))).isEmpty();
  }

  @Test
  void bf16_is_multiplied_with_amx_and_by_amd_but_not_by_intel_without_amx() throws Exception {
    assertThat(bf16("GenuineIntel", "avx512_bf16 amx_bf16")).isTrue();
    assertThat(bf16("AuthenticAMD", "avx512_bf16")).isTrue();
    assertThat(bf16("GenuineIntel", "avx512_bf16")).isFalse();
    assertThat(bf16("AuthenticAMD", "avx2")).isFalse();
  }

  private boolean bf16(String vendor, String flags) throws IOException {
    return Cpu.multipliesBf16(Cpu.read(cpuinfo(vendor, flags)));
  }

  private Path cpuinfo(String vendor, String flags) throws IOException {
    String text = "processor\t: 0\nvendor_id\t: %s\nflags\t\t: %s\n\nprocessor\t: 1\n";
    return Files.writeString(folder.resolve("cpuinfo"), text.formatted(vendor, flags));
  }

  /** Starts libtorch and prints one product; run by the test below in processes of their own. */
  static final class OneProduct {
    public static void main(String[] arguments) {
      Torch.start(1);
      System.out.println("libtorch " + Torch.version());
    }
  }

  @Test
  @Tag("slow")
  void two_jvms_that_start_together_share_an_empty_cache() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Dnomen.cache=" + folder,
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  OneProduct.class.getName())
              .redirectErrorStream(true)
              .redirectOutput(new File(folder.toFile(), "out" + i))
              .start());
    }
    for (int i = 0; i < 2; i++) {
      assertThat(processes.get(i).waitFor()).isZero();
      assertThat(Files.readString(folder.resolve("out" + i), StandardCharsets.UTF_8))
          .contains("libtorch 2.7.1");
    }
    assertThat(folder.resolve("djl")).isDirectory();
  }
}
