package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipModel;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.Embeddings;
import io.nomen.encode.EncodeStage;
import io.nomen.evaluate.RunQuality;
import io.nomen.gallery.feed.GalleryStage;
import io.nomen.method.FittedModel;
import io.nomen.naming.ClusterName;
import io.nomen.naming.ClusterName.ScoredNoun;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.Lease;
import io.nomen.run.Platform;
import io.nomen.run.ResemblanceColumns;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.Current;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord;
import io.nomen.run.Stopwatch;
import io.nomen.run.StoredModel;
import io.nomen.run.TableRow;
import io.nomen.tensor.RowBlocks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives new images the clusters of an earlier run: no text, no training, the same names. On the
 * earlier run's own embeddings it gives the earlier run's own assignments.
 */
public final class AssignJob {
  private static final String NAME = "assign";

  private final JobContext context;
  private final RunFolder folder;
  private final AssignOptions options;
  private final RunFolder earlier;
  private final RunRecord fitted;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Map<String, String> tables = new LinkedHashMap<>();

  public AssignJob(JobContext context, RunFolder folder, AssignOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    this.earlier = new RunFolder(context.storage(), options.run());
    this.fitted =
        RunRecord.read(earlier)
            .orElseThrow(
                () ->
                    NomenException.input(
                        "%s holds no finished run; --run takes the folder of a cluster run."
                            .formatted(options.run())));
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
    return Lease.holding(folder, () -> run(model));
  }

  private RunRecord run(Optional<ClipModel> model) {
    EmbeddingSource source =
        stopwatch.time(
            "encode",
            () ->
                Embeddings.of(
                    context, folder, options.images(), options.embeddings(), model, tables));
    StageAttempt attempt =
        folder.begin(
            NAME, Map.of("embeddings", source.id(), "run", fitted.run()), options.resume());
    Optional<RunRecord> done = RunRecord.read(folder, attempt.attempt());
    if (!attempt.done() || done.isEmpty()) {
      return assign(attempt, source);
    }
    context.progress().say("assign: done before with the same embeddings and run");
    new GalleryStage(context, folder).finish(done.get());
    return done.get();
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
            model.clusters(),
            assignments -> names(),
            fitted.seed(),
            stopwatch);
    tables.put("assignments", RunFolder.relative("assignments", attempt.attempt()));
    tables.put("clusters", RunFolder.relative("clusters", attempt.attempt()));
    folder.publish(new Current(attempt.attempt(), Instant.now().toString(), tables));
    RunRecord record = record(attempt, source, quality);
    record.write(folder);
    folder.finish(attempt, Map.of());
    stopwatch.time("gallery", () -> new GalleryStage(context, folder).run());
    RunRecord timed = record(attempt, source, quality);
    timed.write(folder);
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

  private NamedClusters names() {
    List<ClusterName> names = new ArrayList<>();
    List<List<String>> centreNouns = new ArrayList<>();
    for (String uri : earlier.table("clusters").uris()) {
      for (TableRow row : TableRow.read(context.storage(), uri)) {
        names.add(name(row));
        centreNouns.add(row.strings("centre_nouns"));
      }
    }
    return new NamedClusters(names, centreNouns);
  }

  private static ClusterName name(TableRow row) {
    List<String> words = row.strings("nouns");
    float[] scores = row.numbers("noun_scores");
    List<String> synsets = row.strings("noun_synsets");
    List<String> glosses = row.strings("noun_glosses");
    List<ScoredNoun> nouns = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      Optional<String> synset = Optional.of(synsets.get(i)).filter(id -> !id.isEmpty());
      nouns.add(new ScoredNoun(words.get(i), scores[i], synset, glosses.get(i)));
    }
    return new ClusterName(
        row.string("name"),
        row.flag("named"),
        row.string("gloss"),
        nouns,
        row.optionalString("hypernym"),
        row.strings("sisters"),
        row.string("reason"));
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
