package io.nomen.run;

import io.nomen.RootLocale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Names of the files that tasks write. Two attempts at one part never share a name: neither within
 * a job nor across jobs that go on from one another. The executors of a driver that was killed
 * write on for a moment, and the next driver numbers its tasks from 0 again.
 */
public final class TaskFile {
  private TaskFile() {}

  /**
   * A name that nobody had before.
   *
   * @param number of the part
   */
  public static String name(String kind, int number) {
    return RootLocale.format(
        "%s-%06d-%016x.parquet", kind, number, ThreadLocalRandom.current().nextLong());
  }
}
