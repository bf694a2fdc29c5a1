package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.ModelChoice;
import io.nomen.encode.NounEncoder;
import io.nomen.exchange.NpyReader;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.UnitRows.UnitRow;
import io.nomen.vocabulary.Prompts;
import io.nomen.vocabulary.Vocabulary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Nouns to the noun table: read from WordNet or a list, and encoded by {@link NounEncoder}. */
final class VocabularyStage {
  static final String NAME = NounEncoder.STAGE;

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
    return NounEncoder.words(context.storage(), choice.source(), choice.subtrees(), checkpoint);
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
    NounEncoder encoder =
        new NounEncoder(
            context,
            checkpoint,
            model.device(),
            model.taskPrecision(choice.resume() ? folder.stage(NAME) : Optional.empty()),
            prompts);
    StageAttempt attempt = folder.begin(NAME, encoder.settings(vocabulary), choice.resume());
    if (attempt.done()) {
      return attempt;
    }
    encoder.table(vocabulary, choice.resume()).write(folder, attempt.attempt());
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("source", vocabulary.source());
    facts.put("nouns", vocabulary.nouns().size());
    facts.put("prompts", prompts.name());
    return folder.finish(attempt, facts);
  }
}
