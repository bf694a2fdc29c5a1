package io.nomen.run;

import io.nomen.run.Column.Kind;

/** The tables of a run and their columns; {@code docs/output.md} explains each of them. */
public final class Tables {
  /** One row per listed image, also for those that could not be used. */
  public static final TableSchema IMAGES =
      new TableSchema(
          "images",
          Column.of("path", Kind.STRING),
          Column.of("status", Kind.STRING),
          Column.optional("reason", Kind.STRING),
          Column.optional("format", Kind.STRING),
          Column.optional("width", Kind.INT),
          Column.optional("height", Kind.INT),
          Column.of("bytes", Kind.LONG),
          Column.of("offset", Kind.LONG),
          Column.optional("digest", Kind.STRING),
          Column.optional("label", Kind.STRING));

  /** One row per image with status {@code ok}: unit embedding, and the length that it had. */
  public static final TableSchema EMBEDDINGS =
      new TableSchema(
          "embeddings",
          Column.of("path", Kind.STRING),
          Column.of("embedding", Kind.FLOATS),
          Column.of("norm", Kind.FLOAT));

  /** The same with the embedding of a second model. */
  public static final TableSchema EMBEDDINGS_OF_TWO =
      new TableSchema(
          "embeddings",
          Column.of("path", Kind.STRING),
          Column.of("embedding", Kind.FLOATS),
          Column.of("norm", Kind.FLOAT),
          Column.of("second_embedding", Kind.FLOATS),
          Column.of("second_norm", Kind.FLOAT));

  /** The candidate nouns with their unit embeddings. */
  public static final TableSchema NOUNS =
      new TableSchema(
          "nouns",
          Column.of("noun", Kind.STRING),
          Column.optional("synset", Kind.STRING),
          Column.of("gloss", Kind.STRING),
          Column.of("embedding", Kind.FLOATS));

  /** The unit centres that nouns were chosen by. */
  public static final TableSchema SEMANTIC_CENTRES =
      new TableSchema(
          "semantic_centres", Column.of("centre", Kind.INT), Column.of("embedding", Kind.FLOATS));

  /** The nouns that were chosen, by their row in {@code nouns}. */
  public static final TableSchema SELECTED_NOUNS =
      new TableSchema(
          "selected_nouns",
          Column.of("noun_row", Kind.INT),
          Column.of("noun", Kind.STRING),
          Column.optional("synset", Kind.STRING));

  /** One row per embedded image. */
  public static final TableSchema ASSIGNMENTS =
      new TableSchema(
          "assignments",
          Column.of("path", Kind.STRING),
          Column.of("cluster", Kind.INT),
          Column.of("confidence", Kind.FLOAT),
          Column.of("runner_up", Kind.INT),
          Column.of("runner_up_confidence", Kind.FLOAT),
          Column.optional("duplicate_of", Kind.STRING),
          Column.optional("outlier_score", Kind.FLOAT));

  /** One row per cluster. */
  public static final TableSchema CLUSTERS =
      new TableSchema(
          "clusters",
          Column.of("cluster", Kind.INT),
          Column.of("name", Kind.STRING),
          Column.of("named", Kind.BOOLEAN),
          Column.of("nouns", Kind.STRINGS),
          Column.of("noun_scores", Kind.FLOATS),
          Column.of("noun_synsets", Kind.STRINGS),
          Column.of("noun_glosses", Kind.STRINGS),
          Column.of("gloss", Kind.STRING),
          Column.optional("hypernym", Kind.STRING),
          Column.of("sisters", Kind.STRINGS),
          Column.of("reason", Kind.STRING),
          Column.of("centre_nouns", Kind.STRINGS),
          Column.of("size", Kind.LONG),
          Column.of("mean_confidence", Kind.FLOAT),
          Column.optional("silhouette", Kind.FLOAT),
          Column.optional("medoid", Kind.STRING),
          Column.of("near_clusters", Kind.INTS),
          Column.of("near_similarity", Kind.FLOATS));

  private Tables() {}
}
