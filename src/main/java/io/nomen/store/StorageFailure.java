package io.nomen.store;

import io.nomen.NomenException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.ipc.RetriableException;
import org.apache.hadoop.ipc.StandbyException;
import org.apache.hadoop.security.AccessControlException;

/**
 * What a file system's exception means, in words that say what to do.
 *
 * <p>It tells a failure of one file, which costs that file, from one of the store as a whole
 * (credentials, throttling, network), which must stop the work: taken for a bad file, an expired
 * token would quietly turn every image that is left into one.
 *
 * <p>It goes by the types of exceptions, the status of an answer and its error code, never by
 * words: messages hold the names of files. Amazon's, Google's and Microsoft's clients come with the
 * cluster, in versions and under relocated names of its own, so their types are asked by name.
 */
public enum StorageFailure {
  FULL("there is no room left; make some, then run the same command again"),
  EXPIRED("the credentials have expired; renew them, then run the same command again"),
  CREDENTIALS(
      "the store takes no credentials of this machine; give driver and executors a role (or, for"
          + " s3a, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in their environment)"),
  BUSY(
      "the store refused requests through all retries; run the same command again later, or with"
          + " fewer executors"),
  UNREACHABLE(
      "the store cannot be reached; check network and endpoint, then run the same command again"),
  /** What is left of expired credentials in the answer to HEAD, which has no body to say it in. */
  BAD_REQUEST(
      "the store takes no requests with these credentials, as where they have expired or are of"
          + " another region; renew them, then run the same command again");

  private static final Set<String> EXPIRED_CODES =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired");
  private static final Set<String> CREDENTIALS_CODES =
      Set.of(
          "InvalidAccessKeyId",
          "InvalidClientTokenId",
          "InvalidToken",
          "SignatureDoesNotMatch",
          "UnrecognizedClientException",
          "AuthenticationFailed",
          "authError");
  private static final Set<String> BUSY_CODES =
      Set.of(
          "SlowDown",
          "Throttling",
          "ThrottlingException",
          "RequestLimitExceeded",
          "rateLimitExceeded",
          "userRateLimitExceeded");

  /** Types of clients that give up before there is an answer. */
  private static final Set<String> CREDENTIALS_TYPES =
      Set.of("CredentialInitializationException", "NoAuthWithAWSException");

  private static final Set<String> UNREACHABLE_TYPES =
      Set.of(
          "NoHttpResponseException",
          "ConnectionClosedException",
          "ConnectTimeoutException",
          "SdkClientException",
          "ApiCallTimeoutException");

  /** The end of HDFS's answer to a write that no data node has room for. */
  private static final Pattern NO_DATA_NODE =
      Pattern.compile("could only be written to 0 of the .* excluded in this operation\\.\\s*$");

  private final String advice;

  StorageFailure(String advice) {
    this.advice = advice;
  }

  /** The failure of the store as a whole, where {@code e} tells of one. */
  public static Optional<StorageFailure> of(Throwable e) {
    // Google's client puts what several requests ended in beside each other.
    return Stream.concat(
            Stream.of(e), causes(e).flatMap(cause -> Arrays.stream(cause.getSuppressed())))
        .flatMap(StorageFailure::causes)
        .flatMap(cause -> ofOne(cause).stream())
        .findFirst();
  }

  /** {@code e} and what is behind it. */
  private static Stream<Throwable> causes(Throwable e) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
  }

  private static Optional<StorageFailure> ofOne(Throwable e) {
    OptionalInt status = status(e);
    return status.isPresent() ? ofAnswer(status.getAsInt(), code(e)) : ofType(e);
  }

  private static Optional<StorageFailure> ofAnswer(int status, String code) {
    if (EXPIRED_CODES.contains(code)) {
      return Optional.of(EXPIRED);
    }
    if (CREDENTIALS_CODES.contains(code) || status == 401) {
      return Optional.of(CREDENTIALS);
    }
    if (code.equals("RequestTimeout") || status == 408) {
      return Optional.of(UNREACHABLE);
    }
    if (BUSY_CODES.contains(code) || status == 429 || status >= 500) {
      return Optional.of(BUSY);
    }
    return status == 400 ? Optional.of(BAD_REQUEST) : Optional.empty();
  }

  private static Optional<StorageFailure> ofType(Throwable e) {
    if (isFull(e)) {
      return Optional.of(FULL);
    }
    if (is(e, CREDENTIALS_TYPES)) {
      return Optional.of(CREDENTIALS);
    }
    if (e instanceof RetriableException || e instanceof StandbyException) {
      return Optional.of(BUSY);
    }
    if (e instanceof RemoteException remote) {
      return ofRemote(remote);
    }
    boolean closed = e instanceof IOException && "Filesystem closed".equals(e.getMessage());
    // A client's own failure that wraps a better reason is told by that reason.
    boolean last = e.getCause() == null || e.getCause() == e;
    return closed
            || e instanceof SocketException
            || e instanceof SocketTimeoutException
            || e instanceof UnknownHostException
            || e instanceof SSLException
            || (last && is(e, UNREACHABLE_TYPES))
        ? Optional.of(UNREACHABLE)
        : Optional.empty();
  }

  /** HDFS sends the name of the exception that its server threw. */
  private static Optional<StorageFailure> ofRemote(RemoteException e) {
    String type = e.getClassName().replaceFirst("^.*[.$]", "");
    return switch (type) {
      case "RetriableException",
          "StandbyException",
          "SafeModeException",
          "ServerTooBusyException" ->
          Optional.of(BUSY);
      case "InvalidToken", "AuthenticationException" -> Optional.of(CREDENTIALS);
      case "NSQuotaExceededException", "DSQuotaExceededException", "QuotaExceededException" ->
          Optional.of(FULL);
      default -> Optional.empty();
    };
  }

  private static boolean isFull(Throwable e) {
    if (e instanceof QuotaExceededException || is(e, Set.of("DiskErrorException"))) {
      return true;
    }
    String words =
        String.valueOf(e instanceof FileSystemException file ? file.getReason() : e.getMessage());
    // The system's own words, which Java hands on, alone or behind the name of the file.
    return e instanceof IOException
        && (words.endsWith("No space left on device")
            || words.endsWith("Disk quota exceeded")
            || NO_DATA_NODE.matcher(words.lines().findFirst().orElse("")).find());
  }

  /**
   * Whether {@code e} is of a type with one of these simple names, wherever it was relocated to.
   */
  private static boolean is(Throwable e, Set<String> types) {
    for (Class<?> type = e.getClass(); type != null; type = type.getSuperclass()) {
      if (types.contains(type.getSimpleName())) {
        return true;
      }
    }
    return false;
  }

  /** The HTTP status of the answer that {@code e} tells of. */
  private static OptionalInt status(Throwable e) {
    for (String getter : List.of("getStatusCode", "statusCode")) {
      if (call(e, getter) instanceof Integer status && status > 0) {
        return OptionalInt.of(status);
      }
    }
    return OptionalInt.empty();
  }

  /** The error code in that answer, or empty. */
  private static String code(Throwable e) {
    Object code = call(e, "getErrorCode");
    if (code == null) {
      code = call(call(e, "awsErrorDetails"), "errorCode");
    }
    if (code == null
        && call(call(e, "getDetails"), "getErrors") instanceof List<?> errors
        && !errors.isEmpty()) {
      code = call(errors.get(0), "getReason");
    }
    return String.valueOf(code);
  }

  private static Object call(Object target, String getter) {
    if (target == null) {
      return null;
    }
    try {
      return target.getClass().getMethod(getter).invoke(target);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // It is of another kind.
      return null;
    }
  }

  /**
   * Passes over what {@code e} says of the one file at {@code uri}.
   *
   * @throws NomenException (input) when it tells of the store as a whole
   */
  public static void stopUnlessOfOneFile(String uri, Throwable e) {
    if (of(e).isPresent()) {
      throw cannot("read", uri, e);
    }
  }

  /**
   * What to throw when something could not be done with {@code uri}.
   *
   * @param verb what: "read", "write"
   */
  public static NomenException cannot(String verb, String uri, Throwable e) {
    return NomenException.input("Cannot %s %s: %s.".formatted(verb, uri, reason(e)), e);
  }

  /** The reason in one line, without a full stop. */
  public static String reason(Throwable e) {
    Optional<StorageFailure> failure = of(e);
    if (failure.isPresent()) {
      return failure.get().advice;
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof AccessDeniedException
          || cause instanceof AccessControlException
          || status(cause).orElse(0) == 403) {
        return "access is denied";
      }
    }
    if (e instanceof FileNotFoundException) {
      return "there is no such file";
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceAll("[.\\s]+$", "");
  }

  /** What a missing file system means: its classes come with the cluster or as a package. */
  static NomenException unknown(String uri, Throwable e) {
    String scheme = uri.replaceFirst(":.*", "").toLowerCase(Locale.ROOT);
    String advice =
        switch (scheme) {
          case "s3a" ->
              "add hadoop-aws in the version of the cluster's Hadoop (spark-submit --packages"
                  + " org.apache.hadoop:hadoop-aws:3.3.4)";
          case "s3", "s3n" -> "write s3a: (only EMR knows s3:)";
          case "gs" -> "add Google's gcs-connector (Dataproc has it)";
          default -> "add the jar that brings it";
        };
    return NomenException.input(
        "Cannot reach %s: nothing on the class path knows %s:; %s.".formatted(uri, scheme, advice),
        e);
  }
}
