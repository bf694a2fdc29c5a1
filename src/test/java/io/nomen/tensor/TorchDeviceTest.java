package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchDeviceTest {
  private static TorchDevice cuda(int index) {
    return new TorchDevice(TorchDevice.Kind.CUDA, index);
  }

  @Test
  void a_task_works_on_the_gpu_that_spark_gave_it() {
    assertThat(TorchDevice.choose("auto", List.of("1"), 2)).isEqualTo(cuda(1));
    assertThat(TorchDevice.choose("cuda", List.of("1"), 2)).isEqualTo(cuda(1));
    assertThat(TorchDevice.choose("auto", List.of("2", "3"), 4)).isEqualTo(cuda(2));
  }

  @Test
  void a_container_that_sees_its_own_gpus_alone_counts_them_from_0() {
    assertThat(TorchDevice.choose("auto", List.of("3"), 1)).isEqualTo(cuda(0));
    assertThat(TorchDevice.choose("auto", List.of("6"), 2)).isEqualTo(cuda(0));
    assertThat(TorchDevice.choose("auto", List.of("7"), 2)).isEqualTo(cuda(1));
    assertThat(TorchDevice.choose("auto", List.of("GPU-8f3a"), 1)).isEqualTo(cuda(0));
  }

  @Test
  void without_gpus_of_the_cluster_auto_takes_what_libtorch_sees() {
    assertThat(TorchDevice.choose("auto", List.of(), 0)).isEqualTo(TorchDevice.CPU);
    assertThat(TorchDevice.choose("auto", List.of(), 2)).isEqualTo(cuda(0));
  }

  @Test
  void a_word_of_the_user_wins_over_the_cluster() {
    assertThat(TorchDevice.choose("cpu", List.of("1"), 2)).isEqualTo(TorchDevice.CPU);
    assertThat(TorchDevice.choose("cuda:0", List.of("1"), 2)).isEqualTo(cuda(0));
  }

  @Test
  void a_libtorch_of_the_users_own_gets_the_bridge_that_fits_it(@TempDir Path folder)
      throws IOException {
    String path = folder.resolve("none") + ":" + folder;
    assertThat(Torch.flavour(path)).isEqualTo("cpu");
    Files.createFile(folder.resolve("libtorch_cuda.so"));
    assertThat(Torch.flavour(path)).isEqualTo("cu128");
    assertThat(
            Torch.class.getClassLoader().getResource("jnilib/linux-x86_64/cu128/libdjl_torch.so"))
        .isNotNull();
  }

  @Test
  void a_gpu_that_libtorch_cannot_use_is_said_and_not_left_idle() {
    assertThatThrownBy(() -> TorchDevice.choose("auto", List.of("0"), 0))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("Spark gave this task GPU 0")
        .hasMessageContaining("--device cpu");
    assertThatThrownBy(() -> TorchDevice.choose("cuda:1", List.of(), 1))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("sees 1 CUDA devices");
  }
}
