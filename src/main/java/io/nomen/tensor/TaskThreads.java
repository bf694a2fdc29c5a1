package io.nomen.tensor;

import ai.djl.pytorch.jni.JniUtils;
import io.nomen.DaemonThreads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How many threads libtorch takes for a piece of work.
 *
 * <p>OpenMP keeps that number by calling thread, so a task may set its own: a lone training task
 * takes all cores, tasks side by side share them. With two threads each, two tasks on two cores
 * took 2.3 times as long for blocked products as with one each.
 */
public final class TaskThreads {
  private static final ExecutorService LANES =
      Executors.newCachedThreadPool(DaemonThreads.named("nomen-torch"));

  private TaskThreads() {}

  /**
   * Does {@code work} with this JVM's cores divided among {@code tasks} that run at once; the
   * calling thread has its former number again afterwards.
   */
  public static <T> T share(int tasks, Supplier<T> work) {
    return take(coresOf(tasks), work);
  }

  /**
   * Does {@code work} on every piece, side by side, on no more cores than {@code tasks} that run at
   * once leave to each. Every piece has one thread per operation, so that what comes out does not
   * depend on the number of cores; and small operations, whose threads would wait for each other at
   * the end of each, take half the time.
   *
   * @return what came of each piece, in their order
   */
  public static <P, T> List<T> sideBySide(int tasks, List<P> pieces, Function<P, T> work) {
    int lanes = Math.min(pieces.size(), coresOf(tasks));
    List<T> found = new ArrayList<>(Collections.nCopies(pieces.size(), null));
    IntConsumer lane =
        first ->
            take(
                1,
                () -> {
                  for (int i = first; i < pieces.size(); i += lanes) {
                    found.set(i, work.apply(pieces.get(i)));
                  }
                  return first;
                });
    CompletableFuture<?>[] others =
        IntStream.range(1, lanes)
            .mapToObj(i -> CompletableFuture.runAsync(() -> lane.accept(i), LANES))
            .toArray(CompletableFuture<?>[]::new);
    try {
      lane.accept(0);
    } finally {
      // Even after a failure: the others still use what the caller is about to free.
      CompletableFuture.allOf(others).join();
    }
    return found;
  }

  private static int coresOf(int tasks) {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(1, tasks));
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
