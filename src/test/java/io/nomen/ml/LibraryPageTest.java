package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LocalSpark;
import io.nomen.testing.Photos;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of {@code docs/library.md}, compiled and run as they stand there. */
class LibraryPageTest {
  @TempDir static Path folder;

  @BeforeAll
  static void photographs() throws Exception {
    Photos.copy(Photos.of(3, 8), folder.resolve("photos"));
    LocalSpark.session();
  }

  /** The first block of the page in this language. */
  static String block(String language) throws Exception {
    Matcher block =
        Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/library.md")));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  @Test
  void java_and_scala_compile_and_give_the_same_rows() throws Exception {
    Path java = Files.createDirectories(folder.resolve("java"));
    Path source = Files.writeString(java.resolve("NamedClusters.java"), block("java"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath(), "-d", java.toString(), source.toString());
    assertThat(failed).isZero();

    Path scalaFolder = Files.createDirectories(folder.resolve("scala"));
    Path other = Files.writeString(scalaFolder.resolve("NamedClusters.scala"), block("scala"));
    String[] words = {"-cp", classPath(), "-d", scalaFolder.toString(), other.toString()};
    assertThat(scala.tools.nsc.Main.process(words)).isTrue();

    List<String> rows = run(java);
    assertThat(rows).hasSize(24);
    assertThat(run(scalaFolder)).isEqualTo(rows);
  }

  private static List<String> run(Path program) throws Exception {
    URL[] classes = {program.toUri().toURL()};
    String[] words = {
      folder.resolve("photos").toString(),
      "3",
      program.resolve("kept").toString(),
      program.resolve("rows").toString()
    };
    try (URLClassLoader loader =
        new URLClassLoader(classes, LibraryPageTest.class.getClassLoader())) {
      loader
          .loadClass("NamedClusters")
          .getMethod("main", String[].class)
          .invoke(null, (Object) words);
    }
    return LocalSpark.session().read().parquet(words[3]).sort("path").toJSON().collectAsList();
  }

  /** Surefire's own property: what it gives the JVM is a jar that names the others. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
