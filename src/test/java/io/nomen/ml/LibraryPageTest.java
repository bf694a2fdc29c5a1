package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LibraryPage;
import io.nomen.testing.Photos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of {@code docs/library.md}, compiled and run as they stand there. */
class LibraryPageTest {
  @TempDir static Path folder;

  @Test
  void java_and_scala_compile_and_give_the_same_rows() throws Exception {
    Path photos = folder.resolve("photos");
    Photos.copy(Photos.of(3, 8), photos);
    Path java = Files.createDirectories(folder.resolve("java"));
    LibraryPage.compileJava(java);
    Path scala = Files.createDirectories(folder.resolve("scala"));
    LibraryPage.compileScala(scala);

    List<String> rows = LibraryPage.run(java, photos);
    assertThat(rows).hasSize(24);
    assertThat(LibraryPage.run(scala, photos)).isEqualTo(rows);
  }
}
