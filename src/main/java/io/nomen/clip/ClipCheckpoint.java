package io.nomen.clip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.store.Digests;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.MatrixReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An opened checkpoint: a Hugging Face or open_clip folder on any Hadoop file system, or the word
 * {@code tiny} for the model inside the jar. Opening checks everything that can be wrong with it
 * (architecture, files, the header of the weights, every tensor's name, type and shape), so that no
 * Spark action starts with a model that cannot run.
 */
public final class ClipCheckpoint {
  private static final int CONFIG_LIMIT = 1 << 20;

  /** Digests of the files that this process has read, by their names, lengths and times. */
  private static final Map<String, String> DIGESTS = new ConcurrentHashMap<>();

  private final CheckpointFiles files;
  private final TensorSource tensors;
  private final Architecture architecture;
  private final Layout layout;
  private final ClipModel model;
  private final String what;

  private ClipCheckpoint(
      CheckpointFiles files,
      TensorSource tensors,
      Architecture architecture,
      Layout layout,
      ClipModel model,
      String what) {
    this.files = files;
    this.tensors = tensors;
    this.architecture = architecture;
    this.layout = layout;
    this.model = model;
    this.what = what;
  }

  /**
   * Opens and checks a checkpoint; a process reads it once from end to end for its digest.
   *
   * @param location a folder's path or URI, or {@code tiny}
   * @throws NomenException (input) for a missing file, another architecture, a damaged weights
   *     file, or a tensor that is missing or of another shape; one sentence that names it
   */
  public static ClipCheckpoint open(Storage storage, String location) {
    CheckpointFiles files = CheckpointFiles.of(storage, location);
    Architecture architecture = Architecture.read(files);
    WeightFiles weights = WeightFiles.find(files, architecture);
    TensorSource tensors = weights.open(files);
    Layout layout = architecture.layout();
    layout.check(tensors, files.name());
    ClipModel model =
        new ClipModel(
            id(files),
            files instanceof CheckpointFiles.Folder folder ? folder.uri() : CheckpointFiles.BUNDLED,
            digest(files, weights.digested(files, architecture)),
            architecture.vision(),
            architecture.text(),
            architecture.projectionWidth(),
            architecture.preprocessing(),
            layout.parameters());
    String what =
        "%s, weights in %s"
            .formatted(
                architecture.title(),
                weights.shards().size() == 1
                    ? weights.shards().get(0)
                    : weights.shards().size() + " shards");
    return new ClipCheckpoint(files, tensors, architecture, layout, model, what);
  }

  public ClipModel model() {
    return model;
  }

  /** What the folder is, in a few words. */
  public String what() {
    return what;
  }

  /**
   * The checkpoint's tokenizer.
   *
   * @throws NomenException (input) when the checkpoint has none; encoding images needs none
   */
  public Tokenizer tokenizer() {
    TextSpec text = model.text();
    return architecture.tokenizer() == TextCleaning.Rule.CLIP
        ? ClipTokenizer.read(files, text)
        : LibraryTokenizer.open(files, text, architecture.tokenizer());
  }

  /** The nouns that the model knows, one a line, where it says so ({@code nouns.txt}). */
  public Optional<List<String>> ownNouns() {
    return files.has("nouns.txt")
        ? Optional.of(files.text("nouns.txt", 1 << 24).lines().filter(l -> !l.isBlank()).toList())
        : Optional.empty();
  }

  /**
   * Unit embeddings of {@link #ownNouns}, line by line, [V, d], in the prompts that TAC uses: made
   * when the model was, so that nobody waits for them. Only the bundled model brings them; a
   * folder's might be another model's.
   */
  public Optional<Matrix> ownNounEmbeddings() {
    String file = "nouns.safetensors";
    if (!(files instanceof CheckpointFiles.Bundled) || !files.has(file)) {
      return Optional.empty();
    }
    try (MatrixReader rows = SafetensorsReader.open(files.source(file)).matrix("embeddings")) {
      int count = Math.toIntExact(rows.rows());
      return Optional.of(new Matrix(count, rows.width(), rows.next(count)).unit());
    }
  }

  /** The model card, where there is one. */
  public Optional<String> card() {
    for (String name : List.of("MODEL_CARD.md", "README.md")) {
      if (files.has(name)) {
        return Optional.of(files.text(name, 1 << 22));
      }
    }
    return Optional.empty();
  }

  TensorSource tensors() {
    return tensors;
  }

  Layout layout() {
    return layout;
  }

  private static String id(CheckpointFiles files) {
    String name = files.name();
    return name.substring(name.lastIndexOf('/') + 1);
  }

  static JsonNode json(CheckpointFiles files, String file) {
    try {
      JsonNode tree = Json.mapper().readTree(files.text(file, CONFIG_LIMIT));
      if (tree.isObject()) {
        return tree;
      }
    } catch (JsonProcessingException e) {
      throw NomenException.input(
          "%s/%s is not JSON: %s.".formatted(files.name(), file, e.getOriginalMessage()), e);
    }
    throw NomenException.input("%s/%s is not a JSON object.".formatted(files.name(), file));
  }

  /** Reads all files, unless this process has read these before. */
  private static String digest(CheckpointFiles files, List<String> digested) {
    String state = files.state(digested);
    String known = DIGESTS.get(state);
    if (known == null) {
      known = read(files, digested);
      DIGESTS.put(state, known);
    }
    return known;
  }

  private static String read(CheckpointFiles files, List<String> digested) {
    MessageDigest sha = Digests.begin();
    for (String file : digested) {
      // The name and the length keep bytes from wandering between files unnoticed.
      sha.update(
          (file + "\0" + files.length(file).orElseThrow() + "\0").getBytes(StandardCharsets.UTF_8));
      try (InputStream in = files.open(file, 0)) {
        Digests.update(sha, in);
      } catch (IOException e) {
        throw NomenException.input(
            "Cannot read %s/%s: %s.".formatted(files.name(), file, e.getMessage()), e);
      }
    }
    return Digests.end(sha);
  }
}
