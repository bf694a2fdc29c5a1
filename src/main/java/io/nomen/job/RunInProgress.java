package io.nomen.job;

import io.nomen.clip.ClipModel;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.evaluate.RunQuality;
import io.nomen.gallery.feed.GalleryStage;
import io.nomen.method.Findings;
import io.nomen.method.FittedModel;
import io.nomen.naming.ClusterNaming;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.naming.ClusterSurvey;
import io.nomen.run.Assignments;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.ResemblanceBlock;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord;
import io.nomen.run.RunRecord.MethodFacts;
import io.nomen.run.RunRecord.ModelFacts;
import io.nomen.run.RunRecord.Platform;
import io.nomen.run.RunRecord.QualityFacts;
import io.nomen.run.RunRecord.Stopwatch;
import io.nomen.run.RunRecord.VocabularyFacts;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A run under way, from its embeddings to its published snapshot: what {@code cluster}, {@code
 * assign} and {@code refine} have in common.
 */
final class RunInProgress {
  private final JobContext context;
  private final RunFolder folder;
  private final RunRequest request;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Map<String, String> attempts = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final EmbeddingSource source;
  private StageAttempt attempt;
  private EmbeddingTable table;
  private RowBlocks embeddings;

  /** Encodes the images where they are not encoded yet, or finds ready embeddings. */
  RunInProgress(
      JobContext context,
      RunFolder folder,
      RunRequest request,
      Optional<EncodeOptions> images,
      List<String> ready,
      Optional<ClipModel> model) {
    this.context = context;
    this.folder = folder;
    this.request = request;
    this.source = time("encode", () -> EmbeddingSource.of(context, folder, images, ready, model));
  }

  /**
   * Clusters, unless the run that is there was made of the same {@code settings}: then its pages
   * are finished, and its record is given back.
   *
   * @param clusters what is done otherwise; this run has an attempt and a matrix then
   */
  RunRecord unlessDone(String stage, Map<String, String> settings, Supplier<RunRecord> clusters) {
    StageAttempt begun = folder.begin(stage, settings, request.resume());
    Optional<Snapshot> done = folder.published(begun);
    if (done.isEmpty()) {
      attempt = folder.unpublished(begun);
      table = new EmbeddingTable(context.spark().get(), context.storage(), source.embeddings());
      embeddings = table.embeddings();
      keepWaves(context.spark().get());
      return clusters.get();
    }
    context.progress().say(stage + ": done before with the same input and options");
    RunRecord record = folder.show(done.get());
    pages().finish(done.get());
    return record;
  }

  /** A search on a cluster keeps what it has found for executors that are lost. */
  private void keepWaves(JavaSparkContext spark) {
    if (!spark.isLocal() && !spark.getCheckpointDir().isPresent()) {
      spark.setCheckpointDir(Storage.path(checkpoints() + "/waves").toString());
    }
  }

  /** The work of one stage, timed under its name. */
  <T> T time(String stage, Supplier<T> work) {
    return stopwatch.time(stage, work);
  }

  EmbeddingSource source() {
    return source;
  }

  StageAttempt attempt() {
    return attempt;
  }

  EmbeddingTable table() {
    return table;
  }

  /** The rows of {@link #table}. */
  RowBlocks embeddings() {
    return embeddings;
  }

  /** Where training and searches keep their state until the run is published. */
  String checkpoints() {
    return folder.uri() + "/_stages/heads-" + attempt.attempt();
  }

  /** Tables by name, with the attempts that hold them; to be added to before publishing. */
  Map<String, String> attempts() {
    return attempts;
  }

  /** Tables of other folders that this run goes on using, by name; to be added to. */
  Map<String, String> sources() {
    return sources;
  }

  /**
   * Writes {@code assignments} and {@code clusters}.
   *
   * @param rows the cluster of every row, in the blocks of {@link #embeddings}; persisted, for it
   *     is asked for several times
   * @param resemblance what is known of near-duplicates and outliers, in the same blocks
   * @param clusters K
   * @param naming gives the K names
   * @return label-free quality of what was written
   */
  RunQuality write(
      JavaRDD<AssignmentBlock> rows,
      Optional<JavaRDD<ResemblanceBlock.Named>> resemblance,
      int clusters,
      Supplier<NamedClusters> naming,
      long seed) {
    String id = attempt.attempt();
    time("tables", () -> Assignments.write(folder, id, rows, table.paths(), resemblance));
    attempts.put("assignments", id);
    attempts.put("clusters", id);
    ClusterSurvey survey =
        ClusterSurvey.of(embeddings, rows, clusters, naming, table::pathsOf, seed, stopwatch);
    folder.write(ClusterRow.SCHEMA, id, survey.clusters());
    return survey.quality();
  }

  /**
   * Writes the model, and the layers where some are wanted.
   *
   * @param layers how many clusters the other layers shall have
   * @param ofMethod the method's semantic space, where it has one
   */
  void write(
      FittedModel model,
      List<Integer> layers,
      ClusterNaming naming,
      Optional<SemanticSpace> ofMethod) {
    write(model);
    time("layers", () -> LayerStage.write(folder, this, layers, model, naming, ofMethod))
        .forEach(written -> attempts.put(written, attempt.attempt()));
  }

  /** Writes the model alone. */
  void write(FittedModel model) {
    StoredModel.write(folder, attempt.attempt(), model);
    attempts.put("heads", attempt.attempt());
  }

  /** Goes on with the nouns of {@code earlier} and what its method made of them, if still there. */
  void keepNouns(Snapshot earlier) {
    Stream.of("nouns", "semantic_centres", "selected_nouns")
        .filter(earlier::isThere)
        .forEach(name -> sources.put(name, earlier.table(name).folder()));
  }

  /**
   * Publishes the tables with their record, and writes the gallery.
   *
   * @param record what is told of the run; asked again at the end, when all stages are timed
   */
  RunRecord publish(Supplier<RunRecord> record) {
    attempts.putAll(source.attempts());
    sources.putAll(source.sources());
    Snapshot run = folder.publish(attempt.attempt(), attempts, sources, Optional.of(record.get()));
    folder.finish(attempt, Map.of());
    folder.storage().delete(checkpoints());
    time("gallery", () -> pages().run(run));
    RunRecord timed = record.get();
    folder.show(timed);
    return timed;
  }

  private GalleryStage pages() {
    return new GalleryStage(context, folder, request.pages());
  }

  /** What is told of this run, as far as it is known by now. */
  RunRecord record(
      String title,
      String methodName,
      int clusters,
      long seed,
      ModelFacts model,
      VocabularyFacts vocabulary,
      QualityFacts quality,
      Findings findings,
      List<String> remarks) {
    return new RunRecord(
        attempt.attempt(),
        title,
        Instant.now().toString(),
        request.command(),
        request.effectiveOptions(),
        request.pages().language(),
        methodName,
        clusters,
        seed,
        model,
        vocabulary,
        source.counts(),
        stopwatch.seconds(),
        quality,
        MethodFacts.of(findings),
        remarks,
        Platform.versions());
  }

  /** The same of a run that has method, model and nouns of an {@code earlier} one. */
  RunRecord record(
      RunRecord earlier, String title, int clusters, RunQuality quality, Findings findings) {
    return record(
        title,
        earlier.methodName(),
        clusters,
        earlier.seed(),
        earlier.model(),
        earlier.vocabulary(),
        quality.summary(),
        findings,
        List.of());
  }
}
