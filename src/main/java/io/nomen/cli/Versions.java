package io.nomen.cli;

import io.nomen.run.Platform;
import java.util.List;
import picocli.CommandLine.IVersionProvider;

/** What runs here: for {@code --version}, the banner and reports. */
final class Versions implements IVersionProvider {

  static List<String> lines() {
    return Platform.versions().entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .toList();
  }

  @Override
  public String[] getVersion() {
    return lines().toArray(String[]::new);
  }
}
