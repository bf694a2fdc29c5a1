package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.Photos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that is told to stop ({@code kill}, Ctrl-C). */
class StopSignalIT {
  @TempDir Path folder;

  private Jvm encode(String log) {
    String[] words = {
      "encode",
      "--input",
      folder.resolve("input").toString(),
      "--output",
      folder.resolve("out").toString()
    };
    return Jvm.start(folder.resolve(log), Map.of(), Jvm.nomen("1g", Map.of(), words));
  }

  @Test
  void ends_with_6_holds_nothing_and_is_gone_on_from() throws IOException {
    Photos.copy(Photos.of(8, 20), folder.resolve("input"));
    Path output = folder.resolve("out");
    try (Jvm stopped = encode("stopped")) {
      stopped.await("encoding", () -> Files.exists(output.resolve("_stages/encode.json")));
      assertThat(output.resolve("_LEASE")).exists();
      assertThat(stopped.handle().destroy()).isTrue();
      assertThat(stopped.exitCode()).as(stopped.lastWords()).isEqualTo(6);
      assertThat(stopped.sentences())
          .containsExactly("nomen: Stopped; the same command goes on where this one ended.");
      assertThat(output.resolve("_LEASE")).doesNotExist();
    }
    try (Jvm again = encode("again")) {
      assertThat(again.exitCode()).as(again.lastWords()).isZero();
      assertThat(again.out()).contains("\"embedded\":160");
    }
  }
}
