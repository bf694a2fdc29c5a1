package io.nomen.cli;

import io.nomen.Progress;
import io.nomen.RootLocale;
import io.nomen.cli.Main.Subcommand;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.KnownModel;
import io.nomen.clip.ModelDescription;
import io.nomen.clip.ModelPull;
import io.nomen.clip.ModelVerification;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a model is. */
@Command(
    name = "model",
    description = "Look at models.",
    subcommands = {ModelCommand.Info.class, ModelCommand.Verify.class, ModelCommand.Pull.class})
final class ModelCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  /** Which model is looked at. */
  private static final class ModelFolder {
    @Parameters(
        paramLabel = "DIR|tiny",
        defaultValue = "tiny",
        description =
            "Folder of a checkpoint in Hugging Face's or open_clip's layout, or the bundled model (default: tiny).")
    String location;
  }

  /** {@code nomen model info}. */
  @Command(name = "info", description = "Open and check a model, and say what it is.")
  static final class Info implements Subcommand {
    @Mixin private CommonOptions common;

    @Mixin private ModelFolder folder;

    @Override
    public void check(Violations violations) {
      common.check(violations);
    }

    @Override
    public Map<String, Object> run(Console console) {
      ClipCheckpoint checkpoint =
          ClipCheckpoint.open(new Storage(Sessions.hadoopConfiguration()), folder.location);
      Map<String, Object> facts = new LinkedHashMap<>();
      TorchDevice device = TorchDevice.choose("auto", List.of());
      ModelDescription description = ModelDescription.of(checkpoint, device, Precision.AUTO);
      facts.putAll(description.facts());
      facts.put("embedding_width", checkpoint.model().projectionWidth());
      facts.put("own_nouns", checkpoint.ownNouns().map(List::size).orElse(0));
      facts.forEach((name, value) -> console.line("  %s: %s".formatted(name, value)));
      description.card().ifPresent(card -> console.line("\n" + card.strip()));
      return facts;
    }
  }

  /** {@code nomen model verify}. */
  @Command(
      name = "verify",
      description = "Read every tensor of a model, run both towers once, and say what is wrong.")
  static final class Verify implements Subcommand {
    @Mixin private CommonOptions common;

    @Mixin private ModelFolder folder;

    @Override
    public void check(Violations violations) {
      common.check(violations);
    }

    @Override
    public Map<String, Object> run(Console console) {
      ModelVerification verified =
          ModelVerification.run(
              new Storage(Sessions.hadoopConfiguration()),
              folder.location,
              TorchDevice.choose("auto", List.of()),
              Precision.FP32);
      console.line(
          RootLocale.format(
              "  %s: %d tensors are whole and finite, both towers run",
              verified.model().id(), verified.tensors()));
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("model", verified.model().id());
      facts.put("digest", verified.model().digest());
      facts.put("tensors", verified.tensors());
      return facts;
    }
  }

  /** {@code nomen model pull}. */
  @Command(
      name = "pull",
      description =
          "Fetch a known checkpoint (CLIP, SigLIP, DINOv2) into a folder, resumable and verified.")
  static final class Pull implements Subcommand {
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "NAME", description = "For example openai/clip-vit-base-patch32.")
    private String name;

    @Option(
        names = "--output",
        paramLabel = "DIR",
        description = "Folder to write (default: models/NAME).")
    private Optional<String> output = Optional.empty();

    @Option(
        names = "--sha256",
        paramLabel = "DIGEST",
        description = "Digest of the weights that you trust, where the list has none.")
    private Optional<String> sha256 = Optional.empty();

    @Override
    public void check(Violations violations) {
      common.check(violations);
      violations.require(
          sha256.isEmpty() || sha256.get().matches("[0-9a-f]{64}"),
          "--sha256 takes 64 hexadecimal digits in lower case.");
    }

    @Override
    public Map<String, Object> run(Console console) {
      Path folder = Path.of(output.orElse("models/" + name));
      KnownModel known = KnownModel.named(name);
      if (console.dryRun()) {
        return console.planned(List.of("fetch %s to %s".formatted(name, folder)));
      }
      AtomicLong bytes = new AtomicLong();
      try (Progress.Step step = console.progress().begin("pull", 0, "bytes")) {
        ModelPull pulled =
            ModelPull.fetch(
                known,
                folder,
                sha256,
                new Storage(Sessions.hadoopConfiguration()),
                more -> step.done(bytes.addAndGet(more)));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", pulled.model().id());
        facts.put("output", folder.toString());
        facts.put("sha256", pulled.digests());
        return facts;
      }
    }
  }
}
