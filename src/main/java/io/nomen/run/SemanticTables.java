package io.nomen.run;

import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.Matrix;
import io.nomen.vocabulary.Noun;
import java.util.List;
import java.util.function.Consumer;

/** The tables {@code semantic_centres} and {@code selected_nouns}. */
public record SemanticTables(SemanticSpace space) {
  private static final String FILE = "part-00000.parquet";

  public void write(RunFolder folder, String attempt, NounTable nouns) {
    Matrix centres = space.centres();
    write(
        folder,
        attempt,
        Tables.SEMANTIC_CENTRES,
        writer -> {
          for (int centre = 0; centre < centres.rows(); centre++) {
            writer.write(centre, centres.row(centre));
          }
        });
    write(
        folder,
        attempt,
        Tables.SELECTED_NOUNS,
        writer -> {
          for (int row : space.selected()) {
            Noun noun = nouns.nouns().get(row);
            writer.write(row, noun.lemma(), noun.synset());
          }
        });
  }

  private static void write(
      RunFolder folder, String attempt, TableSchema schema, Consumer<TableWriter> rows) {
    String target = folder.attemptFolder(schema.name(), attempt);
    long written;
    try (TableWriter writer = new TableWriter(folder.storage(), target + "/" + FILE, schema)) {
      rows.accept(writer);
      written = writer.rows();
    }
    new Table(schema.name(), target, List.of(FILE), List.of(written)).commit(folder.storage());
  }
}
