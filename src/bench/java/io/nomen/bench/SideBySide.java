package io.nomen.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Numbered work on as many threads as a job has slots. */
final class SideBySide {
  private SideBySide() {}

  /**
   * Seconds until all of {@code count} pieces are done, taken in turns by {@code slots} threads.
   */
  static double seconds(int count, int slots, IntConsumer work) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    long began = System.nanoTime();
    for (int slot = 0; slot < slots; slot++) {
      int own = slot;
      Thread thread =
          new Thread(() -> IntStream.range(0, count).filter(i -> i % slots == own).forEach(work));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return (System.nanoTime() - began) / 1e9;
  }
}
