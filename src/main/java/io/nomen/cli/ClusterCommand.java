package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.cli.VocabularyCommand.SubtreeOption;
import io.nomen.job.ClusterJob;
import io.nomen.job.ClusterOptions;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.method.ZeroShotMethod;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job. */
@Command(
    name = "cluster",
    description = "Cluster images, name the clusters, and write tables and a gallery.")
final class ClusterCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private InputOptions.Source source;
  @Mixin private ModelOptions model;
  @Mixin private ClusteringOptions clustering;
  @Mixin private SubtreeOption words;
  @Mixin private PageOptions pages;

  @Option(
      names = "--vocabulary",
      paramLabel = "auto|wordnet|FILE|NOUNS",
      defaultValue = "auto",
      description =
          "The nouns: WordNet's, a file with a noun a line, or a folder of nomen vocabulary; auto"
              + " is the model's own list where it has one, otherwise WordNet (default: auto).")
  private String vocabulary;

  @Option(
      names = "--classes",
      paramLabel = "FILE|NOUNS",
      description =
          "For zero-shot: the classes, one a line, or a folder of nomen vocabulary with their"
              + " embeddings.")
  private Optional<String> classes = Optional.empty();

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "K",
      description =
          "Coarser and finer layers of the clusters as well, with so many each: 6,60 beside"
              + " --clusters 24.")
  private List<Integer> layers = new ArrayList<>();

  @Option(
      names = "--previous",
      paramLabel = "RUN",
      description =
          "An earlier run of cluster with the same model: clusters that go on keep their ids, and"
              + " their names while they fit; new ones get new ids. Of a glob, runs/*, the last run"
              + " whose name comes before that of --output; none is needed.")
  private Optional<String> previous = Optional.empty();

  @Option(
      names = "--output",
      paramLabel = "RUN",
      description = "Folder to write (default: out/ and the name of the input).")
  private Optional<String> output = Optional.empty();

  @Override
  public void check(Violations violations) {
    common.check(violations);
    source.check(violations);
    model.check(violations);
    clustering.check(violations, classes.isEmpty());
    pages.check(violations);
    violations.require(
        clustering.method.equals(ZeroShotMethod.NAME) == classes.isPresent(),
        "--method zero-shot and --classes FILE go together; give both or neither.");
    violations.require(
        classes.isEmpty() || !clustering.clusters.equals("auto"),
        "--classes says how many clusters there are; leave --clusters away.");
    violations.require(
        !source.hasSecondModel() || clustering.secondEmbeddings.isEmpty(),
        "--second-model and --second-embeddings are both a second space; leave one away.");
    violations.require(
        words.subtrees.isEmpty() || vocabulary.matches("auto|wordnet"),
        "--subtree takes nouns from WordNet; leave --vocabulary away.");
    violations.require(
        layers.stream().allMatch(count -> count > 0),
        "--layers is %s; give numbers from 1.".formatted(layers));
    violations.require(
        classes.isEmpty() || previous.isEmpty(),
        "--classes says which clusters there are, and in which order; leave --previous away.");
    previous.ifPresent(uri -> CommonOptions.checkUri(violations, "--previous", uri));
    output.ifPresent(uri -> CommonOptions.checkUri(violations, "--output", uri));
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder =
        new RunFolder(context.storage(), output.orElseGet(() -> "out/" + source.title()));
    ClusterJob job = new ClusterJob(context, folder, options(console, context));
    console.banner(model);
    if (console.dryRun()) {
      return console.planned(job.plan());
    }
    return console.made(job.run(), folder);
  }

  private ClusterOptions options(Console console, JobContext context) {
    boolean ready = RunFolder.holds(context.storage(), vocabulary, "nouns");
    return new ClusterOptions(
        source.images(model.choice(), common.resumes()),
        source.embeddings,
        clustering.secondEmbeddings,
        clustering.clusters(),
        clustering.method,
        model.choice(),
        new VocabularyChoice(vocabulary, words.subtrees, Optional.empty(), common.resumes()),
        ready ? Optional.of(vocabulary) : Optional.empty(),
        classes,
        previous,
        clustering.options(),
        clustering.duplicateCosine(),
        layers,
        clustering.seed,
        source.title(),
        pages.request(console, context, common));
  }
}
