package io.nomen.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A job file: the options of a subcommand by their names, without the hyphens in front. Scalars and
 * lists only; no tags, little depth, at most 1 MB, since a job file may come from anybody.
 */
final class JobFile {
  private static final int LARGEST = 1 << 20;

  private final String uri;
  private final Map<String, List<String>> values = new TreeMap<>();

  private JobFile(String uri) {
    this.uri = uri;
  }

  static JobFile read(Storage storage, String uri) {
    byte[] bytes = storage.readBytes(uri);
    if (bytes.length > LARGEST) {
      throw NomenException.usage("The job file %s is larger than 1 MB.".formatted(uri));
    }
    LoaderOptions limits = new LoaderOptions();
    limits.setNestingDepthLimit(4);
    limits.setMaxAliasesForCollections(0);
    limits.setAllowDuplicateKeys(false);
    JobFile file = new JobFile(uri);
    try {
      JsonNode root =
          new YAMLMapper(YAMLFactory.builder().loaderOptions(limits).build())
              .readTree(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
      file.take(root);
    } catch (JsonProcessingException e) {
      throw NomenException.usage(
          "The job file %s is not YAML: %s.".formatted(uri, e.getOriginalMessage()));
    }
    return file;
  }

  private void take(JsonNode root) {
    if (root.isMissingNode() || root.isNull()) {
      return;
    }
    if (!root.isObject()) {
      throw NomenException.usage(
          "The job file %s must hold options as \"name: value\" lines.".formatted(uri));
    }
    root.fields()
        .forEachRemaining(
            field -> {
              List<String> list = new ArrayList<>();
              if (field.getValue().isArray()) {
                field.getValue().forEach(element -> list.add(scalar(field.getKey(), element)));
              } else {
                list.add(scalar(field.getKey(), field.getValue()));
              }
              values.put(field.getKey(), list);
            });
  }

  private String scalar(String key, JsonNode node) {
    if (!node.isValueNode() || node.isNull()) {
      throw NomenException.usage(
          "\"%s\" in the job file %s must be a value or a list of values.".formatted(key, uri));
    }
    return node.asText();
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
                        Nearest.hint(key, known.keySet().stream().map(o -> o.substring(2)))));
          } else if (!given.hasMatchedOption(option)) {
            if (option.arity().max() == 0) {
              if (Boolean.parseBoolean(list.get(0))) {
                arguments.add(name);
              }
            } else {
              for (String value : list) {
                arguments.add(name);
                arguments.add(value);
              }
            }
          }
        });
    return arguments;
  }
}
