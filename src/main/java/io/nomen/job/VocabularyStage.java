package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.clip.ClipModel;
import io.nomen.clip.EncoderCache;
import io.nomen.clip.Tokenizer;
import io.nomen.encode.ModelChoice;
import io.nomen.exchange.NpyReader;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.spark.LiveCount;
import io.nomen.spark.Sessions;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import io.nomen.tensor.CacheFolder;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.TorchDevice;
import io.nomen.tensor.UnitRows.UnitRow;
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
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Nouns to the noun table: read from WordNet or a list, encoded on the executors, and kept in the
 * user's cache folder by model, nouns and prompts, so that the next run finds them.
 */
final class VocabularyStage {
  static final String NAME = "vocabulary";
  private static final int NOUNS_PER_BATCH = 64;

  /** About 900 prompts: seconds of work, so that no core waits long for the last task. */
  private static final int BATCHES_PER_TASK = 2;

  private final JobContext context;
  private final VocabularyChoice choice;
  private final Prompts prompts;

  VocabularyStage(JobContext context, VocabularyChoice choice, Prompts prompts) {
    this.context = context;
    this.choice = choice;
    this.prompts = prompts;
  }

  /** The nouns in words: from WordNet, the model's own list, or a file. */
  Vocabulary vocabulary(Optional<ClipCheckpoint> checkpoint) {
    Optional<List<String>> own = checkpoint.flatMap(ClipCheckpoint::ownNouns);
    if (choice.source().equals("auto") && own.isPresent() && choice.subtrees().isEmpty()) {
      return Vocabulary.ofLines(Vocabulary.MODELS, own.get());
    }
    if (VocabularyChoice.KNOWN.contains(choice.source())) {
      return Vocabulary.wordnet(choice.subtrees());
    }
    return Vocabulary.ofFile(context.storage(), context.storage().qualify(choice.source()));
  }

  /** Ready embeddings with their words, line i beside row i. */
  NounTable readyMade() {
    Storage storage = context.storage();
    String npy = storage.qualify(choice.embeddings().orElseThrow());
    try (NpyReader reader = NpyReader.open(storage, npy)) {
      Vocabulary words =
          Vocabulary.ofRows(storage, storage.qualify(choice.source()), reader.rows());
      float[] values = reader.next(Math.toIntExact(reader.rows()));
      float[] unit = new float[values.length];
      for (int row = 0; row < reader.rows(); row++) {
        UnitRow normalised = UnitRow.of(values, row * reader.width(), reader.width());
        int number = row;
        float[] direction =
            normalised
                .values()
                .orElseThrow(
                    () ->
                        NomenException.input(
                            "Row %d of %s (%s) cannot be used: %s."
                                .formatted(
                                    number,
                                    npy,
                                    words.nouns().get(number).lemma(),
                                    normalised.problem().orElseThrow())));
        System.arraycopy(direction, 0, unit, row * reader.width(), reader.width());
      }
      return new NounTable(words.nouns(), new Matrix(words.nouns().size(), reader.width(), unit));
    }
  }

  /** The noun table of {@code folder}, made unless an earlier run made the same. */
  StageAttempt run(RunFolder folder, ClipCheckpoint checkpoint, ModelChoice model) {
    Vocabulary vocabulary = vocabulary(Optional.of(checkpoint));
    Precision precision =
        model.taskPrecision(choice.resume() ? folder.stage(NAME) : Optional.empty());
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", checkpoint.model().digest());
    settings.put("nouns", digest(vocabulary.nouns()));
    settings.put("prompts", prompts.digest());
    settings.put("precision", precision.word());
    StageAttempt attempt = folder.begin(NAME, settings, choice.resume());
    if (attempt.done()) {
      return attempt;
    }
    NounTable table = cached(settings, vocabulary, checkpoint, model, precision);
    table.write(folder, attempt.attempt());
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("source", vocabulary.source());
    facts.put("nouns", vocabulary.nouns().size());
    facts.put("prompts", prompts.name());
    return folder.finish(attempt, facts);
  }

  private NounTable cached(
      Map<String, String> settings,
      Vocabulary vocabulary,
      ClipCheckpoint checkpoint,
      ModelChoice model,
      Precision precision) {
    Storage storage = context.storage();
    Path file =
        CacheFolder.path()
            .resolve("vocabulary")
            .resolve(Digests.sha256(settings.toString()) + ".parquet");
    String uri = file.toUri().toString();
    if (choice.resume() && storage.exists(uri + ".done")) {
      context
          .progress()
          .say(
              RootLocale.format("vocabulary: %,d nouns from the cache", vocabulary.nouns().size()));
      return NounTable.read(storage, uri);
    }
    NounTable table = encode(vocabulary.nouns(), checkpoint, model, precision);
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
      throw StoreTrouble.cannot("write", file.toString(), e);
    }
  }

  private NounTable encode(
      List<Noun> nouns, ClipCheckpoint checkpoint, ModelChoice model, Precision precision) {
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
              model.device(),
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
  static String digest(List<Noun> nouns) {
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
