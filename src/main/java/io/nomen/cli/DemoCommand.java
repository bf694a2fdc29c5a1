package io.nomen.cli;

import io.nomen.DaemonThreads;
import io.nomen.cli.Main.Subcommand;
import io.nomen.spark.Sessions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole job on the photographs that come with the project. */
@Command(
    name = "demo",
    description = "Cluster the samples with the bundled model, and name the gallery to open.")
final class DemoCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(
      names = "--samples",
      paramLabel = "FOLDER",
      defaultValue = "samples",
      description = "Where the samples are (default: samples).")
  private String samples;

  @Option(
      names = "--output",
      paramLabel = "RUN",
      defaultValue = "out/demo",
      description = "Folder to write (default: out/demo).")
  private String output;

  @Override
  public void check(Violations violations) {
    common.check(violations);
  }

  @Override
  public Map<String, Object> run(Console console) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "cluster",
                "--input",
                samples + "/*/*.jpg",
                "--clusters",
                "24",
                "--output",
                output,
                "--resume",
                common.resume));
    if (console.dryRun()) {
      words.add("--dry-run");
    }
    CommandLine.ParseResult parsed =
        new CommandLine(new Main()).parseArgs(words.toArray(String[]::new)).subcommand();
    if (!console.dryRun()) {
      // While libtorch and the model are read.
      DaemonThreads.begin("spark", () -> Sessions.open("demo"));
    }
    ClusterCommand cluster = (ClusterCommand) parsed.commandSpec().userObject();
    return cluster.run(
        new Console(
            console.out(),
            console.err(),
            console.progress(),
            "cluster",
            Main.effective(parsed),
            Main.command(parsed),
            console.dryRun()));
  }
}
