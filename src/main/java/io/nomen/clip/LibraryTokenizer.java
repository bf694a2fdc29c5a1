package io.nomen.clip;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.store.Digests;
import io.nomen.store.Json;
import io.nomen.tensor.Torch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A tokenizer that Hugging Face's library runs ({@code tokenizer.json} of any kind), as SigLIP's
 * are: texts are cleaned, cut and padded to the model's positions, with their end token kept.
 *
 * <p>What travels to executors is where the file is; each JVM opens it once.
 */
final class LibraryTokenizer implements Tokenizer {
  private static final long serialVersionUID = 1L;
  private static final int LIMIT = 1 << 27;
  private static final String FILE = "tokenizer.json";
  private static final String PIECES = "spiece.model";
  private static final String CONFIG = "tokenizer_config.json";
  private static final Map<String, HuggingFaceTokenizer> OPENED = new ConcurrentHashMap<>();

  private final CheckpointFiles files;
  private final TextCleaning.Rule rule;
  private final int positions;
  private final int pad;
  private final boolean padLeft;
  private final String digest;

  private LibraryTokenizer(
      CheckpointFiles files,
      TextCleaning.Rule rule,
      int positions,
      int pad,
      boolean padLeft,
      String digest) {
    this.files = files;
    this.rule = rule;
    this.positions = positions;
    this.pad = pad;
    this.padLeft = padLeft;
    this.digest = digest;
  }

  static LibraryTokenizer open(CheckpointFiles files, TextSpec text, TextCleaning.Rule rule) {
    String json = json(files);
    Map<String, Integer> special = specialTokens(json, files.name());
    JsonNode config =
        files.has(CONFIG) ? ClipCheckpoint.json(files, CONFIG) : Json.mapper().createObjectNode();
    JsonNode named = config.path("pad_token");
    String padToken = named.isObject() ? named.path("content").asText() : named.asText("");
    if (padToken.isEmpty()) {
      padToken = special.containsKey("<pad>") ? "<pad>" : "</s>";
    }
    Integer pad = special.get(padToken);
    if (pad == null) {
      throw NomenException.input(
          "%s has no token %s, which texts are padded with; copy tokenizer.json and tokenizer_config.json from the same model."
              .formatted(files.name(), Json.line(padToken)));
    }
    TextCleaning.Rule cleaning = rule;
    if (rule == TextCleaning.Rule.SIGLIP) {
      boolean first =
          config.path("tokenizer_class").asText("").matches("Siglip(Tokenizer|TokenizerFast)");
      cleaning =
          first || (!files.has(CONFIG) && files.has(PIECES))
              ? TextCleaning.Rule.SIGLIP
              : TextCleaning.Rule.LOWER;
    }
    LibraryTokenizer opened =
        new LibraryTokenizer(
            files,
            cleaning,
            text.positions(),
            pad,
            config.path("padding_side").asText("right").equals("left"),
            Digests.sha256(json));
    for (int token : opened.encode("a photo of a dog")) {
      if (token < 0 || token >= text.vocabulary()) {
        throw NomenException.input(
            "%s gives the token %d, but the text tower knows %d tokens; they belong to different models."
                .formatted(files.name(), token, text.vocabulary()));
      }
    }
    return opened;
  }

  @Override
  public int[] encode(String text) {
    Encoding encoding = library().encode(rule.clean(text), true, false);
    long[] ids = encoding.getIds();
    int[] tokens = new int[positions];
    Arrays.fill(tokens, pad);
    int kept = Math.min(ids.length, positions);
    int at = padLeft ? positions - kept : 0;
    for (int i = 0; i < kept; i++) {
      tokens[at + i] = (int) ids[i];
    }
    if (ids.length > positions) {
      // What is cut keeps its end token.
      tokens[positions - 1] = (int) ids[ids.length - 1];
    }
    return tokens;
  }

  @Override
  public int positions() {
    return positions;
  }

  private HuggingFaceTokenizer library() {
    return OPENED.computeIfAbsent(digest, key -> load(json(files), files.name()));
  }

  private static HuggingFaceTokenizer load(String json, String where) {
    // Also tells DJL where to unpack, and to fetch nothing.
    Torch.start();
    System.setProperty("RUST_FLAVOR", "cpu");
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
          Map.of("padding", "false", "truncation", "false"));
    } catch (IOException | RuntimeException e) {
      throw NomenException.input(
          "%s/%s is not a tokenizer that Hugging Face's library reads (%s)."
              .formatted(
                  where, FILE, String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ")),
          e);
    }
  }

  private static String json(CheckpointFiles files) {
    if (files.has(FILE)) {
      return files.text(FILE, LIMIT);
    }
    if (files.has(PIECES)) {
      return SentencePieceModel.tokenizerJson(
          files.read(PIECES, 0, Math.toIntExact(files.length(PIECES).orElseThrow())),
          files.name() + "/" + PIECES);
    }
    throw NomenException.input(
        "%s has no tokenizer.json and no spiece.model, which encoding text needs; copy them from the same model."
            .formatted(files.name()));
  }

  /** The added tokens alone: the vocabulary may have tens of megabytes. */
  private static Map<String, Integer> specialTokens(String json, String where) {
    Map<String, Integer> special = new HashMap<>();
    try (JsonParser parser = Json.mapper().createParser(json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          parser.nextToken();
          if (field.equals("added_tokens")) {
            JsonNode tokens = parser.readValueAsTree();
            tokens.forEach(t -> special.put(t.path("content").asText(), t.path("id").asInt(-1)));
          } else {
            parser.skipChildren();
          }
        }
      }
      return special;
    } catch (IOException e) {
      throw NomenException.input(
          "%s/%s is not JSON (%s)."
              .formatted(
                  where, FILE, String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ")),
          e);
    }
  }
}
