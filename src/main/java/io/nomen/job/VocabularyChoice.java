package io.nomen.job;

import java.util.List;
import java.util.Optional;

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
