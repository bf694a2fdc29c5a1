package io.nomen.run;

import java.util.Optional;

/** One listed image in the table {@code images}, also one that could not be used. */
public record ImageRow(
    String path,
    String status,
    Optional<String> reason,
    Optional<String> format,
    Optional<Integer> width,
    Optional<Integer> height,
    long bytes,
    long offset,
    Optional<String> digest,
    Optional<String> label) {
  public static final TableSchema<ImageRow> SCHEMA = new TableSchema<>("images", ImageRow.class);

  /** What {@link #status} says of an image that has an embedding. */
  public static final String OK = "ok";
}
