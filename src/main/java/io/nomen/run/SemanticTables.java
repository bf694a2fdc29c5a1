package io.nomen.run;

import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.tensor.Matrix;
import io.nomen.vocabulary.Noun;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The tables {@code semantic_centres} and {@code selected_nouns}. */
public final class SemanticTables {
  /** One of the unit centres that nouns were chosen by. */
  private record CentreRow(int centre, float[] embedding) {}

  /** A noun that was chosen, by its row in the table of nouns. */
  private record SelectedRow(int nounRow, String noun, Optional<String> synset) {}

  private static final TableSchema<CentreRow> CENTRES =
      new TableSchema<>("semantic_centres", CentreRow.class);
  private static final TableSchema<SelectedRow> SELECTED =
      new TableSchema<>("selected_nouns", SelectedRow.class);

  private SemanticTables() {}

  /**
   * Writes both.
   *
   * @return their names
   */
  public static List<String> write(
      RunFolder folder, String attempt, SemanticSpace space, NounTable nouns) {
    Matrix centres = space.centres();
    folder.write(
        CENTRES,
        attempt,
        IntStream.range(0, centres.rows())
            .mapToObj(centre -> new CentreRow(centre, centres.row(centre)))
            .toList());
    folder.write(
        SELECTED,
        attempt,
        Arrays.stream(space.selected())
            .mapToObj(row -> selected(row, nouns.nouns().get(row)))
            .toList());
    return List.of(CENTRES.name(), SELECTED.name());
  }

  /** What {@link #write} wrote; {@code nouns} are all of the run's. */
  public static SemanticSpace read(Snapshot run, NounTable nouns) {
    List<CentreRow> centres = run.rows(CENTRES);
    int width = centres.get(0).embedding().length;
    float[] values = new float[centres.size() * width];
    centres.forEach(c -> System.arraycopy(c.embedding(), 0, values, c.centre() * width, width));
    int[] selected = run.rows(SELECTED).stream().mapToInt(SelectedRow::nounRow).toArray();
    return new SemanticSpace(
        new Matrix(centres.size(), width, values), selected, nouns.select(selected).matrix());
  }

  private static SelectedRow selected(int row, Noun noun) {
    return new SelectedRow(row, noun.lemma(), noun.synset());
  }
}
