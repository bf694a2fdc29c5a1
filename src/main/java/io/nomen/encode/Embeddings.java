package io.nomen.encode;

import io.nomen.clip.ClipModel;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import java.util.Map;
import java.util.Optional;

/** Gets a job its embeddings: encoded from images, or ready ones of another folder. */
public final class Embeddings {
  private Embeddings() {}

  /**
   * The embeddings of a run, encoded now or found.
   *
   * @param images which images; empty where {@code ready} names a folder
   * @param model the model that encodes; present where {@code images} is
   * @param tables takes the tables that this run now has
   */
  public static EmbeddingSource of(
      JobContext context,
      RunFolder folder,
      Optional<EncodeOptions> images,
      Optional<String> ready,
      Optional<ClipModel> model,
      Map<String, String> tables) {
    if (images.isEmpty()) {
      return EmbeddingSource.ready(new RunFolder(context.storage(), ready.orElseThrow()));
    }
    StageAttempt attempt =
        new EncodeStage(context, folder, images.get(), model.orElseThrow()).run();
    tables.put("images", RunFolder.relative("images", attempt.attempt()));
    tables.put("embeddings", RunFolder.relative("embeddings", attempt.attempt()));
    EmbeddingSource source = EmbeddingSource.encoded(folder, attempt);
    BadImages.check(source.counts(), EncodeStage.bad(attempt), images.get().maxBadFraction());
    return source;
  }
}
