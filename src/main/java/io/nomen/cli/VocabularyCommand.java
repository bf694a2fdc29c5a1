package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.job.VocabularyJob;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Nouns to a noun table. */
@Command(
    name = "vocabulary",
    description = "Encode nouns (WordNet's, a list, or the model's own) into a noun table.")
final class VocabularyCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private ModelOptions model;
  @Mixin private SubtreeOption vocabulary;

  @Option(
      names = "--nouns",
      paramLabel = "auto|wordnet|FILE",
      defaultValue = "auto",
      description =
          "A file with a noun a line, or wordnet; auto is the model's own list where it has one,"
              + " otherwise WordNet (default: auto).")
  private String nouns;

  @Option(
      names = "--nouns-npy",
      paramLabel = "FILE.npy",
      description = "Ready embeddings: row i belongs to line i of --nouns; no model is used.")
  private Optional<String> ready = Optional.empty();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "NOUNS",
      description = "Folder to write.")
  private String output;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    model.check(violations);
    violations.require(
        ready.isEmpty() || !nouns.matches("auto|wordnet"), "--nouns-npy needs --nouns FILE.");
    violations.require(
        vocabulary.subtrees.isEmpty() || nouns.matches("auto|wordnet"),
        "--subtree takes nouns from WordNet; leave --nouns away.");
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), output);
    VocabularyChoice choice =
        new VocabularyChoice(nouns, vocabulary.subtrees, ready, common.resumes());
    console.banner(model);
    return console.dryRun()
        ? console.planned(VocabularyJob.plan(context, folder, choice, model.choice()))
        : VocabularyJob.run(context, folder, choice, model.choice());
  }

  /** Which part of WordNet. */
  static final class SubtreeOption {
    @Option(
        names = "--subtree",
        paramLabel = "SYNSET",
        description = "Only WordNet's nouns under this synset, for example dog.n.01; repeatable.")
    List<String> subtrees = new ArrayList<>();
  }
}
