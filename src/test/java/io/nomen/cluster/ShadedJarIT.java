package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is in the jar that clusters get, and what must not be. */
class ShadedJarIT {
  /** Everything that the jar may hold; Spark, Hadoop, Scala, Jackson's core and SLF4J may not. */
  private static final List<String> ALLOWED =
      List.of(
          "io/nomen/",
          "ai/djl/",
          "com/sun/jna/",
          "com/twelvemonkeys/",
          "com/luciad/imageio/",
          "picocli/");

  private static JarFile jar;
  private static Set<String> classes;

  @BeforeAll
  static void open() throws IOException {
    jar = new JarFile("target/nomen.jar");
    classes = new TreeSet<>();
    jar.stream()
        .map(JarEntry::getName)
        .filter(name -> name.endsWith(".class"))
        .forEach(classes::add);
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  @Test
  void holds_no_class_that_a_cluster_brings() {
    assertThat(classes)
        .hasSizeGreaterThan(1000)
        .filteredOn(name -> ALLOWED.stream().noneMatch(name::startsWith))
        .isEmpty();
  }

  @Test
  void names_what_it_relocates_nowhere_by_the_old_name() throws IOException {
    for (String old :
        List.of(
            "org/apache/commons/compress/",
            "org/apache/commons/io/",
            "org/apache/commons/lang3/",
            "com/google/gson/",
            "org/yaml/snakeyaml/",
            "com/fasterxml/jackson/dataformat/yaml/",
            "com/fasterxml/jackson/datatype/jdk8/")) {
      assertThat(classes).noneMatch(name -> name.startsWith(old));
      assertThat(classesThatName(old)).as(old).isEmpty();
    }
    assertThat(classes)
        .contains(
            "io/nomen/relocated/commons/compress/archivers/tar/TarArchiveEntry.class",
            "io/nomen/relocated/commons/io/IOUtils.class",
            "io/nomen/relocated/gson/Gson.class",
            "io/nomen/relocated/snakeyaml/LoaderOptions.class");
  }

  private static Set<String> classesThatName(String old) throws IOException {
    Set<String> found = new TreeSet<>();
    for (JarEntry entry : jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
      byte[] bytes = jar.getInputStream(entry).readAllBytes();
      // A message of gson's names the page of its project.
      String text =
          new String(bytes, StandardCharsets.ISO_8859_1).replace("github.com/google/", "");
      if (text.contains(old)) {
        found.add(entry.getName());
      }
    }
    return found;
  }

  @Test
  void leaves_djl_whose_native_code_finds_classes_by_name_as_it_is() throws IOException {
    for (Class<?> part : List.of(ai.djl.Device.class, ai.djl.pytorch.jni.JniUtils.class)) {
      String original = part.getProtectionDomain().getCodeSource().getLocation().getPath();
      try (JarFile djl = new JarFile(original)) {
        List<String> names =
            djl.stream()
                .map(JarEntry::getName)
                .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                .toList();
        assertThat(names).hasSizeGreaterThan(10).allMatch(name -> name.startsWith("ai/djl/"));
        assertThat(classes).containsAll(names);
      }
    }
  }

  @Test
  void every_service_it_names_is_in_it_and_lists_of_several_libraries_are_merged()
      throws IOException {
    Set<String> readers = new TreeSet<>();
    for (JarEntry entry : jar.stream().filter(ShadedJarIT::isServices).toList()) {
      for (String line : text(entry).lines().map(String::strip).toList()) {
        String name = line.replaceFirst("\\s*#.*", "");
        if (!name.isEmpty()) {
          assertThat(classes).as(entry.getName()).contains(name.replace('.', '/') + ".class");
          if (entry.getName().endsWith("ImageReaderSpi")) {
            readers.add(name.replaceFirst(".*[.]", "").toLowerCase(Locale.ROOT));
          }
        }
      }
    }
    assertThat(readers)
        .contains(
            "jpegimagereaderspi", "tiffimagereaderspi", "bmpimagereaderspi", "webpimagereaderspi");
    assertThat(text(jar.getJarEntry("META-INF/services/ai.djl.engine.EngineProvider")))
        .contains("ai.djl.pytorch.engine.PtEngineProvider");
  }

  private static boolean isServices(JarEntry entry) {
    return entry.getName().startsWith("META-INF/services/") && !entry.isDirectory();
  }

  private static String text(JarEntry entry) throws IOException {
    return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void carries_libtorch_the_bundled_model_and_its_own_name() throws IOException {
    assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
        .isEqualTo("io.nomen.cli.Main");
    assertThat(jar.stream().map(JarEntry::getName))
        .contains("native/lib/pytorch.properties", "io/nomen/clip/tiny/open_clip_model.safetensors")
        .anyMatch(name -> name.matches("pytorch/cpu/linux-x86_64/.*libtorch_cpu[.]so.*"))
        .noneMatch(name -> name.matches("META-INF/[^/]*[.](SF|DSA|RSA)"))
        .noneMatch(name -> name.endsWith("module-info.class"));
  }
}
