package io.nomen.job;

import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.ModelChoice;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.vocabulary.Prompts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Nouns to a noun table that {@code cluster --vocabulary FOLDER} takes. */
public final class VocabularyJob {
  private VocabularyJob() {}

  /** What would be done. */
  public static List<String> plan(
      JobContext context, RunFolder folder, VocabularyChoice choice, ModelChoice model) {
    VocabularyStage stage = new VocabularyStage(context, choice, Prompts.TAC);
    if (choice.embeddings().isPresent()) {
      return List.of(
          RootLocale.format("read %d ready embeddings", stage.readyMade().nouns().size()),
          "write them to " + folder.uri());
    }
    ClipCheckpoint checkpoint = ClipCheckpoint.open(context.storage(), model.location());
    checkpoint.tokenizer();
    return List.of(
        RootLocale.format(
            "encode %,d nouns with %s, unless the cache has them",
            stage.vocabulary(Optional.of(checkpoint)).nouns().size(), checkpoint.model().id()),
        "write them to " + folder.uri());
  }

  /** Makes the table and publishes it. */
  public static Map<String, Object> run(
      JobContext context, RunFolder folder, VocabularyChoice choice, ModelChoice model) {
    folder.requireNothingBut(Set.of("nouns"));
    VocabularyStage stage = new VocabularyStage(context, choice, Prompts.TAC);
    return folder.holding(() -> run(context, folder, choice, model, stage));
  }

  private static Map<String, Object> run(
      JobContext context,
      RunFolder folder,
      VocabularyChoice choice,
      ModelChoice model,
      VocabularyStage stage) {
    Map<String, Object> result = new LinkedHashMap<>();
    String id;
    if (choice.embeddings().isPresent()) {
      NounTable table = stage.readyMade();
      id = RunFolder.newId();
      table.write(folder, id);
      result.put("nouns", table.nouns().size());
      result.put("source", choice.source());
    } else {
      StageAttempt attempt =
          stage.run(folder, ClipCheckpoint.open(context.storage(), model.location()), model);
      id = attempt.attempt();
      result.putAll(attempt.facts());
    }
    folder.publish(id, Map.of("nouns", id), Map.of(), Optional.empty());
    result.put("output", folder.uri());
    return result;
  }

  /**
   * Which nouns a job uses, as the user asked for it.
   *
   * @param source {@code auto} (the model's own list where it has one, otherwise WordNet), {@code
   *     wordnet}, a file with a noun a line, or a folder that {@code nomen vocabulary} wrote
   * @param subtrees synsets under which WordNet's nouns are taken; empty for all
   * @param embeddings ready embeddings, a {@code .npy} whose row i belongs to line i of {@code
   *     source}
   */
  public record VocabularyChoice(
      String source, List<String> subtrees, Optional<String> embeddings, boolean resume) {}
}
