package io.nomen.store;

import io.nomen.NomenException;
import java.io.FileNotFoundException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a file system's exception means, in words that say what to do.
 *
 * <p>It tells trouble with one file, which costs that file, from trouble with the store as a whole
 * (credentials, throttling, network), which must stop the work: taken for a bad file, an expired
 * token would quietly turn every image that is left into one. The words are those of S3A and of
 * Amazon's SDK, which have no common type for them.
 */
public enum StoreTrouble {
  FULL(
      "No space left on device|Disk quota exceeded|QuotaExceededException|could only be written to 0 of",
      "there is no room left; make some, then run the same command again"),
  EXPIRED(
      "ExpiredToken|TokenRefreshRequired|token has expired|RequestExpired",
      "the credentials have expired; renew them, then run the same command again"),
  CREDENTIALS(
      "NoAwsCredentials|NoAuthWithAWS|No AWS Credentials|Unable to load .*credentials|InvalidAccessKeyId|InvalidToken|SignatureDoesNotMatch",
      "the store takes no credentials of this machine; give driver and executors a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in their environment"),
  BUSY(
      "Status Code: 5\\d\\d|SlowDown|ServiceUnavailable|Throttl|TooManyRequests",
      "the store refused requests through all retries; run the same command again later, or with fewer executors"),
  UNREACHABLE(
      "Unable to execute HTTP request|failed to respond|Premature end of|Connection (?:reset|refused)|Read timed out|RequestTimeout",
      "the store cannot be reached; check network and endpoint, then run the same command again"),
  /** What is left of expired credentials in the answer to HEAD, which has no body to say it in. */
  BAD_REQUEST(
      "Status Code: 400",
      "the store takes no requests with these credentials, as where they have expired or are of another region; renew them, then run the same command again");

  private static final Pattern DENIED =
      Pattern.compile("Status Code: 403|AccessDenied|Permission denied");

  private final Pattern words;
  private final String advice;

  StoreTrouble(String words, String advice) {
    this.words = Pattern.compile(words);
    this.advice = advice;
  }

  /** The trouble of the store as a whole, where {@code e} tells of one. */
  public static Optional<StoreTrouble> of(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String text = cause.getClass().getSimpleName() + ": " + cause.getMessage();
      for (StoreTrouble trouble : values()) {
        if (trouble.words.matcher(text).find()) {
          return Optional.of(trouble);
        }
      }
      if (cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException) {
        return Optional.of(UNREACHABLE);
      }
    }
    return Optional.empty();
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
    Optional<StoreTrouble> trouble = of(e);
    if (trouble.isPresent()) {
      return trouble.get().advice;
    }
    String text = String.valueOf(e.getMessage());
    if (e instanceof AccessDeniedException || DENIED.matcher(text).find()) {
      return "access is denied";
    }
    if (e instanceof FileNotFoundException) {
      return "there is no such file";
    }
    return text.lines().findFirst().orElse("").replaceAll("[.\\s]+$", "");
  }

  /** What a missing file system means: its classes come with the cluster or as a package. */
  static NomenException unknown(String uri, Throwable e) {
    String scheme = uri.replaceFirst(":.*", "");
    String advice =
        switch (scheme) {
          case "s3a" ->
              "add hadoop-aws in the version of the cluster's Hadoop (spark-submit --packages org.apache.hadoop:hadoop-aws:3.3.4)";
          case "s3", "s3n" -> "write s3a: (only EMR knows s3:)";
          case "gs" -> "add Google's gcs-connector (Dataproc has it)";
          default -> "add the jar that brings it";
        };
    return NomenException.input(
        "Cannot reach %s: nothing on the class path knows %s:; %s.".formatted(uri, scheme, advice),
        e);
  }
}
