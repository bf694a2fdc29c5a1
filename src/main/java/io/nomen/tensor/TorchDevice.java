package io.nomen.tensor;

import ai.djl.Device;
import io.nomen.NomenException;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where tensors live and are multiplied: the CPU, or one CUDA device.
 *
 * @param index the device's number among those that this process sees; 0 for the CPU
 */
public record TorchDevice(Kind kind, int index) implements Serializable {
  /** The CPU of this machine. */
  public static final TorchDevice CPU = new TorchDevice(Kind.CPU, 0);

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /** The two that Nomen runs on. */
  public enum Kind {
    CPU,
    CUDA
  }

  /**
   * Takes {@code auto|cpu|cuda|cuda:N}. {@code auto} is the first of {@code offered} GPUs, or the
   * first one that libtorch sees where the cluster offers none by name, or the CPU.
   *
   * @param offered GPU addresses given to the task by Spark ({@code
   *     TaskContext.resources().get("gpu")}); empty where there are none
   * @throws NomenException (usage) for another word, (input) for a GPU that is not there
   */
  public static TorchDevice choose(String choice, List<String> offered) {
    int visible = Torch.cudaDevices();
    if (choice.equals("auto")) {
      return visible == 0 ? CPU : new TorchDevice(Kind.CUDA, firstOffered(offered, visible));
    }
    if (choice.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(choice);
    if (!cuda.matches()) {
      throw NomenException.usage("--device is \"%s\"; give auto, cpu or cuda:N.".formatted(choice));
    }
    int index = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
    if (index >= visible) {
      throw NomenException.input(
          "--device %s is not here: libtorch %s sees %d CUDA devices; use cpu, or a libtorch with CUDA (PYTORCH_LIBRARY_PATH)."
              .formatted(choice, Torch.version(), visible));
    }
    return new TorchDevice(Kind.CUDA, index);
  }

  private static int firstOffered(List<String> offered, int visible) {
    for (String address : offered) {
      if (address.matches("\\d{1,3}") && Integer.parseInt(address) < visible) {
        return Integer.parseInt(address);
      }
    }
    return 0;
  }

  /** DJL's name of this device. */
  public Device djl() {
    return kind == Kind.CPU ? Device.cpu() : Device.gpu(index);
  }

  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : "cuda:" + index;
  }
}
