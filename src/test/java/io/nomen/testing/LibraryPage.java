package io.nomen.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** The programs of {@code docs/library.md}, as they stand there. */
public final class LibraryPage {
  private LibraryPage() {}

  /** The page's blocks in this language, the first of which is a program by itself. */
  public static List<String> blocks(String language) throws IOException {
    List<String> blocks =
        Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/library.md")))
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(blocks).as(language).isNotEmpty();
    return blocks;
  }

  /** Compiles the page's program in Java into {@code folder}. */
  public static void compileJava(Path folder) throws IOException {
    Path source = Files.writeString(folder.resolve("NamedClusters.java"), blocks("java").get(0));
    String[] words = {"-cp", classPath(), "-d", folder.toString(), source.toString()};
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, words)).isZero();
  }

  /** Compiles the page's program in Scala into {@code folder}. */
  public static void compileScala(Path folder) throws IOException {
    Path source = Files.writeString(folder.resolve("NamedClusters.scala"), blocks("scala").get(0));
    String[] words = {"-cp", classPath(), "-d", folder.toString(), source.toString()};
    assertThat(scala.tools.nsc.Main.process(words)).isTrue();
  }

  /** Runs the program that {@code folder} holds in this JVM, and gives back its rows. */
  public static List<String> run(Path folder, Path photos) throws Exception {
    LocalSpark.session();
    String[] words = words(folder, photos);
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, LibraryPage.class.getClassLoader())) {
      loader
          .loadClass("NamedClusters")
          .getMethod("main", String[].class)
          .invoke(null, (Object) words);
    }
    return rows(folder);
  }

  /** What the page's programs are called with: three clusters of the photos. */
  public static String[] words(Path folder, Path photos) {
    return new String[] {
      photos.toString(), "3", folder.resolve("kept").toString(), folder.resolve("rows").toString()
    };
  }

  /** The rows that a program left that was called with these words. */
  public static List<String> rows(Path folder) {
    return LocalSpark.session()
        .read()
        .parquet(folder.resolve("rows").toString())
        .sort("path")
        .toJSON()
        .collectAsList();
  }

  /** Surefire's own property: what it gives the JVM is a jar that names the others. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
