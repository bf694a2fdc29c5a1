package io.nomen.ml;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Keeps what the package {@code ml} has promised: its public signatures are those in {@code
 * signatures.txt}. A new one is added there by hand; one that goes or changes breaks somebody's
 * program, and waits for the next major version.
 */
class StableSignaturesTest {
  private static final Path FILE = Path.of("src/test/resources/io/nomen/ml/signatures.txt");

  @Test
  void the_public_signatures_are_those_that_were_promised() throws Exception {
    List<String> found =
        Stream.concat(
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.nomen.ml")
                        .stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .map(JavaClass::reflect),
                Stream.of(io.nomen.NomenException.class, io.nomen.NomenException.Kind.class))
            .flatMap(StableSignaturesTest::signatures)
            .sorted()
            .toList();
    Path target = Path.of("target/signatures.txt");
    Files.writeString(target, String.join("\n", found) + "\n");
    assertThat(found)
        .as("public signatures; target/signatures.txt has what is there now")
        .isEqualTo(Files.readAllLines(FILE, StandardCharsets.UTF_8));
  }

  private static Stream<String> signatures(Class<?> type) {
    Stream<AnnotatedElement> members =
        Stream.of(type.getConstructors(), type.getDeclaredMethods(), type.getDeclaredFields())
            .flatMap(Stream::of);
    return Stream.concat(
        Stream.of(type.toGenericString()),
        members.map(StableSignaturesTest::signature).filter(Objects::nonNull));
  }

  /** Nothing for what is not public, or made by the compiler or for Scala. */
  private static String signature(AnnotatedElement member) {
    if (member instanceof Constructor<?> constructor) {
      return constructor.toGenericString();
    }
    if (member instanceof Field field) {
      return Modifier.isPublic(field.getModifiers()) ? field.toGenericString() : null;
    }
    Method method = (Method) member;
    boolean shown =
        Modifier.isPublic(method.getModifiers())
            && !method.isSynthetic()
            && !method.getName().contains("$");
    return shown ? method.toGenericString() : null;
  }
}
