package io.nomen.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreTroubleTest {
  private static final String IMAGE = "s3a://bucket/photos/1.jpg";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FULL|No space left on device",
        "FULL|/user/me/x could only be written to 0 of the 1 minReplication nodes.",
        "EXPIRED|The provided token has expired. (Service: Amazon S3; Status Code: 400; Error Code: ExpiredToken; Request ID: 4)",
        "BAD_REQUEST|getFileStatus on s3a://b/k: Bad Request (Service: Amazon S3; Status Code: 400; Error Code: 400 Bad Request; Request ID: 4):400 Bad Request",
        "BAD_REQUEST|getFileStatus on s3a://b/k: software.amazon.awssdk.services.s3.model.S3Exception: (Service: S3, Status Code: 400, Request ID: 4):null",
        "CREDENTIALS|The provided token is malformed (Service: Amazon S3; Status Code: 400; Error Code: InvalidToken; Request ID: 4)",
        "CREDENTIALS|open s3a://b/k: No AWS Credentials provided by EnvironmentVariableCredentialsProvider",
        "BUSY|Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: 4)",
        "UNREACHABLE|Your socket connection was not read from (Service: Amazon S3; Status Code: 400; Error Code: RequestTimeout; Request ID: 4)",
        "UNREACHABLE|Unable to execute HTTP request: Connect to b:443 failed",
      })
  void what_concerns_the_whole_store_stops_the_work(StoreTrouble trouble, String message) {
    IOException wrapped = new IOException("reading failed", new IOException(message));
    assertThat(StoreTrouble.of(wrapped)).contains(trouble);
    assertThatThrownBy(() -> StoreTrouble.stopUnlessOfOneFile(IMAGE, wrapped))
        .isInstanceOf(NomenException.class)
        .hasMessageStartingWith("Cannot read " + IMAGE)
        .hasMessageContaining(StoreTrouble.reason(wrapped));
  }

  @Test
  void what_concerns_one_file_costs_that_file_alone() {
    for (IOException e :
        new IOException[] {
          new FileNotFoundException("No such file or directory: " + IMAGE),
          new AccessDeniedException(IMAGE),
          new IOException(
              "Forbidden (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)"),
          new IOException("Unexpected end of file"),
        }) {
      assertThatNoException().isThrownBy(() -> StoreTrouble.stopUnlessOfOneFile(IMAGE, e));
    }
  }
}
