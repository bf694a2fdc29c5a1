package io.nomen.cli;

import io.nomen.image.DecodeOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which images, and what is done with bad ones. */
final class InputOptions {
  @Option(
      names = "--input",
      paramLabel = "URI",
      arity = "1..*",
      description = "Folders, globs, files or .tar shards, on any file system that Hadoop knows.")
  List<String> input = new ArrayList<>();

  @Option(
      names = "--image-column",
      paramLabel = "NAME",
      defaultValue = "image",
      description = "Column with the bytes, where an input is a Parquet file (default: image).")
  String imageColumn;

  @Option(
      names = "--pixel-limit",
      paramLabel = "PIXELS",
      defaultValue = "" + DecodeOptions.DEFAULT_PIXEL_LIMIT,
      description = "Larger images are refused before they are decoded (default: ${DEFAULT-VALUE}).")
  long pixelLimit;

  @Option(
      names = "--max-bad-fraction",
      paramLabel = "0..1",
      defaultValue = "0.05",
      description = "With more bad images than this the job fails, exit code 4 (default: 0.05).")
  double maxBadFraction;

  void check(Violations violations) {
    input.forEach(uri -> CommonOptions.checkUri(violations, "--input", uri));
    violations.atLeast("--pixel-limit", pixelLimit, 1);
    violations.require(
        maxBadFraction >= 0 && maxBadFraction <= 1,
        "--max-bad-fraction is %s; give a number from 0 to 1.".formatted(maxBadFraction));
  }
}
