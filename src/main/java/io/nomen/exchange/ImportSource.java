package io.nomen.exchange;

import java.util.Optional;

/** A file of embeddings that another program wrote. */
public sealed interface ImportSource {
  String uri();

  /** NumPy's array [n, d]. */
  record Npy(String uri) implements ImportSource {}

  /**
   * A safetensors file.
   *
   * @param tensor the matrix [n, d]; may be left out where there is one, or one called {@code
   *     embeddings}
   */
  record Safetensors(String uri, Optional<String> tensor) implements ImportSource {}

  /**
   * A Parquet file, or a folder with several.
   *
   * @param embeddingColumn lists of float or double; may be left out where there is one such column
   * @param pathColumn what images are called; {@code path} where there is one
   */
  record Parquet(
      String uri,
      Optional<String> embeddingColumn,
      Optional<String> pathColumn,
      Optional<String> labelColumn)
      implements ImportSource {}
}
