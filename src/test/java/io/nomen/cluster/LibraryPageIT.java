package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LibraryPage;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of {@code docs/library.md} where their readers run them: in a Maven project of their
 * own, and on a cluster.
 */
class LibraryPageIT {
  @TempDir static Path folder;

  private static Path photos;

  @BeforeAll
  static void photographs() throws Exception {
    photos = folder.resolve("photos");
    Photos.copy(Photos.of(3, 8), photos);
  }

  /** The rows of the page's program in this JVM. */
  private static List<String> expected() throws Exception {
    Path here = Files.createDirectories(folder.resolve("here"));
    LibraryPage.compileJava(here);
    return LibraryPage.run(here, photos);
  }

  /** What {@code pom.xml} says in the first place that {@code regex} matches. */
  private static String built(String regex) throws IOException {
    Matcher found = Pattern.compile(regex).matcher(Files.readString(Path.of("pom.xml")));
    assertThat(found.find()).as(regex).isTrue();
    return found.group(1);
  }

  private static String plugin(String name) throws IOException {
    String version = built("<artifactId>" + name + "</artifactId>\\s*<version>(.*?)</version>");
    return "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>"
        .formatted(name, version);
  }

  /** A local repository with what this machine's has, and the plain jar beside it. */
  private static Path repository() throws IOException {
    Path ours = Files.createDirectories(folder.resolve("repository"));
    Path theirs =
        Path.of(
            System.getProperty(
                "localRepository", System.getProperty("user.home") + "/.m2/repository"));
    link(theirs, ours, "io");
    link(theirs.resolve("io"), Files.createDirectories(ours.resolve("io")), "nomen");
    String version = built("<version>(.*?)</version>");
    Path nomen = Files.createDirectories(ours.resolve("io/nomen/nomen").resolve(version));
    String name = "nomen-" + version;
    Files.copy(Path.of("target", name + ".jar"), nomen.resolve(name + ".jar"));
    Files.copy(Path.of("pom.xml"), nomen.resolve(name + ".pom"));
    return ours;
  }

  private static void link(Path from, Path to, String except) throws IOException {
    Assumptions.assumeTrue(
        Files.isDirectory(from), "SKIPPED: no local repository of Maven at " + from);
    try (var files = Files.list(from)) {
      for (Path file : files.filter(f -> !f.getFileName().toString().equals(except)).toList()) {
        Files.createSymbolicLink(to.resolve(file.getFileName()), file);
      }
    }
  }

  @Test
  void a_project_outside_of_the_tree_compiles_and_runs_the_java_page_with_the_plain_jar()
      throws Exception {
    Path project = Files.createDirectories(folder.resolve("project"));
    Path source = Files.createDirectories(project.resolve("src/main/java"));
    Files.writeString(source.resolve("NamedClusters.java"), LibraryPage.blocks("java").get(0));
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project>
          <modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId>
          <artifactId>named-clusters</artifactId>
          <version>1</version>
          <properties>
            <maven.compiler.release>17</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
          </properties>
          <dependencies>
            %s
            <dependency>
              <groupId>org.apache.spark</groupId>
              <artifactId>spark-mllib_%s</artifactId>
              <version>%s</version>
              <scope>provided</scope>
            </dependency>
          </dependencies>
          <build><plugins>%s%s%s</plugins></build>
        </project>
        """
            .formatted(
                LibraryPage.blocks("xml").get(0),
                built("<scala.binary.version>(.*?)<"),
                built("<spark.version>(.*?)<"),
                plugin("maven-resources-plugin"),
                plugin("maven-compiler-plugin"),
                plugin("maven-dependency-plugin")));
    maven(project);

    List<String> command = new ArrayList<>(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(Jvm.opened());
    command.addAll(List.of("-Dspark.master=local[2]", "-Dspark.ui.enabled=false"));
    command.addAll(List.of("-Dai.djl.offline=true", "-cp"));
    command.add(
        project.resolve("target/classes") + ":" + Files.readString(project.resolve("class-path")));
    command.add("NamedClusters");
    command.addAll(List.of(LibraryPage.words(project, photos)));
    try (Jvm program = Jvm.start(project.resolve("program"), Map.of(), command)) {
      assertThat(program.exitCode()).as(program.lastWords()).isZero();
      assertThat(program.out()).contains("silhouette 0.");
    }
    assertThat(LibraryPage.rows(project)).hasSize(24).isEqualTo(expected());
  }

  /** Compiles the project and writes what it runs with into {@code class-path}. */
  private static void maven(Path project) throws Exception {
    Path log = project.resolve("maven.log");
    Process maven;
    try {
      maven =
          new ProcessBuilder(
                  "mvn",
                  "-o",
                  "-B",
                  // What is there counts, whichever repository it once came from.
                  "-Dmaven.legacyLocalRepo=true",
                  "-Dmaven.repo.local=" + repository(),
                  "-Dmdep.outputFile=class-path",
                  "compile",
                  "dependency:build-classpath")
              .directory(project.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      Assumptions.abort("SKIPPED: mvn cannot be started: " + e.getMessage());
      return;
    }
    int exitCode = maven.onExit().join().exitValue();
    String said = Files.readString(log);
    Assumptions.assumeFalse(
        said.contains("in offline mode"),
        "SKIPPED: the local repository lacks what a project outside of the tree needs");
    assertThat(exitCode).as(said).isZero();
  }

  @Test
  @Tag("cluster")
  void the_scala_page_gives_the_same_rows_on_a_standalone_cluster() throws Exception {
    Path program = Files.createDirectories(folder.resolve("scala"));
    LibraryPage.compileScala(program);
    Path jar = folder.resolve("named-clusters.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream classes = new JarOutputStream(file);
        var compiled = Files.list(program)) {
      for (Path one : compiled.filter(f -> f.toString().endsWith(".class")).toList()) {
        classes.putNextEntry(new JarEntry(one.getFileName().toString()));
        Files.copy(one, classes);
      }
    }
    List<String> command =
        new ArrayList<>(
            List.of("--class", "NamedClusters", "--jars", "target/nomen.jar", jar.toString()));
    command.addAll(List.of(LibraryPage.words(program, photos)));
    try (LocalCluster cluster = new LocalCluster("library", Map.of());
        Submission run = cluster.submit(Map.of(), command)) {
      assertThat(run.driver().exitCode()).as(run.driver().lastWords()).isZero();
    }
    assertThat(LibraryPage.rows(program)).hasSize(24).isEqualTo(expected());
  }
}
