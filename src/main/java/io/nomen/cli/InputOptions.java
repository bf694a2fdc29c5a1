package io.nomen.cli;

import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.encode.ModelChoice;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.Inventory.InventoryOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which images, and what is done with bad ones. */
final class InputOptions {
  @Option(
      names = "--input",
      paramLabel = "URI",
      arity = "1..*",
      description =
          "Folders, globs, files, .tar shards or Parquet, on any file system that Hadoop knows.")
  List<String> input = new ArrayList<>();

  @Option(
      names = "--image-column",
      paramLabel = "NAME",
      description = "Column with the bytes, where inputs are Parquet files.")
  Optional<String> imageColumn = Optional.empty();

  @Option(
      names = "--label-column",
      paramLabel = "NAME",
      description = "Column with labels for evaluate, where inputs are Parquet files.")
  Optional<String> labelColumn = Optional.empty();

  @Option(
      names = "--path-column",
      paramLabel = "NAME",
      description = "Column that names the images, where inputs are Parquet files.")
  Optional<String> pathColumn = Optional.empty();

  @Option(
      names = "--second-model",
      paramLabel = "DIR",
      description =
          "Another encoder for the same images, decoded once; for example a DINOv2. Its embeddings"
              + " are a second column, which methods of two spaces use.")
  Optional<String> secondModel = Optional.empty();

  @Option(
      names = "--pixel-limit",
      paramLabel = "PIXELS",
      defaultValue = "" + DecodeOptions.DEFAULT_PIXEL_LIMIT,
      description =
          "Larger images are refused before they are decoded (default: ${DEFAULT-VALUE}).")
  long pixelLimit;

  @Option(
      names = "--max-bad-fraction",
      paramLabel = "0..1",
      defaultValue = "0.05",
      description = "With more bad images than this the job fails, exit code 4 (default: 0.05).")
  double maxBadFraction;

  EncodeOptions encode(ModelChoice model, boolean resume) {
    return new EncodeOptions(
        input,
        new InventoryOptions(
            InventoryOptions.DEFAULT_FILES_PER_BUCKET, imageColumn, labelColumn, pathColumn),
        model,
        secondModel,
        pixelLimit,
        maxBadFraction,
        resume);
  }

  void check(Violations violations) {
    input.forEach(uri -> CommonOptions.checkUri(violations, "--input", uri));
    violations.atLeast("--pixel-limit", pixelLimit, 1);
    violations.require(
        maxBadFraction >= 0 && maxBadFraction <= 1,
        "--max-bad-fraction is %s; give a number from 0 to 1.".formatted(maxBadFraction));
  }

  /** Images, or ready embeddings in their place. */
  static final class Source {
    @Mixin private InputOptions images;

    @Option(
        names = "--embeddings",
        arity = "1..*",
        paramLabel = "EMB",
        description =
            "Ready embeddings in place of --input: folders of encode or import, and globs of such"
                + " folders in quotes; of an image in several of them, the last counts.")
    List<String> embeddings = new ArrayList<>();

    void check(Violations violations) {
      images.check(violations);
      violations.require(
          images.input.isEmpty() != embeddings.isEmpty(),
          "Give either --input URI or --embeddings EMB.");
    }

    Optional<EncodeOptions> images(ModelChoice model, boolean resume) {
      return images.input.isEmpty() ? Optional.empty() : Optional.of(images.encode(model, resume));
    }

    boolean hasSecondModel() {
      return images.secondModel.isPresent();
    }

    /** What is clustered, for people. */
    String title() {
      return title(embeddings.isEmpty() ? images.input.get(0) : embeddings.get(0));
    }

    /**
     * The last part of a path that says something: {@code test-*.tar} in {@code cifar10} is
     * cifar10.
     */
    private static String title(String source) {
      List<String> parts = new ArrayList<>(Arrays.asList(source.split("/", -1)));
      Collections.reverse(parts);
      for (String part : parts) {
        String cleaned = part.replaceAll("[^\\p{L}\\p{N}._-]", "").replaceAll("^[.]+", "");
        if (!cleaned.isEmpty() && !part.contains("*")) {
          return cleaned;
        }
      }
      return "images";
    }
  }
}
