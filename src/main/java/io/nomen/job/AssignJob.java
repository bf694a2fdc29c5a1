package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipModel;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.EncodeStage;
import io.nomen.evaluate.RunQuality;
import io.nomen.gallery.feed.GalleryStage;
import io.nomen.method.FittedModel;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.Platform;
import io.nomen.run.ResemblanceColumns;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.run.Stopwatch;
import io.nomen.run.StoredModel;
import io.nomen.tensor.RowBlocks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives new images the clusters of an earlier run: no text, no training, the same names. On the
 * earlier run's own embeddings it gives the earlier run's own assignments.
 */
public final class AssignJob {
  private static final String NAME = "assign";

  private final JobContext context;
  private final RunFolder folder;
  private final AssignOptions options;
  private final Snapshot earlier;
  private final RunRecord fitted;
  private final Stopwatch stopwatch = new Stopwatch();

  public AssignJob(JobContext context, RunFolder folder, AssignOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    this.earlier = new RunFolder(context.storage(), options.run()).snapshot();
    this.fitted = earlier.requireRecord();
    folder.requireOtherThan("--run", options.run());
    options.embeddings().forEach(uri -> folder.requireOtherThan("--embeddings", uri));
    folder.requireNothingBut(Set.of("images", "embeddings", "assignments", "clusters"));
  }

  /** What the job would do, without a Spark action. */
  public List<String> plan() {
    List<String> plan = new ArrayList<>();
    options
        .images()
        .ifPresent(
            images ->
                plan.addAll(
                    new EncodeStage(context, folder, images, model().orElseThrow()).plan()));
    plan.add(
        RootLocale.format(
            "give every image one of the %d clusters of %s (%s)",
            fitted.clusters(), earlier.uri(), fitted.methodName()));
    return plan;
  }

  /** Does it; the same command again finds what is done. */
  public RunRecord run() {
    Optional<ClipModel> model = model();
    return folder.holding(() -> run(model));
  }

  private RunRecord run(Optional<ClipModel> model) {
    EmbeddingSource source =
        stopwatch.time(
            "encode",
            () ->
                EmbeddingSource.of(context, folder, options.images(), options.embeddings(), model));
    StageAttempt attempt =
        folder.begin(
            NAME,
            Map.of(
                "embeddings", source.id(), "run", fitted.run(), "nomen", Platform.nomenVersion()),
            options.resume());
    Optional<Snapshot> done = folder.published(attempt);
    if (done.isEmpty()) {
      return assign(folder.unpublished(attempt), source);
    }
    context.progress().say("assign: done before with the same embeddings and run");
    RunRecord record = folder.show(done.get());
    new GalleryStage(context, folder).finish(done.get());
    return record;
  }

  private RunRecord assign(StageAttempt attempt, EmbeddingSource source) {
    FittedModel model = StoredModel.read(earlier);
    EmbeddingTable table =
        new EmbeddingTable(context.spark().get(), context.storage(), source.embeddings());
    if (table.width() != model.width()) {
      throw NomenException.usage(
          "The embeddings have %d columns and the run in %s took %d; encode with its model (%s)."
              .formatted(
                  table.width(), earlier.uri(), model.width(), fitted.model().get("location")));
    }
    RowBlocks embeddings = table.embeddings();
    RunQuality quality =
        ResultTables.write(
            folder,
            attempt.attempt(),
            model.assign(embeddings, Optional.of(table.norms())),
            table,
            embeddings,
            ResemblanceColumns.NONE,
            earlier.rows(ClusterRow.SCHEMA).stream().mapToInt(ClusterRow::cluster).toArray(),
            assignments -> NamedClusters.of(earlier),
            fitted.seed(),
            stopwatch);
    Map<String, String> attempts = new LinkedHashMap<>(source.attempts());
    attempts.put("assignments", attempt.attempt());
    attempts.put("clusters", attempt.attempt());
    RunRecord record = record(attempt, source, quality);
    Snapshot run =
        folder.publish(attempt.attempt(), attempts, source.sources(), Optional.of(record));
    folder.finish(attempt, Map.of());
    stopwatch.time("gallery", () -> new GalleryStage(context, folder).run(run));
    RunRecord timed = record(attempt, source, quality);
    folder.show(timed);
    return timed;
  }

  /** The model of the earlier run, where there are images to encode. */
  private Optional<ClipModel> model() {
    if (options.images().isEmpty()) {
      return Optional.empty();
    }
    ClipModel model =
        ClipCheckpoint.open(context.storage(), options.images().get().model().location()).model();
    Object wanted = fitted.model().get("digest");
    if (wanted != null && !wanted.equals(model.digest())) {
      throw NomenException.usage(
          "The run in %s was made with another model (%s); give it as --model."
              .formatted(earlier.uri(), fitted.model().get("location")));
    }
    return Optional.of(model);
  }

  private RunRecord record(StageAttempt attempt, EmbeddingSource source, RunQuality quality) {
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("assigned_by", earlier.uri());
    provenance.put("run", fitted.run());
    return new RunRecord(
        attempt.attempt(),
        options.title(),
        Instant.now().toString(),
        options.command(),
        options.effectiveOptions(),
        fitted.methodName(),
        fitted.clusters(),
        fitted.seed(),
        fitted.model(),
        fitted.vocabulary(),
        source.counts(),
        stopwatch.seconds(),
        quality.summary(),
        provenance,
        List.of(),
        Platform.versions());
  }
}
