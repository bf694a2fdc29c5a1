package io.nomen;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A failure that a person can act on. Its message is one sentence that says what was found, where,
 * what was expected and what to do; its kind decides the exit code that scripts rely on.
 */
public final class NomenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, and the exit code of the process. */
  public enum Kind {
    /** A defect of Nomen itself; the process leaves a report file. */
    INTERNAL(1),
    /** The command line or the job file is wrong. */
    USAGE(2),
    /** An input, a model or the output folder cannot be used. */
    INPUT(3),
    /** More images than {@code --max-bad-fraction} allows could not be used. */
    TOO_MANY_BAD(4),
    /** Another job holds the output. */
    LOCKED(5),
    /** Stopped by a signal; the same command goes on where this one ended. */
    STOPPED(6);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }

    public int exitCode() {
      return exitCode;
    }
  }

  private final Kind kind;
  private final LinkedHashMap<String, Serializable> details = new LinkedHashMap<>();

  public NomenException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public NomenException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** An input, a model or an output that cannot be used. */
  public static NomenException input(String message) {
    return new NomenException(Kind.INPUT, message);
  }

  /** An input, a model or an output that cannot be used, with what the library said. */
  public static NomenException input(String message, Throwable cause) {
    return new NomenException(Kind.INPUT, message, cause);
  }

  /** An option or a job file that is wrong. */
  public static NomenException usage(String message) {
    return new NomenException(Kind.USAGE, message);
  }

  public Kind kind() {
    return kind;
  }

  /** The same, with what a program should know beside the sentence. */
  public NomenException withDetails(Map<String, ? extends Serializable> more) {
    details.putAll(more);
    return this;
  }

  /** What a program should know beside the sentence; for the last line on stdout. */
  public Map<String, Serializable> details() {
    return Collections.unmodifiableMap(details);
  }
}
