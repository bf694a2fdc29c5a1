package io.nomen.cli;

import io.nomen.NomenException;
import io.nomen.store.StorageFailure;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the machines of a job had too little of or did not allow, where it is Spark that says so:
 * Nomen's own writers speak for themselves.
 */
final class ResourceErrors {
  private static final Pattern LOST =
      Pattern.compile("ExecutorLostFailure \\([^)]*\\) Reason: ([^\\n]*?)[.\\s]*(?:\\n|$)");

  private static final Pattern DISK_FULL = Pattern.compile("No space left on device");

  /** Spark says it in other words wherever it is noticed. */
  private static final Pattern SESSION_ENDED =
      Pattern.compile("stopped SparkContext|SparkContext (has been|was|is) (shut|stop)");

  private ResourceErrors() {}

  /** The sentence for the user, where {@code e} tells of a shortage. */
  static Optional<NomenException> in(Throwable e) {
    if (StorageFailure.of(e).filter(failure -> failure == StorageFailure.FULL).isPresent()
        || mentions(e, DISK_FULL)) {
      return Optional.of(
          NomenException.input(
              "Spark has no room left for its own files; make some where spark.local.dir points to"
                  + " (default: the temporary folder), then run the same command again."));
    }
    if (mentions(e, SESSION_ENDED)) {
      return Optional.of(
          NomenException.input(
              "Spark's session was ended from outside: its master does not answer or was lost, or"
                  + " somebody stopped the application; see that the master answers, then run the"
                  + " same command again."));
    }
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .flatMap(cause -> memory(cause).or(() -> executors(cause)).or(() -> code(cause)).stream())
        .findFirst();
  }

  /** An executor's exception reaches the driver as words among Spark's. */
  private static boolean mentions(Throwable e, Pattern words) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
        .anyMatch(cause -> words.matcher(String.valueOf(cause.getMessage())).find());
  }

  private static Optional<NomenException> memory(Throwable e) {
    return e instanceof OutOfMemoryError
        ? Optional.of(
            NomenException.input(
                "Memory ran out (%s); give more (NOMEN_MEMORY to ./nomen; --driver-memory and --executor-memory to spark-submit), or a smaller --batch-size."
                    .formatted(e.getMessage())))
        : Optional.empty();
  }

  /** Libraries bring native code and unpack it where Java keeps its temporary files. */
  private static Optional<NomenException> code(Throwable e) {
    return e instanceof UnsatisfiedLinkError
        ? Optional.of(
            NomenException.input(
                "Native code cannot be loaded (%s); give Java a temporary folder from which programs may run (-Djava.io.tmpdir=FOLDER, for executors in spark.executor.extraJavaOptions)."
                    .formatted(e.getMessage())))
        : Optional.empty();
  }

  /** Spark gives a task up when it has cost several executors; that is memory nearly always. */
  private static Optional<NomenException> executors(Throwable e) {
    Matcher lost = LOST.matcher(String.valueOf(e.getMessage()));
    return lost.find()
        ? Optional.of(
            NomenException.input(
                "Executors were lost over one task again and again (%s), as when memory runs out; give them more (spark.executor.memory, spark.executor.memoryOverhead) or a smaller --batch-size, then run the same command again."
                    .formatted(lost.group(1))))
        : Optional.empty();
  }
}
