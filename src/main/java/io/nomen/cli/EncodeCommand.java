package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.job.EncodeJob;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to embeddings. */
@Command(name = "encode", description = "Encode images into an embeddings table.")
final class EncodeCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private InputOptions input;
  @Mixin private ModelOptions model;

  @Option(names = "--output", required = true, paramLabel = "EMB", description = "Folder to write.")
  private String output;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    input.check(violations);
    model.check(violations);
    violations.require(!input.input.isEmpty(), "Missing: --input URI.");
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), output);
    EncodeOptions options = input.encode(model.choice(), common.resumes());
    console.banner(model);
    return console.dryRun()
        ? console.planned(EncodeJob.plan(context, folder, options))
        : EncodeJob.run(context, folder, options);
  }
}
