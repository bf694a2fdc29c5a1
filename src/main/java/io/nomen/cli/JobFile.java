package io.nomen.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A job file: the options of a subcommand by their names, without the hyphens in front. Scalars and
 * lists only; no tags, little depth, at most 1 MB, since a job file may come from anybody.
 */
final class JobFile {
  private static final int LARGEST = 1 << 20;
  private static final Set<String> YES = Set.of("true", "yes", "on", "y");
  private static final Set<String> NO = Set.of("false", "no", "off", "n");

  /** Labels of options that take a number or a word. */
  private static final Pattern NUMBER_OR_WORD =
      Pattern.compile("(?:K|COUNT|ROWS|NUMBER|0[.][.]1)(?:[|].*)?");

  private final String uri;
  private final Map<String, List<String>> values = new TreeMap<>();

  private JobFile(String uri) {
    this.uri = uri;
  }

  static JobFile read(Storage storage, String uri) {
    byte[] bytes = storage.readBytes(storage.qualify(uri));
    if (bytes.length > LARGEST) {
      throw NomenException.usage("The job file %s is larger than 1 MB.".formatted(uri));
    }
    LoaderOptions limits = new LoaderOptions();
    limits.setNestingDepthLimit(4);
    JobFile file = new JobFile(uri);
    try (YAMLParser parser =
        YAMLFactory.builder()
            .loaderOptions(limits)
            .build()
            .createParser(new String(bytes, StandardCharsets.UTF_8))) {
      file.take(parser);
    } catch (JsonProcessingException e) {
      throw NomenException.usage(
          "The job file %s is not YAML: %s.".formatted(uri, e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** Scalars are taken as they are written: a folder called 007 or 1e5 is no number. */
  private void take(YAMLParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null || token == JsonToken.VALUE_NULL) {
      return;
    }
    if (token != JsonToken.START_OBJECT) {
      throw NomenException.usage(
          "The job file %s must hold options as \"name: value\" lines.".formatted(uri));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.getText();
      List<String> list = new ArrayList<>();
      if (parser.nextToken() == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(scalar(key, parser));
        }
      } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
        list.add(scalar(key, parser));
      }
      if (values.put(key, list) != null) {
        throw NomenException.usage(
            "\"%s\" stands twice in the job file %s; keep one.".formatted(key, uri));
      }
    }
    if (parser.nextToken() != null) {
      throw NomenException.usage(
          "The job file %s holds more than one document; keep one.".formatted(uri));
    }
  }

  private String scalar(String key, YAMLParser parser) throws IOException {
    if (!parser.currentToken().isScalarValue()
        || parser.currentToken() == JsonToken.VALUE_NULL
        || parser.isCurrentAlias()) {
      throw NomenException.usage(
          "\"%s\" in the job file %s must be a value or a list of values.".formatted(key, uri));
    }
    return parser.getText();
  }

  /**
   * The file's options as arguments, without those that {@code given} has from the command line.
   *
   * @param violations takes a sentence for every key that the subcommand does not know
   */
  List<String> arguments(CommandLine.ParseResult given, Violations violations) {
    Map<String, OptionSpec> known = given.commandSpec().optionsMap();
    List<String> arguments = new ArrayList<>();
    values.forEach(
        (key, list) -> {
          String name = "--" + key;
          OptionSpec option = known.get(name);
          if (option == null || name.equals("--job")) {
            violations.add(
                "\"%s\" in the job file %s is not an option of %s%s."
                    .formatted(
                        key,
                        uri,
                        given.commandSpec().name(),
                        Violations.suggestion(
                            key, known.keySet().stream().map(o -> o.substring(2)))));
          } else if (!given.hasMatchedOption(option)) {
            if (option.arity().max() == 0) {
              if (!list.isEmpty() && isYes(key, list.get(0), violations)) {
                arguments.add(name);
              }
            } else {
              for (String value : list) {
                arguments.add(name);
                arguments.add(isNumber(option) ? number(value) : value);
              }
            }
          }
        });
    return arguments;
  }

  /** YAML's words for it, of both its versions. */
  private boolean isYes(String key, String value, Violations violations) {
    String word = value.toLowerCase(Locale.ROOT);
    violations.require(
        YES.contains(word) || NO.contains(word),
        "\"%s\" in the job file %s is \"%s\"; give true or false.".formatted(key, uri, value));
    return YES.contains(word);
  }

  private static boolean isNumber(OptionSpec option) {
    Class<?> type = option.typeInfo().getAuxiliaryTypes()[0];
    return type.isPrimitive()
        || Number.class.isAssignableFrom(type)
        || NUMBER_OR_WORD.matcher(option.paramLabel()).matches();
  }

  /**
   * A number as YAML may write it (1_000, 0x10, 0o17, +5, .5, 1e3) as the command line takes it.
   */
  private static String number(String value) {
    String digits = value.replace("_", "").replaceFirst("^[+]", "");
    try {
      if (digits.startsWith("0x")) {
        return new BigInteger(digits.substring(2), 16).toString();
      }
      if (digits.startsWith("0o")) {
        return new BigInteger(digits.substring(2), 8).toString();
      }
      if (digits.matches("-?[0-9]*[.][0-9]*")) {
        return digits;
      }
      BigDecimal number = new BigDecimal(digits);
      boolean whole = number.stripTrailingZeros().scale() <= 0 && number.precision() < 20;
      return whole && Math.abs(number.scale()) < 20
          ? number.toBigIntegerExact().toString()
          : digits;
    } catch (NumberFormatException e) {
      // A word, as auto is; or what the option itself refuses.
      return value;
    }
  }
}
