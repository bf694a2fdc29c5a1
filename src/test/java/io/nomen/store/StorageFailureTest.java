package io.nomen.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.SdkClientException;
import com.amazonaws.services.s3.model.AmazonS3Exception;
import io.nomen.NomenException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.apache.hadoop.hdfs.protocol.DSQuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.ipc.StandbyException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StorageFailureTest {
  /** Its path says all that an exception might, and none of it counts. */
  private static final String IMAGE =
      "s3a://bucket/Throttling/SlowDown/ExpiredToken/Status Code: 503/Connection reset/1.jpg";

  private static AmazonS3Exception amazon(int status, String code) {
    AmazonS3Exception e = new AmazonS3Exception("of " + IMAGE);
    e.setStatusCode(status);
    e.setErrorCode(code);
    return e;
  }

  /** As Google's client has it, under whatever package its connector was relocated to. */
  public static class HttpResponseException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;

    HttpResponseException(int status) {
      super(status + " " + IMAGE);
      this.status = status;
    }

    public int getStatusCode() {
      return status;
    }
  }

  /** As the second SDK of Amazon has it. */
  public static class S3Exception extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    S3Exception(int status) {
      super(IMAGE);
      this.status = status;
    }

    public int statusCode() {
      return status;
    }
  }

  static List<Arguments> ofTheWholeStore() {
    return List.of(
        Arguments.of(StorageFailure.FULL, new IOException("No space left on device")),
        Arguments.of(
            StorageFailure.FULL, new FileSystemException("/x", null, "No space left on device")),
        Arguments.of(StorageFailure.FULL, new DSQuotaExceededException(1, 2)),
        Arguments.of(
            StorageFailure.FULL,
            new RemoteException(
                "java.io.IOException",
                "File /x could only be written to 0 of the 1 minReplication nodes. There are 1"
                    + " datanode(s) running and 1 node(s) are excluded in this operation.\n"
                    + "\tat Server")),
        Arguments.of(StorageFailure.EXPIRED, amazon(400, "ExpiredToken")),
        Arguments.of(StorageFailure.CREDENTIALS, amazon(400, "InvalidToken")),
        Arguments.of(StorageFailure.CREDENTIALS, amazon(403, "InvalidAccessKeyId")),
        Arguments.of(StorageFailure.CREDENTIALS, new HttpResponseException(401)),
        Arguments.of(
            StorageFailure.CREDENTIALS,
            new org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException("none")),
        Arguments.of(StorageFailure.BAD_REQUEST, amazon(400, "400 Bad Request")),
        Arguments.of(StorageFailure.BAD_REQUEST, new S3Exception(400)),
        Arguments.of(StorageFailure.BUSY, amazon(503, "SlowDown")),
        Arguments.of(StorageFailure.BUSY, new S3Exception(500)),
        Arguments.of(StorageFailure.BUSY, new HttpResponseException(429)),
        Arguments.of(StorageFailure.BUSY, new HttpResponseException(503)),
        Arguments.of(StorageFailure.BUSY, new StandbyException("standby")),
        Arguments.of(
            StorageFailure.BUSY,
            new RemoteException("org.apache.hadoop.hdfs.server.namenode.SafeModeException", "on")),
        Arguments.of(StorageFailure.UNREACHABLE, amazon(400, "RequestTimeout")),
        Arguments.of(StorageFailure.UNREACHABLE, new SdkClientException("Unable to execute")),
        Arguments.of(StorageFailure.UNREACHABLE, new ConnectException("refused")),
        Arguments.of(StorageFailure.UNREACHABLE, new SocketTimeoutException("read")),
        Arguments.of(StorageFailure.UNREACHABLE, new IOException("Filesystem closed")));
  }

  @ParameterizedTest
  @MethodSource("ofTheWholeStore")
  void what_concerns_the_whole_store_stops_the_work(StorageFailure failure, Exception cause) {
    IOException wrapped = new IOException("reading " + IMAGE, cause);
    assertThat(StorageFailure.of(wrapped)).contains(failure);
    assertThatThrownBy(() -> StorageFailure.stopUnlessOfOneFile(IMAGE, wrapped))
        .isInstanceOf(NomenException.class)
        .hasMessageStartingWith("Cannot read " + IMAGE)
        .hasMessageContaining(StorageFailure.reason(wrapped));
  }

  @Test
  void what_concerns_one_file_costs_that_file_alone_whatever_its_path_says() {
    for (Exception e :
        List.of(
            new FileNotFoundException("No such file or directory: " + IMAGE),
            new AccessDeniedException(IMAGE),
            new AccessControlException(IMAGE),
            new IOException(IMAGE, amazon(403, "AccessDenied")),
            new IOException(IMAGE, amazon(404, "NoSuchKey")),
            new HttpResponseException(403),
            new IOException("Unexpected end of " + IMAGE))) {
      assertThatNoException().isThrownBy(() -> StorageFailure.stopUnlessOfOneFile(IMAGE, e));
    }
    assertThat(StorageFailure.reason(new IOException(IMAGE, amazon(403, "AccessDenied"))))
        .isEqualTo("access is denied");
  }

  @Test
  void failures_that_are_told_together_count_where_one_is_the_store_s() {
    IOException several = new IOException("Multiple IOExceptions.");
    several.addSuppressed(new FileNotFoundException(IMAGE));
    assertThat(StorageFailure.of(several)).isEmpty();
    several.addSuppressed(new IOException(IMAGE, new HttpResponseException(429)));
    assertThat(StorageFailure.of(new IOException(IMAGE, several))).contains(StorageFailure.BUSY);
  }

  @Test
  void what_was_suppressed_may_lead_back() {
    IOException first = new IOException(IMAGE);
    first.addSuppressed(new IOException(IMAGE, first));
    assertThat(StorageFailure.of(first)).isEmpty();
  }
}
