package io.nomen.tensor;

import ai.djl.Device;
import io.nomen.NomenException;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

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
   * Takes {@code auto|cpu|cuda|cuda:N}. {@code auto} and {@code cuda} are the first of {@code
   * offered} GPUs, or the first one that libtorch sees where the cluster offers none by name;
   * {@code auto} is the CPU where there is neither.
   *
   * @param offered GPU addresses given to the task by Spark ({@code
   *     TaskContext.resources().get("gpu")}); empty where there are none
   * @throws NomenException (usage) for another word, (input) for a GPU that is not there
   */
  public static TorchDevice choose(String choice, List<String> offered) {
    return choose(choice, offered, Torch.cudaDevices());
  }

  /**
   * The device of the task that runs in this thread: the GPU that Spark gave it, if it gave one.
   */
  public static TorchDevice ofTask(String choice) {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    return choose(choice, gpu == null ? List.of() : List.of(gpu.addresses()));
  }

  /**
   * The same.
   *
   * @param visible CUDA devices that libtorch sees in this process
   */
  public static TorchDevice choose(String choice, List<String> offered, int visible) {
    Matcher cuda = CUDA.matcher(choice);
    if (!choice.equals("auto") && !choice.equals("cpu") && !cuda.matches()) {
      throw NomenException.usage("--device is \"%s\"; give auto, cpu or cuda:N.".formatted(choice));
    }
    boolean cpuWillDo = choice.equals("auto") && offered.isEmpty() && visible == 0;
    if (choice.equals("cpu") || cpuWillDo) {
      return CPU;
    }
    if (!offered.isEmpty() && visible == 0) {
      // A GPU that is paid for and left idle would go unnoticed.
      throw NomenException.input(
          "Spark gave this task GPU %s, but libtorch %s sees no CUDA device; give the executors a libtorch with CUDA (PYTORCH_LIBRARY_PATH), or take --device cpu."
              .formatted(offered.get(0), Torch.version()));
    }
    boolean named = cuda.matches() && cuda.group(1) != null;
    int index = named ? Integer.parseInt(cuda.group(1)) : indexOf(offered, visible);
    if (index >= visible) {
      throw NomenException.input(
          "--device %s is not here: libtorch %s sees %d CUDA devices; use cpu, or a libtorch with CUDA (PYTORCH_LIBRARY_PATH)."
              .formatted(choice, Torch.version(), visible));
    }
    return new TorchDevice(Kind.CUDA, index);
  }

  /**
   * Spark's address as a number of libtorch. A container that is shown its own GPUs alone counts
   * them from 0, whatever the machine calls them.
   */
  private static int indexOf(List<String> offered, int visible) {
    if (offered.isEmpty() || !offered.get(0).matches("\\d{1,3}") || visible == 0) {
      return 0;
    }
    return Integer.parseInt(offered.get(0)) % visible;
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
