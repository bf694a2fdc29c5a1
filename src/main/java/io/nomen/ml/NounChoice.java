package io.nomen.ml;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipModel;
import io.nomen.encode.ModelChoice;
import io.nomen.encode.NounEncoder;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord.ModelFacts;
import io.nomen.run.RunRecord.VocabularyFacts;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.Precision;
import io.nomen.tensor.UnitRows.UnitRow;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.Prompts;
import io.nomen.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * The nouns that a stage's parameters stand for.
 *
 * @param table empty where there are none
 * @param verbatim whether they are somebody's own list, whose words are not rewritten
 * @param source where they are from, for people
 * @param model that encoded them, where that is known
 */
record NounChoice(
    Optional<NounTable> table, boolean verbatim, String source, Optional<ClipModel> model) {
  private static final String NOUN = "noun";
  private static final String EMBEDDING = "embedding";
  private static final String SYNSET = "synset";
  private static final String GLOSS = "gloss";

  /** No nouns. */
  private static final NounChoice NONE =
      new NounChoice(Optional.empty(), false, "none", Optional.empty());

  /**
   * Reads or encodes the nouns.
   *
   * @param width columns of the features, which the nouns must have too
   * @param classes words that take the nouns' place, where there are any
   */
  static NounChoice of(
      HasNouns<?> stage, SparkSession session, int width, List<String> classes, Prompts prompts) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Storage storage = new Storage(spark.hadoopConfiguration());
    NounChoice choice;
    if (stage.isDefined(stage.nounTable())) {
      choice = ofTable(session, stage.getNounTable());
    } else if (stage.getNouns().equals("none") && classes.isEmpty()) {
      return NONE;
    } else if (classes.isEmpty() && isFolder(storage, stage.getNouns())) {
      choice = ofFolder(storage, Locations.qualify(storage, stage.getNouns()));
    } else {
      choice = encoded(stage, spark, storage, width, classes, prompts);
    }
    int found = choice.table().orElseThrow().embeddings().width();
    if (found != width) {
      throw NomenException.usage(
          "The features have %d columns and the nouns' embeddings (%s) have %d; use one model for both."
              .formatted(width, choice.source(), found));
    }
    return choice;
  }

  private static boolean isFolder(Storage storage, String nouns) {
    return !NounEncoder.WORDS.contains(nouns)
        && RunFolder.holds(storage, Locations.qualify(storage, nouns), "nouns");
  }

  private static NounChoice ofFolder(Storage storage, String uri) {
    RunFolder folder = new RunFolder(storage, uri);
    return new NounChoice(
        Optional.of(NounTable.read(storage, folder.snapshot().table("nouns"))),
        NounEncoder.isOwnList(folder),
        uri,
        Optional.empty());
  }

  private static NounChoice encoded(
      HasNouns<?> stage,
      JavaSparkContext spark,
      Storage storage,
      int width,
      List<String> classes,
      Prompts prompts) {
    ClipCheckpoint checkpoint = Locations.checkpoint(storage, stage.getModel());
    ClipModel model = checkpoint.model();
    if (model.projectionWidth() != width) {
      throw NomenException.usage(
          "The features have %d columns and model %s makes %d; set model to the checkpoint that made the features, nounTable to words with embeddings of its, or nouns to none."
              .formatted(width, model.id(), model.projectionWidth()));
    }
    String nouns = stage.getNouns();
    Vocabulary words =
        classes.isEmpty()
            ? NounEncoder.words(
                storage,
                NounEncoder.WORDS.contains(nouns) ? nouns : Locations.qualify(storage, nouns),
                List.of(),
                Optional.of(checkpoint))
            : Vocabulary.ofLines("classes", classes);
    if (!classes.isEmpty() && words.duplicates() > 0) {
      throw NomenException.usage(
          "%d of the classes are there more than once (capitals do not count); tell them apart, as in \"crane (bird)\"."
              .formatted(words.duplicates()));
    }
    ModelChoice choice =
        new ModelChoice(
            stage.getModel(), Precision.parse(stage.getPrecision()), stage.getDevice(), 0);
    NounTable table =
        new NounEncoder(
                new JobContext(() -> spark, storage, Progress.SILENT),
                checkpoint,
                stage.getDevice(),
                choice.precision().on(choice.taskDevice(Sessions.offersGpus(spark.getConf()))),
                prompts)
            .table(words, true);
    return new NounChoice(
        Optional.of(table), !NounEncoder.WORDS.contains(nouns), words.source(), Optional.of(model));
  }

  /** Words with ready embeddings, in the table's order. */
  private static NounChoice ofTable(SparkSession session, String name) {
    Dataset<Row> table = session.table(name);
    Columns.require(table.schema(), NOUN, List.of(DataTypes.StringType));
    Columns.requireFeatures(table.schema(), EMBEDDING);
    boolean meanings = Arrays.asList(table.columns()).contains(SYNSET);
    boolean glosses = Arrays.asList(table.columns()).contains(GLOSS);
    List<String> columns = new ArrayList<>(List.of(EMBEDDING));
    columns.addAll(meanings ? List.of(SYNSET) : List.of());
    columns.addAll(glosses ? List.of(GLOSS) : List.of());
    List<Row> rows = table.select(NOUN, columns.toArray(String[]::new)).collectAsList();
    if (rows.isEmpty()) {
      throw NomenException.input("The table of nouns %s is empty.".formatted(name));
    }
    List<String> words = rows.stream().map(row -> String.valueOf(row.getString(0))).toList();
    List<Noun> linked =
        meanings
            ? rows.stream()
                .map(
                    row ->
                        new Noun(
                            row.getString(0),
                            Optional.ofNullable(row.getString(2)).filter(id -> !id.isEmpty()),
                            glosses && !row.isNullAt(3) ? row.getString(3) : "",
                            true))
                .toList()
            : Vocabulary.ofEach(name, words).nouns();
    int width = Columns.floats(rows.get(0), 1).length;
    float[] values = new float[rows.size() * width];
    for (int i = 0; i < rows.size(); i++) {
      float[] embedding = Columns.floats(rows.get(i), 1);
      UnitRow unit = FeatureRows.unit(embedding);
      if (embedding.length != width || unit.problem().isPresent()) {
        throw NomenException.input(
            "The noun \"%s\" in %s cannot be used: %s."
                .formatted(
                    words.get(i),
                    name,
                    unit.problem()
                        .orElse(
                            "its embedding has %d numbers and the first one's %d"
                                .formatted(embedding.length, width))));
      }
      System.arraycopy(unit.values().orElseThrow(), 0, values, i * width, width);
    }
    return new NounChoice(
        Optional.of(new NounTable(linked, new Matrix(rows.size(), width, values))),
        !meanings,
        "table " + name,
        Optional.empty());
  }

  /** For the record of what was fitted. */
  VocabularyFacts vocabulary() {
    return new VocabularyFacts(
        table.map(nouns -> OptionalInt.of(nouns.nouns().size())).orElse(OptionalInt.empty()),
        Optional.of(source));
  }

  /** The model for the record of what was fitted; nothing where it is not known. */
  ModelFacts modelFacts() {
    return model
        .map(known -> ModelFacts.of(known.id(), known.location(), known.digest()))
        .orElse(ModelFacts.NONE);
  }
}
