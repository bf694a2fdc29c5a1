package io.nomen.job;

import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.encode.ModelChoice;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.method.MethodOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What the main job does.
 *
 * @param images which images are encoded; empty where {@code embeddings} names ready ones
 * @param embeddings folders of ready embeddings, and globs of folders
 * @param secondEmbeddings folder of the same images' embeddings by another model, for methods that
 *     take two
 * @param clusters K; empty to choose it by label-free quality
 * @param method the method's word
 * @param nouns folder that {@code nomen vocabulary} wrote; empty to take {@code vocabulary}
 * @param classes a file with a class a line, or a folder that {@code nomen vocabulary} wrote, where
 *     the classes are given; they are the nouns then, and K is how many there are
 * @param previous folder of an earlier run, whose ids and names the clusters keep where they are
 *     the same
 * @param duplicateCosine lowest cosine of near-duplicates; empty to look for neither them nor
 *     outliers
 * @param layers how many clusters coarser and finer layers shall have
 * @param title what is clustered, for people
 */
public record ClusterOptions(
    Optional<EncodeOptions> images,
    List<String> embeddings,
    Optional<String> secondEmbeddings,
    OptionalInt clusters,
    String method,
    ModelChoice model,
    VocabularyChoice vocabulary,
    Optional<String> nouns,
    Optional<String> classes,
    Optional<String> previous,
    MethodOptions options,
    OptionalDouble duplicateCosine,
    List<Integer> layers,
    long seed,
    String title,
    RunRequest request) {

  /** K in words, as far as the options tell it. */
  String wanted() {
    if (classes.isPresent()) {
      return "the given classes";
    }
    return clusters.isPresent() ? Integer.toString(clusters.getAsInt()) : "auto";
  }
}
