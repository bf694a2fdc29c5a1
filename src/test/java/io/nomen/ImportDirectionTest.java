package io.nomen;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Keeps the direction of imports that {@code docs/design.md} draws. */
class ImportDirectionTest {
  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("spark", List.of()),
          Map.entry("store", List.of()),
          Map.entry("safetensors", List.of("store", "tensor")),
          Map.entry("tensor", List.of()),
          Map.entry("image", List.of("store")),
          Map.entry("clip", List.of("safetensors", "tensor", "image", "store")),
          Map.entry("vocabulary", List.of("clip", "tensor", "store")),
          Map.entry("kmeans", List.of("tensor")),
          Map.entry("neighbours", List.of("kmeans", "tensor")),
          Map.entry("semantics", List.of("kmeans", "tensor", "vocabulary")),
          Map.entry("heads", List.of("safetensors", "tensor", "store")),
          Map.entry(
              "method",
              List.of("safetensors", "semantics", "heads", "neighbours", "kmeans", "tensor")),
          Map.entry(
              "run",
              List.of(
                  "safetensors", "method", "semantics", "vocabulary", "tensor", "store", "spark")),
          Map.entry(
              "encode", List.of("run", "vocabulary", "clip", "image", "tensor", "store", "spark")),
          Map.entry(
              "exchange", List.of("safetensors", "encode", "run", "image", "tensor", "store")),
          Map.entry(
              "evaluate",
              List.of(
                  "run",
                  "method",
                  "kmeans",
                  "semantics",
                  "neighbours",
                  "exchange",
                  "tensor",
                  "store")),
          Map.entry(
              "naming",
              List.of("run", "evaluate", "method", "semantics", "vocabulary", "tensor", "store")),
          Map.entry(
              "ml",
              List.of(
                  "naming",
                  "evaluate",
                  "encode",
                  "run",
                  "method",
                  "heads",
                  "semantics",
                  "kmeans",
                  "vocabulary",
                  "clip",
                  "image",
                  "tensor",
                  "store",
                  "spark")),
          Map.entry(
              "refine",
              List.of(
                  "evaluate",
                  "run",
                  "method",
                  "semantics",
                  "neighbours",
                  "kmeans",
                  "tensor",
                  "store")),
          Map.entry(
              "gallery",
              List.of(
                  "naming",
                  "refine",
                  "evaluate",
                  "exchange",
                  "run",
                  "method",
                  "semantics",
                  "vocabulary",
                  "image",
                  "store",
                  "tensor")),
          Map.entry(
              "job",
              List.of(
                  "gallery",
                  "refine",
                  "naming",
                  "evaluate",
                  "exchange",
                  "encode",
                  "run",
                  "method",
                  "heads",
                  "semantics",
                  "neighbours",
                  "kmeans",
                  "vocabulary",
                  "clip",
                  "safetensors",
                  "image",
                  "tensor",
                  "store",
                  "spark")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.nomen");

  @TestFactory
  Stream<DynamicTest> imports_follow_the_plan() {
    return MAY_USE.keySet().stream()
        .sorted()
        .map(name -> DynamicTest.dynamicTest(name, () -> onlyAllowedImports(name)));
  }

  @Test
  void no_two_classes_bear_one_simple_name() {
    Map<String, List<String>> byName =
        CLASSES.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    TreeMap::new,
                    Collectors.mapping(JavaClass::getName, Collectors.toList())));
    byName.values().removeIf(names -> names.size() == 1);
    assertThat(byName).isEmpty();
  }

  private static void onlyAllowedImports(String name) {
    String[] allowed =
        Stream.concat(
                Stream.of("io.nomen", "io.nomen." + name + ".."),
                MAY_USE.get(name).stream().map(other -> "io.nomen." + other + ".."))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("io.nomen." + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.nomen..").and(resideOutsideOfPackages(allowed)))
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
