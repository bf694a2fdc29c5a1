package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.NounEncoder;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.method.Methods;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.Prompts;
import io.nomen.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where the main job's nouns come from: ready embeddings in a folder, or words that the model
 * encodes. Classes that were given take the place of the vocabulary.
 */
final class NounSource {
  private final JobContext context;
  private final ClusterOptions options;
  private Optional<String> encoded = Optional.empty();

  NounSource(JobContext context, ClusterOptions options) {
    this.context = context;
    this.options = options;
  }

  /**
   * Whether words have to be encoded by the model: the method needs them, or they were asked for.
   */
  boolean needsModel() {
    VocabularyChoice choice = options.vocabulary();
    boolean asked = !choice.source().equals("auto") || !choice.subtrees().isEmpty();
    boolean wanted =
        Methods.named(options.method()).needsNouns()
            || asked
            || options.options().subspace().filter(width -> !width.isOff()).isPresent();
    return wanted && ready().isEmpty();
  }

  /** Spaces of two widths have nothing in common; said before words are encoded. */
  private void requireWidth(EmbeddingSource source, int width) {
    int columns = EmbeddingTable.width(context.storage(), source.embeddings());
    if (columns != width) {
      throw NomenException.usage(
          "The images' embeddings have %d columns and the words' (%s) have %d; give as --model what encoded the images, or as --vocabulary a folder of words that it encoded."
              .formatted(columns, description(), width));
    }
  }

  /** What a dry run says; names the words that would be encoded. */
  List<String> plan(Optional<ClipCheckpoint> checkpoint) {
    if (ready().isPresent()) {
      String words =
          options.classes().map(classes -> "the classes of " + classes + " in ").orElse("");
      return List.of("read %sthe nouns in %s".formatted(words, ready().get()));
    }
    if (checkpoint.isEmpty()) {
      return List.of();
    }
    Vocabulary words = stage().vocabulary(checkpoint);
    requireOnce(words);
    return List.of(
        RootLocale.format(
            "encode %,d %s, unless the cache has them",
            words.nouns().size(), options.classes().isPresent() ? "classes" : "nouns"));
  }

  /**
   * The nouns; empty for a method without text over ready embeddings.
   *
   * @param attempts takes the table of nouns that this run now has
   */
  Optional<NounTable> table(
      RunFolder folder,
      Optional<ClipCheckpoint> checkpoint,
      EmbeddingSource source,
      Map<String, String> attempts) {
    if (ready().isPresent()) {
      RunFolder there = new RunFolder(context.storage(), ready().get());
      NounTable all = NounTable.read(context.storage(), there.snapshot().table("nouns"));
      source.requireModel(
          there.stage(VocabularyStage.NAME).map(made -> made.settings().get("model")),
          "the nouns in " + there.uri());
      requireWidth(source, all.embeddings().width());
      return Optional.of(
          options.classes().filter(classes -> !classes.equals(ready().get())).isPresent()
              ? all.select(rows(all))
              : all);
    }
    if (checkpoint.isEmpty()) {
      return Optional.empty();
    }
    source.requireModel(checkpoint.get().model());
    requireWidth(source, checkpoint.get().model().projectionWidth());
    VocabularyStage stage = stage();
    if (options.classes().isPresent()) {
      requireOnce(stage.vocabulary(checkpoint));
    }
    StageAttempt attempt = stage.run(folder, checkpoint.get(), options.model());
    encoded = Optional.ofNullable(attempt.facts().get("source")).map(String::valueOf);
    attempts.put("nouns", attempt.attempt());
    return Optional.of(NounTable.read(context.storage(), folder.table("nouns", attempt)));
  }

  /** Whether the words are a list that somebody has given, and not WordNet's or the model's. */
  boolean isOwnList() {
    if (ready().isEmpty()) {
      return !NounEncoder.WORDS.contains(options.vocabulary().source());
    }
    return NounEncoder.isOwnList(new RunFolder(context.storage(), ready().get()));
  }

  /** The words' source, for {@code run.json}. */
  String description() {
    return options
        .classes()
        .or(options::nouns)
        .or(() -> encoded)
        .orElse(options.vocabulary().source());
  }

  /** A folder of ready embeddings: of the classes themselves, or of nouns that hold them. */
  private Optional<String> ready() {
    return options
        .classes()
        .filter(classes -> RunFolder.holds(context.storage(), classes, "nouns"))
        .or(options::nouns);
  }

  private VocabularyStage stage() {
    VocabularyChoice choice =
        options
            .classes()
            .map(
                file ->
                    new VocabularyChoice(
                        file, List.of(), Optional.empty(), options.vocabulary().resume()))
            .orElse(options.vocabulary());
    return new VocabularyStage(
        context, choice, options.method().equals("sic") ? Prompts.SIC : Prompts.TAC);
  }

  /** The rows of the classes among ready nouns, whatever their capitals. */
  private int[] rows(NounTable nouns) {
    String file = options.classes().orElseThrow();
    Vocabulary classes = Vocabulary.ofFile(context.storage(), context.storage().qualify(file));
    requireOnce(classes);
    Map<String, Integer> known = new HashMap<>();
    for (int row = 0; row < nouns.nouns().size(); row++) {
      known.putIfAbsent(word(nouns.nouns().get(row)), row);
    }
    List<String> missing = new ArrayList<>();
    int[] rows = new int[classes.nouns().size()];
    for (int k = 0; k < rows.length; k++) {
      Noun wanted = classes.nouns().get(k);
      rows[k] = known.getOrDefault(word(wanted), -1);
      if (rows[k] < 0) {
        missing.add(wanted.lemma());
      }
    }
    if (!missing.isEmpty()) {
      throw NomenException.input(
          "%d of the %d classes in %s have no embedding in %s (%s); encode them with nomen vocabulary --nouns %s."
              .formatted(
                  missing.size(),
                  rows.length,
                  file,
                  ready().orElseThrow(),
                  String.join(", ", missing.subList(0, Math.min(5, missing.size()))),
                  file));
    }
    return rows;
  }

  private static String word(Noun noun) {
    return noun.text().toLowerCase(Locale.ROOT);
  }

  private void requireOnce(Vocabulary words) {
    if (options.classes().isPresent() && words.duplicates() > 0) {
      throw NomenException.input(
          "%s names %d of its classes more than once (capitals do not count); tell them apart, as in \"crane (bird)\"."
              .formatted(words.source(), words.duplicates()));
    }
  }
}
