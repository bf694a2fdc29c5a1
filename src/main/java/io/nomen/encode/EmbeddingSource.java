package io.nomen.encode;

import io.nomen.NomenException;
import io.nomen.clip.ClipModel;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord.Counts;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a run's embeddings are.
 *
 * @param id changes when the embeddings do
 * @param model digest of the model that made them, where that is known
 */
public record EmbeddingSource(
    String id, Table images, Table embeddings, Counts counts, Optional<String> model) {

  /** What the encode stage of this run made. */
  static EmbeddingSource encoded(RunFolder folder, StageAttempt attempt) {
    return new EmbeddingSource(
        attempt.attempt(),
        folder.table("images", attempt),
        folder.table("embeddings", attempt),
        EncodeStage.counts(attempt),
        Optional.ofNullable(attempt.settings().get("model")));
  }

  /** What {@code nomen encode} or {@code nomen import} left in another folder. */
  static EmbeddingSource ready(RunFolder folder) {
    Table images = folder.table("images");
    Table embeddings = folder.table("embeddings");
    SortedMap<String, Long> statuses = new TreeMap<>();
    for (String uri : images.uris()) {
      new TableColumn(folder.storage(), uri, "status")
          .strings()
          .forEach(status -> statuses.merge(status, 1L, Long::sum));
    }
    long listed = images.totalRows();
    long embedded = embeddings.totalRows();
    return new EmbeddingSource(
        embeddings.folder(),
        images,
        embeddings,
        new Counts(listed, embedded, listed - embedded, statuses),
        folder.stage(EncodeStage.NAME).map(stage -> stage.settings().get("model")));
  }

  /**
   * Refuses a vocabulary of another model than the images': their spaces have nothing in common.
   */
  public void requireModel(ClipModel wanted) {
    if (model.isPresent() && !model.get().equals(wanted.digest())) {
      throw NomenException.usage(
          "The embeddings were made with another model than --model %s; give the same one to both."
              .formatted(wanted.id()));
    }
  }
}
