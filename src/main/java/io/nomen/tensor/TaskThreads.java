package io.nomen.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/**
 * How many threads libtorch takes for the calls of the calling thread.
 *
 * <p>libtorch takes every core for every caller, so that two Spark tasks side by side fight for
 * them: on two cores the blocked products of two tasks with two threads each took 2.3 times as long
 * as with one thread each. OpenMP keeps the number by calling thread, and so a task may set its
 * own.
 */
public final class TaskThreads {
  private TaskThreads() {}

  /**
   * Divides the machine's cores among {@code tasks} tasks that run at once, for the calling thread.
   */
  public static void share(int tasks) {
    Engine.getEngine("PyTorch");
    int cores = Runtime.getRuntime().availableProcessors();
    JniUtils.setNumThreads(Math.max(1, cores / Math.max(1, tasks)));
  }
}
