package io.nomen.encode;

import io.nomen.NomenException;
import io.nomen.clip.ClipModel;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord.Counts;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The embeddings that a run works on: encoded from images, or ready ones of another folder.
 *
 * @param id changes when the embeddings do
 * @param model digest of the model that made them, where that is known
 * @param secondModel digest of the model that made the second ones, where there is one and it is
 *     known
 * @param attempts name of each table that this run itself has now → the attempt that wrote it
 */
public record EmbeddingSource(
    String id,
    Table images,
    Table embeddings,
    Counts counts,
    Optional<String> model,
    Optional<String> secondModel,
    Map<String, String> attempts) {

  /**
   * The embeddings of a run, encoded now or found.
   *
   * @param images which images; empty where {@code ready} names folders
   * @param ready folders and globs of folders; of an image in several, the last counts
   * @param model the model that encodes; present where {@code images} is
   */
  public static EmbeddingSource of(
      JobContext context,
      RunFolder folder,
      Optional<EncodeOptions> images,
      List<String> ready,
      Optional<ClipModel> model) {
    if (images.isEmpty()) {
      List<EmbeddingSource> sources =
          JoinStage.folders(folder, ready).stream()
              .map(uri -> ready(new RunFolder(context.storage(), uri)))
              .toList();
      return sources.size() == 1 ? sources.get(0) : joined(context, folder, sources);
    }
    StageAttempt attempt =
        new EncodeStage(context, folder, images.get(), model.orElseThrow()).run();
    EmbeddingSource source = encoded(folder, attempt);
    BadImages.check(source.counts(), EncodeStage.bad(attempt), images.get().maxBadFraction());
    return source;
  }

  /** What the encode stage of this run made. */
  private static EmbeddingSource encoded(RunFolder folder, StageAttempt attempt) {
    return new EmbeddingSource(
        attempt.attempt(),
        folder.table("images", attempt),
        folder.table("embeddings", attempt),
        EncodeStage.counts(attempt),
        Optional.ofNullable(attempt.settings().get("model")),
        Optional.ofNullable(attempt.settings().get(EncodeStage.SECOND_MODEL)),
        Map.of("images", attempt.attempt(), "embeddings", attempt.attempt()));
  }

  /** The folders that {@code ready} means: its globs are looked up, {@code output} left out. */
  public static List<String> folders(RunFolder output, List<String> ready) {
    return JoinStage.folders(output, ready);
  }

  private static EmbeddingSource joined(
      JobContext context, RunFolder folder, List<EmbeddingSource> sources) {
    StageAttempt attempt = new JoinStage(context, folder, sources).run();
    Table images = folder.table("images", attempt);
    Table embeddings = folder.table("embeddings", attempt);
    return new EmbeddingSource(
        attempt.attempt(),
        images,
        embeddings,
        counts(folder.storage(), images, embeddings),
        sources.stream().flatMap(source -> source.model().stream()).findFirst(),
        sources.stream().flatMap(source -> source.secondModel().stream()).findFirst(),
        Map.of("images", attempt.attempt(), "embeddings", attempt.attempt()));
  }

  private static Counts counts(Storage storage, Table images, Table embeddings) {
    SortedMap<String, Long> statuses = new TreeMap<>();
    images
        .eachFile(
            uri ->
                new TableColumn(storage, uri, "status")
                    .strings().stream()
                        .collect(Collectors.groupingBy(status -> status, Collectors.counting())))
        .forEach(part -> part.forEach((status, rows) -> statuses.merge(status, rows, Long::sum)));
    long listed = images.totalRows();
    long embedded = embeddings.totalRows();
    return new Counts(listed, embedded, listed - embedded, statuses);
  }

  /** What {@code nomen encode} or {@code nomen import} left in another folder. */
  private static EmbeddingSource ready(RunFolder folder) {
    Snapshot snapshot = folder.snapshot();
    Table images = snapshot.table("images");
    Table embeddings = snapshot.table("embeddings");
    Optional<StageAttempt> encode =
        folder
            .stage(EncodeStage.NAME)
            .filter(stage -> embeddings.folder().endsWith("=" + stage.attempt()));
    return new EmbeddingSource(
        embeddings.folder(),
        images,
        embeddings,
        counts(folder.storage(), images, embeddings),
        encode.map(stage -> stage.settings().get("model")),
        encode.map(stage -> stage.settings().get(EncodeStage.SECOND_MODEL)),
        Map.of());
  }

  /** The tables that are not this run's own: name → URI of the attempt that wrote it. */
  public Map<String, String> sources() {
    return attempts.isEmpty()
        ? Map.of("images", images.folder(), "embeddings", embeddings.folder())
        : Map.of();
  }

  /**
   * Refuses a vocabulary of another model than the images': their spaces have nothing in common.
   */
  public void requireModel(ClipModel wanted) {
    requireModel(Optional.of(wanted.digest()), "--model " + wanted.id());
  }

  /**
   * Refuses what was made with another model, where both models are known.
   *
   * @param wanted the digest of the model that {@code what} was made with
   */
  public void requireModel(Optional<String> wanted, String what) {
    if (model.isPresent() && wanted.isPresent() && !model.equals(wanted)) {
      throw NomenException.usage(
          "The embeddings were made with another model than %s; give the same one to both."
              .formatted(what));
    }
  }
}
