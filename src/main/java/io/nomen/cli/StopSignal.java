package io.nomen.cli;

import io.nomen.NomenException;
import io.nomen.run.RunFolder;
import java.io.PrintStream;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Turns an interrupt (Ctrl-C, {@code kill}) into exit code 6: what is finished is kept, the lease
 * is given back, and the same command goes on from there.
 */
final class StopSignal {
  private static volatile boolean finished;

  private StopSignal() {}

  static void install(PrintStream err) {
    // Right after the lease, and before Spark and the file systems end, which take their time.
    ShutdownHookManager.get().addShutdownHook(() -> stop(err), RunFolder.HOOK_PRIORITY - 1);
  }

  private static void stop(PrintStream err) {
    if (!finished) {
      err.println();
      err.println("nomen: Stopped; the same command goes on where this one ended.");
      Runtime.getRuntime().halt(NomenException.Kind.STOPPED.exitCode());
    }
  }

  /** The command has ended by itself: from here on a shutdown is an ordinary one. */
  static void finished() {
    finished = true;
  }
}
