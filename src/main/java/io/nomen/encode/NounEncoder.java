package io.nomen.encode;

import io.nomen.Progress;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.clip.ClipModel;
import io.nomen.clip.EncoderCache;
import io.nomen.clip.Tokenizer;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.spark.LiveCount;
import io.nomen.spark.Sessions;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import io.nomen.tensor.CacheFolder;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.TorchDevice;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.NounEncoding;
import io.nomen.vocabulary.NounEncoding.TextEncoder;
import io.nomen.vocabulary.Prompts;
import io.nomen.vocabulary.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Nouns to unit embeddings: encoded on the executors, and kept in the user's cache folder by model,
 * nouns and prompts, so that the next run finds them.
 *
 * @param device {@code auto|cpu|cuda:N}, resolved where the work is done
 * @param precision of all tasks
 */
public record NounEncoder(
    JobContext context,
    ClipCheckpoint checkpoint,
    String device,
    Precision precision,
    Prompts prompts) {
  /** Choices of nouns that are no list of a user's. */
  public static final Set<String> WORDS = Set.of("auto", "wordnet");

  /** The stage of a run that leaves encoded nouns. */
  public static final String STAGE = "vocabulary";

  private static final int NOUNS_PER_BATCH = 64;

  /** About 900 prompts: seconds of work, so that no core waits long for the last task. */
  private static final int BATCHES_PER_TASK = 2;

  /**
   * The words that a choice of nouns stands for.
   *
   * @param source {@code auto} (the model's own list where it has one, otherwise WordNet), {@code
   *     wordnet}, or a file with a noun a line
   * @param subtrees synsets under which WordNet's nouns are taken; empty for all
   * @param checkpoint the model whose own list counts
   */
  public static Vocabulary words(
      Storage storage, String source, List<String> subtrees, Optional<ClipCheckpoint> checkpoint) {
    Optional<List<String>> own = checkpoint.flatMap(ClipCheckpoint::ownNouns);
    if (source.equals("auto") && own.isPresent() && subtrees.isEmpty()) {
      return Vocabulary.ofLines(Vocabulary.MODELS, own.get());
    }
    return WORDS.contains(source)
        ? Vocabulary.wordnet(subtrees)
        : Vocabulary.ofFile(storage, storage.qualify(source));
  }

  /** Whether the words in a folder are a list that somebody has given. */
  public static boolean isOwnList(RunFolder folder) {
    return folder
        .stage(STAGE)
        .map(stage -> String.valueOf(stage.facts().get("source")))
        .map(source -> !source.startsWith(Vocabulary.WORDNET) && !source.equals(Vocabulary.MODELS))
        // Ready embeddings have no stage of ours: their words came in a file.
        .orElse(true);
  }

  /** Everything that decides the embeddings. */
  public Map<String, String> settings(Vocabulary vocabulary) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", checkpoint.model().digest());
    settings.put("nouns", digest(vocabulary.nouns()));
    settings.put("prompts", prompts.digest());
    settings.put("precision", precision.word());
    return settings;
  }

  /**
   * The nouns with their embeddings, in the vocabulary's order. Those of the bundled model's own
   * nouns come with it.
   *
   * @param useCache whether what an earlier run left in the user's cache folder counts
   */
  public NounTable table(Vocabulary vocabulary, boolean useCache) {
    if (vocabulary.source().equals(Vocabulary.MODELS) && prompts.equals(Prompts.TAC)) {
      Optional<Matrix> own = checkpoint.ownNounEmbeddings();
      if (own.isPresent()) {
        return new NounTable(vocabulary.nouns(), own.get());
      }
    }
    Map<String, String> settings = settings(vocabulary);
    Storage storage = context.storage();
    Path file =
        CacheFolder.path()
            .resolve("vocabulary")
            .resolve(Digests.sha256(settings.toString()) + ".parquet");
    String uri = file.toUri().toString();
    if (useCache && storage.exists(uri + ".done")) {
      context
          .progress()
          .say(
              RootLocale.format("vocabulary: %,d nouns from the cache", vocabulary.nouns().size()));
      return NounTable.read(storage, uri);
    }
    NounTable table = encode(vocabulary.nouns());
    keep(table, file);
    storage.writeText(uri + ".done", settings.toString());
    return table;
  }

  /** Whole or not at all: a job that dies over it must not spoil what an earlier one left there. */
  private void keep(NounTable table, Path file) {
    Path beside = file.resolveSibling(RunFolder.newId() + ".parquet");
    table.write(context.storage(), beside.toUri().toString());
    try {
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw StorageFailure.cannot("write", file.toString(), e);
    }
  }

  private NounTable encode(List<Noun> nouns) {
    JavaSparkContext spark = context.spark().get();
    Tokenizer tokenizer = checkpoint.tokenizer();
    List<NounEncoding.Batch> batches =
        new ArrayList<>(
            NounEncoding.plan(nouns, text -> tokenizer.encode(text).length, NOUNS_PER_BATCH));
    // The longest first: what is left for the end is short, and no core waits long.
    Collections.reverse(batches);
    int tasks = Math.max(1, batches.size() / BATCHES_PER_TASK);
    int width = checkpoint.model().projectionWidth();
    float[] all = new float[nouns.size() * width];
    try (LiveCount encoded = new LiveCount(spark.sc(), "nouns encoded");
        Progress.Step step = context.progress().begin("vocabulary", nouns.size(), "nouns")) {
      EncodeNouns task =
          new EncodeNouns(
              context.storage(),
              checkpoint.model(),
              tokenizer,
              prompts,
              device,
              precision,
              Sessions.taskThreads(spark),
              encoded.accumulator());
      List<float[]> parts =
          encoded.during(
              () -> spark.parallelize(batches, tasks).map(task::encode).collect(), step::done);
      for (int b = 0; b < batches.size(); b++) {
        int[] rows = batches.get(b).rows();
        for (int i = 0; i < rows.length; i++) {
          System.arraycopy(parts.get(b), i * width, all, rows[i] * width, width);
        }
      }
    }
    return new NounTable(nouns, new Matrix(nouns.size(), width, all));
  }

  /** Of the words and their meanings: a table holds both. */
  public static String digest(List<Noun> nouns) {
    List<String> lines = new ArrayList<>();
    nouns.forEach(noun -> lines.add(noun.lemma() + "\t" + noun.synset().orElse("")));
    return Digests.sha256(String.join("\n", lines));
  }

  /** Runs on an executor. */
  private record EncodeNouns(
      Storage storage,
      ClipModel model,
      Tokenizer tokenizer,
      Prompts prompts,
      String device,
      Precision precision,
      int threads,
      LongAccumulator encoded)
      implements java.io.Serializable {

    float[] encode(NounEncoding.Batch batch) {
      return TaskThreads.take(threads, () -> encodeAlone(batch));
    }

    private float[] encodeAlone(NounEncoding.Batch batch) {
      ClipEncoder encoder =
          EncoderCache.encoder(model, storage, TorchDevice.ofTask(device), precision);
      float[] embeddings =
          NounEncoding.encode(
              batch,
              prompts,
              new TextEncoder() {
                @Override
                public float[] encode(List<String> texts) {
                  return encoder.encodeTexts(texts.stream().map(tokenizer::encode).toList());
                }

                @Override
                public int width() {
                  return model.projectionWidth();
                }
              });
      encoded.add(batch.rows().length);
      return embeddings;
    }
  }
}
