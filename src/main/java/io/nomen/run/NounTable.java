package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.semantics.NounMatrix;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.vocabulary.Noun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nouns with their unit embeddings, as the driver holds them.
 *
 * @param nouns M of them
 * @param embeddings [M, d] float32, unit rows
 */
public record NounTable(List<Noun> nouns, Matrix embeddings) {
  /** One candidate noun with its unit embedding. */
  public record Row(
      String noun, Optional<String> synset, String gloss, boolean synsetGiven, float[] embedding) {}

  private static final Logger LOG = LoggerFactory.getLogger(NounTable.class);

  private static final TableSchema<Row> SCHEMA = new TableSchema<>("nouns", Row.class);

  public NounMatrix matrix() {
    return new NounMatrix(nouns.stream().map(Noun::lemma).toList(), embeddings);
  }

  /** The nouns with these numbers, in this order. */
  public NounTable select(int[] rows) {
    return new NounTable(
        Arrays.stream(rows).mapToObj(nouns::get).toList(), embeddings.select(rows));
  }

  /** Changes when a word, its meaning or an embedding does. */
  public String digest() {
    ByteBuffer bytes = ByteBuffer.allocate(embeddings.values().length * Float.BYTES);
    bytes.asFloatBuffer().put(embeddings.values());
    return Digests.sha256(Digests.sha256(bytes.array()) + nouns);
  }

  private Iterable<Row> rows() {
    return () -> IntStream.range(0, nouns.size()).mapToObj(this::row).iterator();
  }

  private Row row(int number) {
    Noun noun = nouns.get(number);
    return new Row(noun.lemma(), noun.synset(), noun.gloss(), noun.given(), embeddings.row(number));
  }

  /** Writes the table {@code nouns} of {@code attempt} and commits it. */
  public void write(RunFolder folder, String attempt) {
    folder.write(SCHEMA, attempt, rows());
  }

  public void write(Storage storage, String uri) {
    try (TableWriter<Row> writer = new TableWriter<>(storage, uri, SCHEMA)) {
      rows().forEach(writer::write);
    }
  }

  /** The nouns of a run; empty where it has none, or they lay in a folder that is gone. */
  public static Optional<NounTable> of(Snapshot run) {
    if (!run.has(SCHEMA.name())) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(run.storage(), run.table(SCHEMA.name())));
    } catch (NomenException e) {
      LOG.info("The run is looked at without its nouns: {}", e.getMessage());
      return Optional.empty();
    }
  }

  public static NounTable read(Storage storage, Table table) {
    return read(storage, table.uris().get(0));
  }

  public static NounTable read(Storage storage, String uri) {
    List<String> lemmas = new TableColumn(storage, uri, "noun").strings();
    List<Optional<String>> synsets = new TableColumn(storage, uri, "synset").optionalStrings();
    List<String> glosses = new TableColumn(storage, uri, "gloss").strings();
    TableColumn column = new TableColumn(storage, uri, "synset_given");
    // Tables that an earlier version wrote do not tell.
    boolean[] given = column.exists() ? column.booleans() : new boolean[lemmas.size()];
    float[] values = new TableColumn(storage, uri, "embedding").floats();
    List<Noun> nouns = new ArrayList<>();
    for (int i = 0; i < lemmas.size(); i++) {
      nouns.add(new Noun(lemmas.get(i), synsets.get(i), glosses.get(i), given[i]));
    }
    return new NounTable(nouns, new Matrix(nouns.size(), values.length / nouns.size(), values));
  }
}
