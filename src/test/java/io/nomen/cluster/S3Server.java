package io.nomen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;

/** An S3 server (Adobe's S3Mock) as a process of its own on the loopback address. */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "nomen";
  private static final Pattern PORT = Pattern.compile("started on ports? .*?(\\d+) \\(http\\)");

  private final Jvm process;

  /**
   * Starts it, with the one bucket {@link #BUCKET}.
   *
   * @param log the files of its output are called this
   * @param objects folder for what is put into it
   */
  S3Server(Path log, Path objects) {
    process =
        Jvm.start(
            log,
            Map.of(),
            List.of(
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dhttp.port=0",
                "-Dserver.port=0",
                "-Dserver.address=127.0.0.1",
                "-Dcom.adobe.testing.s3mock.store.root=" + objects,
                "-Dcom.adobe.testing.s3mock.store.initialBuckets=" + BUCKET,
                "-jar",
                "target/s3/s3mock-exec.jar"));
    process.await("the port of the S3 server", () -> port().isPresent());
  }

  /** Address of its plain HTTP end. */
  String endpoint() {
    return "http://127.0.0.1:" + port().orElseThrow();
  }

  private Optional<String> port() {
    Matcher found = PORT.matcher(process.out());
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  /** What Hadoop needs to find {@code endpoint}; keys come from the environment alone. */
  static Map<String, String> settings(String endpoint) {
    return Map.of(
        "fs.s3a.endpoint", endpoint,
        "fs.s3a.endpoint.region", "us-east-1",
        "fs.s3a.path.style.access", "true",
        "fs.s3a.connection.ssl.enabled", "false");
  }

  /** Hadoop keeps clients by the bucket's name: an old one would go on asking at its old port. */
  static void closeClients() {
    try {
      FileSystem.closeAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
    closeClients();
  }
}
