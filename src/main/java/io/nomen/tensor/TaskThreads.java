package io.nomen.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/**
 * How many threads libtorch takes for a piece of work.
 *
 * <p>OpenMP keeps that number by calling thread, so a task may set its own: a lone training task
 * takes all cores, tasks side by side share them. With two threads each, two tasks on two cores
 * took 2.3 times as long for blocked products as with one each.
 */
public final class TaskThreads {
  private TaskThreads() {}

  /**
   * Does {@code work} with this JVM's cores divided among {@code tasks} that run at once; the
   * calling thread has its former number again afterwards.
   */
  public static <T> T share(int tasks, Supplier<T> work) {
    int cores = Runtime.getRuntime().availableProcessors();
    return take(Math.max(1, cores / Math.max(1, tasks)), work);
  }

  /**
   * Does {@code work} with {@code threads} threads per operation, whatever this JVM was started
   * with: the last digits of a product depend on their number.
   */
  public static <T> T take(int threads, Supplier<T> work) {
    Torch.newScope().close();
    int before = JniUtils.getNumThreads();
    JniUtils.setNumThreads(threads);
    try {
      return work.get();
    } finally {
      JniUtils.setNumThreads(before);
    }
  }
}
