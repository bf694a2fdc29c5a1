package io.nomen.cli;

import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipModel;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a model is. */
@Command(
    name = "model",
    description = "Look at models.",
    subcommands = {ModelCommand.Info.class})
final class ModelCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  /** {@code nomen model info}. */
  @Command(name = "info", description = "Open and check a model, and say what it is.")
  static final class Info implements Subcommand {
    @Mixin private CommonOptions common;

    @Parameters(
        paramLabel = "DIR|tiny",
        defaultValue = "tiny",
        description =
            "Folder of a Hugging Face CLIP checkpoint, or the bundled model (default: tiny).")
    private String location;

    @Override
    public void check(Violations violations) {
      common.check(violations);
    }

    @Override
    public Map<String, Object> run(Console console) {
      ClipCheckpoint checkpoint =
          ClipCheckpoint.open(new Storage(Sessions.hadoopConfiguration()), location);
      ClipModel model = checkpoint.model();
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("id", model.id());
      facts.put("location", model.location());
      facts.put("digest", model.digest());
      facts.put("parameters", model.parameters());
      facts.put("embedding_width", model.projectionWidth());
      facts.put("vision", model.vision());
      facts.put("text", model.text());
      facts.put("preprocessing", model.preprocessing());
      facts.put("own_nouns", checkpoint.ownNouns().map(List::size).orElse(0));
      facts.put("precision", Precision.AUTO.on(TorchDevice.choose("auto", List.of())).word());
      facts.forEach((name, value) -> console.line("  %s: %s".formatted(name, value)));
      checkpoint.card().ifPresent(card -> console.line("\n" + card.strip()));
      return facts;
    }
  }
}
