package io.nomen;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Digits and letters of the machine's own language get into nothing that a machine reads. */
class RootLocaleTest {
  private static final Pattern NUMBER = Pattern.compile("%[-#+ 0,(]*\\d*(?:[.]\\d+)?[dfegxX]");

  /** What is said to a person: the message of an exception or of a log. */
  private static final Pattern MESSAGE =
      Pattern.compile("Exception|LOG|throw |violations|refuse|wrong\\(|bad\\(");

  private static final Pattern TEXT = Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"");

  @Test
  void digits_are_the_same_in_every_language() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(RootLocale.format("%05d %,d %.2f", 7, 12345, 0.5)).isEqualTo("00007 12,345 0.50");
      // Why there is such a class.
      assertThat("%d".formatted(7)).isNotEqualTo("7");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void numbers_are_formatted_in_no_language_but_for_messages() throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String source =
            Files.readString(file)
                .replaceAll("(?s)/[*][*].*?[*]/", "")
                .replaceAll("(?m)^ *//.*$", "");
        source =
            TEXT.matcher(source)
                .replaceAll(
                    text -> Matcher.quoteReplacement(text.group().replaceAll("[;{}]", ",")));
        for (String statement : source.split("(?<=[;{}])\\s", -1)) {
          if (statement.contains(".formatted(")
              && NUMBER.matcher(statement).find()
              && !MESSAGE.matcher(statement).find()) {
            found.add(file.getFileName() + ": " + statement.strip().replaceAll("\\s+", " "));
          }
        }
      }
    }
    assertThat(found).as("use RootLocale.format").isEmpty();
  }

  @Test
  void nothing_else_asks_the_language_of_the_machine() {
    noClasses()
        .should()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(DateTimeFormatter.class, "ofPattern", String.class)
        .orShould()
        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
        .orShould()
        .callConstructor(DecimalFormat.class, String.class)
        .orShould()
        .callConstructor(Formatter.class)
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.nomen"));
  }
}
