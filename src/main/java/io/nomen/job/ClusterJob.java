package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EmbeddingSource;
import io.nomen.evaluate.AutoClusters;
import io.nomen.evaluate.ClusterCount;
import io.nomen.evaluate.ClusterTransitions;
import io.nomen.evaluate.Resemblance;
import io.nomen.evaluate.RunQuality;
import io.nomen.evaluate.Stability;
import io.nomen.gallery.feed.GalleryStage;
import io.nomen.heads.Checkpoints;
import io.nomen.kmeans.KMeansWarmUp;
import io.nomen.method.Clustering;
import io.nomen.method.MethodInput;
import io.nomen.method.Methods;
import io.nomen.method.UnnormalisedRows;
import io.nomen.naming.ClusterNaming;
import io.nomen.run.Assignments;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.Platform;
import io.nomen.run.ResemblanceColumns;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord;
import io.nomen.run.SemanticTables;
import io.nomen.run.Snapshot;
import io.nomen.run.Stopwatch;
import io.nomen.run.StoredModel;
import io.nomen.run.Table;
import io.nomen.semantics.SemanticSpace;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.storage.StorageLevel;

/**
 * The main job: images (or ready embeddings) to clusters with names and a gallery.
 *
 * <p>Stages: encode, vocabulary, cluster, names, gallery. Each leaves its tables in an attempt of
 * its own; the run is published once, when all of them are whole.
 */
public final class ClusterJob {
  private static final String NAME = "cluster";

  private final JobContext context;
  private final RunFolder folder;
  private final ClusterOptions options;
  private final NounSource nounSource;
  private final Optional<Previous> previous;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Map<String, String> attempts = new LinkedHashMap<>();
  private Optional<ClusterCount.Choice> count = Optional.empty();
  private Optional<Table> secondTable = Optional.empty();

  public ClusterJob(JobContext context, RunFolder folder, ClusterOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    options.embeddings().forEach(uri -> folder.requireOtherThan("--embeddings", uri));
    options.previous().ifPresent(uri -> folder.requireOtherThan("--previous", uri));
    this.previous = options.previous().map(uri -> Previous.open(context.storage(), uri));
    this.nounSource = new NounSource(context, options);
  }

  /** What the job would do, without a Spark action; model and input are opened and checked. */
  public List<String> plan() {
    return new ClusterPlan(context, folder, options, nounSource).sentences(checkpoint());
  }

  /** Does it all; the same command again finds what is done. */
  public RunRecord run() {
    Optional<ClipCheckpoint> checkpoint = checkpoint();
    return folder.holding(() -> run(checkpoint));
  }

  private RunRecord run(Optional<ClipCheckpoint> checkpoint) {
    EmbeddingSource source = stopwatch.time("encode", () -> source(checkpoint));
    secondTable =
        options
            .secondEmbeddings()
            .map(uri -> new RunFolder(context.storage(), uri).snapshot().table("embeddings"));
    Optional<NounTable> nouns = nouns(checkpoint, source);
    requireSensible(nouns);
    previous.ifPresent(earlier -> earlier.requireModelOf(source));
    StageAttempt attempt = folder.begin(NAME, settings(source, nouns), options.resume());
    Optional<Snapshot> done = folder.published(attempt);
    if (done.isEmpty()) {
      return cluster(folder.unpublished(attempt), source, nouns, checkpoint);
    }
    context.progress().say("cluster: done before with the same embeddings, nouns and options");
    RunRecord record = folder.show(done.get());
    new GalleryStage(context, folder).finish(done.get());
    return record;
  }

  /** Meanwhile k-means warms up, where it lies ahead. */
  private Optional<NounTable> nouns(Optional<ClipCheckpoint> checkpoint, EmbeddingSource source) {
    boolean ahead = options.classes().isEmpty() && folder.current().isEmpty();
    Optional<KMeansWarmUp> warming =
        ahead ? Optional.of(KMeansWarmUp.start(context.spark().get())) : Optional.empty();
    try {
      return stopwatch.time(
          "vocabulary", () -> nounSource.table(folder, checkpoint, source, attempts));
    } finally {
      warming.ifPresent(KMeansWarmUp::close);
    }
  }

  private Optional<ClipCheckpoint> checkpoint() {
    if (options.images().isEmpty() && !nounSource.needsModel()) {
      return Optional.empty();
    }
    ClipCheckpoint checkpoint = ClipCheckpoint.open(context.storage(), options.model().location());
    if (nounSource.needsModel()) {
      // A missing tokenizer is told now, not when all images are encoded.
      checkpoint.tokenizer();
    }
    return Optional.of(checkpoint);
  }

  private EmbeddingSource source(Optional<ClipCheckpoint> checkpoint) {
    return EmbeddingSource.of(
        context,
        folder,
        options.images(),
        options.embeddings(),
        checkpoint.map(ClipCheckpoint::model));
  }

  /** The same images' embeddings by another model, where a method takes two. */
  private Optional<EmbeddingTable> second() {
    return secondTable.map(
        table -> new EmbeddingTable(context.spark().get(), context.storage(), table));
  }

  private static RowBlocks withLengths(EmbeddingTable table) {
    return UnnormalisedRows.of(table.embeddings(), Optional.of(table.norms()));
  }

  /** Row i of both must be the same image. */
  private void requireSameImages(EmbeddingTable first) {
    second()
        .filter(second -> !second.pathsDigest().equals(first.pathsDigest()))
        .ifPresent(
            second -> {
              throw NomenException.input(
                  "The embeddings in %s are not of the same images in the same order (%,d there, %,d here); encode or import the same input with both models."
                      .formatted(
                          options.secondEmbeddings().orElseThrow(), second.rows(), first.rows()));
            });
  }

  private void requireSensible(Optional<NounTable> nouns) {
    int wanted = options.clusters().orElse(0);
    int classes = nouns.map(table -> table.nouns().size()).orElse(0);
    if (options.classes().isPresent() && wanted > 0 && wanted != classes) {
      throw NomenException.usage(
          "--clusters is %d, but %s names %d classes; leave --clusters away."
              .formatted(wanted, options.classes().get(), classes));
    }
  }

  private Map<String, String> settings(EmbeddingSource source, Optional<NounTable> nouns) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("nomen", Platform.nomenVersion());
    settings.put("embeddings", source.id());
    settings.put("nouns", nouns.map(NounTable::digest).orElse("none"));
    settings.put("method", options.method());
    settings.put("clusters", options.wanted());
    settings.put("seed", Long.toString(options.seed()));
    settings.put("options", options.options().toString());
    secondTable.ifPresent(table -> settings.put("second-embeddings", table.folder()));
    previous.ifPresent(earlier -> settings.put("previous", earlier.run().run()));
    settings.put(
        "duplicate-cosine",
        options.duplicateCosine().isPresent()
            ? "" + options.duplicateCosine().getAsDouble()
            : "off");
    return settings;
  }

  private RunRecord cluster(
      StageAttempt attempt,
      EmbeddingSource source,
      Optional<NounTable> nouns,
      Optional<ClipCheckpoint> checkpoint) {
    EmbeddingTable table =
        new EmbeddingTable(context.spark().get(), context.storage(), source.embeddings());
    requireEnough(table.rows());
    requireSameImages(table);
    RowBlocks embeddings = table.embeddings().persist(StorageLevel.MEMORY_AND_DISK());
    try (Clustering clustering =
        stopwatch.time("cluster", () -> fit(attempt, embeddings, table.norms(), nouns))) {
      return finish(attempt, source, nouns, checkpoint, table, embeddings, clustering);
    } finally {
      embeddings.unpersist();
    }
  }

  private Clustering fit(
      StageAttempt attempt, RowBlocks embeddings, RowBlocks norms, Optional<NounTable> nouns) {
    MethodInput input =
        new MethodInput(
            embeddings,
            Optional.of(norms),
            nouns.map(NounTable::matrix),
            options.clusters().orElse(1),
            options.options(),
            options.seed(),
            context.progress(),
            Checkpoints.in(
                context.storage(),
                folder.uri() + "/_stages/heads-" + attempt.attempt(),
                Digests.sha256(attempt.settings().toString())),
            second().map(ClusterJob::withLengths));
    if (options.clusters().isEmpty() && options.classes().isEmpty()) {
      ClusterCount.Choice choice = AutoClusters.choose(input);
      count = Optional.of(choice);
      context
          .progress()
          .say(RootLocale.format("%d clusters: %s", choice.clusters(), choice.reason()));
      input = input.withClusters(choice.clusters());
    }
    return Methods.named(options.method()).cluster(input);
  }

  private Optional<Resemblance> resemblance(RowBlocks embeddings) {
    if (options.duplicateCosine().isEmpty() || embeddings.rows() < 2) {
      return Optional.empty();
    }
    Resemblance found = Resemblance.of(embeddings, options.duplicateCosine().getAsDouble());
    context.progress().say(found.remark());
    return Optional.of(found);
  }

  /**
   * The method's own provenance, how the number of clusters was chosen where it was, what the
   * neighbours told, and what became of an earlier run's clusters.
   */
  private Map<String, Object> provenance(
      Clustering clustering,
      Optional<Resemblance> resemblance,
      Optional<ClusterTransitions> transitions) {
    Map<String, Object> all = new LinkedHashMap<>(RunRecord.flat(clustering.findings()));
    resemblance.ifPresent(found -> all.put("resemblance", found.provenance()));
    count.ifPresent(choice -> all.put("cluster_count", choice));
    transitions.ifPresent(found -> all.put(ClusterTransitions.KEY, found));
    return all;
  }

  private RunRecord finish(
      StageAttempt attempt,
      EmbeddingSource source,
      Optional<NounTable> nouns,
      Optional<ClipCheckpoint> checkpoint,
      EmbeddingTable table,
      RowBlocks embeddings,
      Clustering clustering) {
    String id = attempt.attempt();
    Optional<ClusterTransitions> transitions =
        previous.map(
            earlier ->
                stopwatch.time(
                    "previous", () -> earlier.transitions(clustering, table, embeddings)));
    transitions.map(ClusterTransitions::remark).ifPresent(context.progress()::say);
    List<Optional<ClusterRow>> before =
        transitions
            .map(found -> previous.orElseThrow().predecessors(found))
            .orElse(Collections.nCopies(clustering.clusters(), Optional.empty()));
    Optional<SemanticSpace> space = clustering.semantics();
    Optional<Resemblance> resemblance = stopwatch.time("neighbours", () -> resemblance(embeddings));
    RunQuality quality =
        ResultTables.write(
            folder,
            id,
            clustering.assignments(),
            table,
            embeddings,
            resemblance
                .map(
                    found ->
                        ResemblanceColumns.of(found.duplicateOf(), found.outlierScore(), table))
                .orElse(ResemblanceColumns.NONE),
            transitions
                .map(ClusterTransitions::ids)
                .orElse(IntStream.range(0, clustering.clusters()).toArray()),
            assignments ->
                new ClusterNaming(
                        options.classes().isPresent(),
                        nounSource.isOwnList(),
                        nouns,
                        options.options().semantics(),
                        options.seed())
                    .of(embeddings, assignments.cluster(), clustering, before),
            options.seed(),
            stopwatch);
    Stability stability =
        stopwatch.time(
            "quality",
            () -> Stability.of(clustering.restarts(), embeddings, table.norms(), options.seed()));
    attempts.putAll(source.attempts());
    List.of("assignments", "clusters", "heads").forEach(name -> attempts.put(name, id));
    space.ifPresent(
        found ->
            SemanticTables.write(folder, id, found, nouns.orElseThrow())
                .forEach(name -> attempts.put(name, id)));
    StoredModel.write(folder, id, clustering.model());
    MethodRemarks.of(clustering.findings(), Optional.empty()).forEach(context.progress()::say);
    fewer(clustering).ifPresent(context.progress()::say);
    Map<String, Object> told = new LinkedHashMap<>(quality.summary());
    told.putAll(stability.summary());
    RunRecord record =
        record(
            id,
            source,
            nouns,
            checkpoint,
            clustering,
            told,
            provenance(clustering, resemblance, transitions));
    Snapshot run = folder.publish(id, attempts, source.sources(), Optional.of(record));
    folder.finish(attempt, Map.of());
    folder.storage().delete(folder.uri() + "/_stages/heads-" + id);
    stopwatch.time("gallery", () -> new GalleryStage(context, folder).run(run));
    RunRecord timed =
        record(
            id,
            source,
            nouns,
            checkpoint,
            clustering,
            told,
            provenance(clustering, resemblance, transitions));
    folder.show(timed);
    return timed;
  }

  /** Says so where a method made fewer clusters than it was asked for. */
  private Optional<String> fewer(Clustering clustering) {
    int wanted = options.clusters().orElse(0);
    int empty = wanted - clustering.clusters();
    return empty <= 0
        ? Optional.empty()
        : Optional.of(
            RootLocale.format(
                "%,d of the %,d clusters that were asked for are empty and left out: method %s"
                    + " found no more among these images; k-means (--method kmeans) makes as many"
                    + " as it is asked for",
                empty, wanted, options.method()));
  }

  private RunRecord record(
      String id,
      EmbeddingSource source,
      Optional<NounTable> nouns,
      Optional<ClipCheckpoint> checkpoint,
      Clustering clustering,
      Map<String, Object> quality,
      Map<String, Object> provenance) {
    Map<String, Object> model = new LinkedHashMap<>();
    checkpoint
        .map(ClipCheckpoint::model)
        .ifPresent(
            m -> {
              model.put("id", m.id());
              model.put("location", m.location());
              model.put("digest", m.digest());
            });
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    nouns.ifPresent(n -> vocabulary.put("nouns", n.nouns().size()));
    vocabulary.put("source", nounSource.told());
    return new RunRecord(
        id,
        options.title(),
        Instant.now().toString(),
        options.command(),
        options.effectiveOptions(),
        options.method(),
        clustering.clusters(),
        options.seed(),
        model,
        vocabulary,
        source.counts(),
        stopwatch.seconds(),
        quality,
        provenance,
        Stream.concat(
                MethodRemarks.of(clustering.findings(), count).stream(), fewer(clustering).stream())
            .toList(),
        Platform.versions());
  }

  /**
   * The run whose clusters these go on from.
   *
   * @param clusters its table {@code clusters}, in the order of its model
   */
  private record Previous(Snapshot run, RunRecord record, List<ClusterRow> clusters) {

    static Previous open(Storage storage, String uri) {
      Snapshot run = new RunFolder(storage, uri).snapshot();
      RunRecord record = run.requireRecord();
      if (!run.has("heads")) {
        throw NomenException.input(
            "--previous %s is no run of cluster, and has no model; name the run that its images were assigned to."
                .formatted(run.uri()));
      }
      return new Previous(run, record, run.rows(ClusterRow.SCHEMA));
    }

    void requireModelOf(EmbeddingSource source) {
      Object own = record.model().get("digest");
      boolean other =
          own != null && source.model().filter(digest -> !digest.equals(own)).isPresent();
      int width = StoredModel.read(run).width();
      int wanted = EmbeddingTable.width(run.storage(), source.embeddings());
      if (other || width != wanted) {
        throw NomenException.usage(
            "--previous %s was made with another model (%s, %d columns), and these embeddings have %d columns; clusters go on only with the same model."
                .formatted(run.uri(), record.model().get("location"), width, wanted));
      }
    }

    ClusterTransitions transitions(
        Clustering clustering, EmbeddingTable table, RowBlocks embeddings) {
      return ClusterTransitions.of(
          new ClusterTransitions.Earlier(
              run.uri(),
              run.run(),
              clusters.stream().mapToInt(ClusterRow::cluster).toArray(),
              clusters.stream().map(ClusterRow::name).toList(),
              clusters.stream().mapToLong(ClusterRow::size).toArray(),
              ClusterTransitions.of(record)
                  .map(ClusterTransitions::nextId)
                  .orElse(clusters.size())),
          before(table, embeddings),
          AssignmentBlock.clusters(clustering.assignments()),
          clustering.clusters());
    }

    /**
     * [N] the place of each image's cluster in this run, −1 where it does not have the image; where
     * it lacks most of them, the one that its model gives.
     */
    private int[] before(EmbeddingTable table, RowBlocks embeddings) {
      Table assigned = run.table("assignments");
      int[] places =
          Assignments.read(run.storage(), assigned)
              .withoutIds(clusters.stream().mapToInt(ClusterRow::cluster).toArray())
              .cluster();
      List<String> paths = Assignments.paths(run.storage(), assigned);
      Map<String, Integer> known = new HashMap<>();
      IntStream.range(0, places.length).forEach(row -> known.put(paths.get(row), places[row]));
      int[] before =
          table.paths().collect().stream()
              .flatMap(List::stream)
              .mapToInt(path -> known.getOrDefault(path, -1))
              .toArray();
      long seen = Arrays.stream(before).filter(place -> place >= 0).count();
      return 2 * seen >= before.length
          ? before
          : AssignmentBlock.clusters(
              StoredModel.read(run).assign(embeddings, Optional.of(table.norms())));
    }

    /** [K] what each cluster was in this run. */
    List<Optional<ClusterRow>> predecessors(ClusterTransitions transitions) {
      Map<Integer, ClusterRow> byId = new HashMap<>();
      clusters.forEach(row -> byId.put(row.cluster(), row));
      return Arrays.stream(transitions.ids())
          .mapToObj(id -> Optional.ofNullable(byId.get(id)))
          .toList();
    }
  }

  private void requireEnough(long rows) {
    int wanted = options.clusters().orElse(1);
    if (options.classes().isEmpty() && wanted > rows) {
      throw NomenException.usage(
          "%,d clusters are wanted of %,d images; give at most %,d.".formatted(wanted, rows, rows));
    }
  }
}
