package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.evaluate.LabelSource;
import io.nomen.job.EvaluateJob;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores against labels. */
@Command(name = "evaluate", description = "Score a run against labels: ACC, NMI, ARI in per cent.")
final class EvaluateCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "Folder of a run.")
  private String run;

  @Option(
      names = "--labels",
      paramLabel = "folder|cls|column|FILE",
      defaultValue = "column",
      description =
          "What the inputs said (folder names, .cls files, a column), or a .npy or .csv file"
              + " (default: column).")
  private String labels;

  @Option(
      names = "--against",
      paramLabel = "RUN",
      description = "Compare with another run over the same images instead of labels.")
  private Optional<String> against = Optional.empty();

  @Override
  public void check(Violations violations) {
    common.check(violations);
    violations.require(
        LabelSource.find(labels).isPresent(),
        "--labels is \"%s\"; give folder, cls, column, FILE.npy, FILE.csv or FILE.tsv."
            .formatted(labels));
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    if (console.dryRun()) {
      String other = against.orElse(labels);
      Stream.concat(Stream.of(run), against.stream())
          .forEach(uri -> new RunFolder(context.storage(), uri).snapshot());
      return console.planned(List.of("score " + run + " against " + other));
    }
    if (against.isPresent()) {
      return EvaluateJob.compare(
          context,
          new RunFolder(context.storage(), run),
          new RunFolder(context.storage(), against.get()));
    }
    Map<String, Object> scores =
        EvaluateJob.run(context, new RunFolder(context.storage(), run), labels);
    console.line(
        "ACC %s  NMI %s  ARI %s"
            .formatted(scores.get("acc"), scores.get("nmi"), scores.get("ari")));
    if (scores.get("names") instanceof Map<?, ?> names) {
      console.line(
          "Names: of %s clusters %s are called by their class's own word, %s by that or a synonym, %s by that or a hypernym within two steps"
              .formatted(
                  names.get("clusters"),
                  names.get("by_word"),
                  names.get("by_lemma"),
                  names.get("by_hypernym")));
    }
    return scores;
  }
}
