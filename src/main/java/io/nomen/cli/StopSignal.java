package io.nomen.cli;

import io.nomen.NomenException;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Turns an interrupt (Ctrl-C, {@code kill}) into exit code 6: what is finished is kept, the lease
 * is given back, and the same command goes on from there.
 */
final class StopSignal {
  private static final AtomicReference<Runnable> RELEASE = new AtomicReference<>(() -> {});
  private static volatile boolean finished;

  private StopSignal() {}

  static void install(PrintStream err) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (!finished) {
                    RELEASE.get().run();
                    err.println();
                    err.println("nomen: Stopped; the same command goes on where this one ended.");
                    Runtime.getRuntime().halt(NomenException.Kind.STOPPED.exitCode());
                  }
                },
                "nomen-stop"));
  }

  /** What to give back when the process is told to stop. */
  static void onStop(Runnable release) {
    RELEASE.set(release);
  }

  /** The command has ended by itself: from here on a shutdown is an ordinary one. */
  static void finished() {
    finished = true;
  }
}
