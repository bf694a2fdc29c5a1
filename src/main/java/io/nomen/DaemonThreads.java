package io.nomen;

import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads that do not keep the JVM from ending. */
public final class DaemonThreads {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonThreads.class);

  private DaemonThreads() {}

  /** Makes threads called {@code name}. */
  public static ThreadFactory named(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Begins {@code work} before it is needed.
   *
   * @param work what is done once per process and waited for by whoever needs it; they also meet
   *     its failure, which is only logged here
   */
  public static void begin(String name, Runnable work) {
    Thread thread = named(name).newThread(work);
    thread.setUncaughtExceptionHandler((same, failure) -> LOG.debug("{} failed", name, failure));
    thread.start();
  }
}
