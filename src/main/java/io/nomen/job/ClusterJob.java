package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.EncodeOptions;
import io.nomen.evaluate.AutoClusters;
import io.nomen.evaluate.ClusterCount;
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
import io.nomen.tensor.RowBlocks;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Stopwatch stopwatch = new Stopwatch();
  private final Map<String, String> attempts = new LinkedHashMap<>();
  private Optional<ClusterCount.Choice> count = Optional.empty();
  private Optional<Table> secondTable = Optional.empty();

  public ClusterJob(JobContext context, RunFolder folder, ClusterOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    options.embeddings().forEach(uri -> folder.requireOtherThan("--embeddings", uri));
    options
        .secondEmbeddings()
        .ifPresent(uri -> folder.requireOtherThan("--second-embeddings", uri));
    options.nouns().ifPresent(uri -> folder.requireOtherThan("--vocabulary", uri));
    options.classes().ifPresent(uri -> folder.requireOtherThan("--classes", uri));
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

  /**
   * The same images' embeddings by another model with their lengths, [N, d₂], where the method
   * takes two spaces: those of the folder that was named, or the second column of {@code first}.
   */
  private Optional<RowBlocks> second(EmbeddingTable first) {
    boolean asked = options.images().flatMap(EncodeOptions::secondModel).isPresent();
    if (!Methods.named(options.method()).takesTwoSpaces()) {
      if (asked) {
        say("method %s works in one space: the second model's embeddings are kept, not used");
      }
      return Optional.empty();
    }
    if (secondTable.isPresent()) {
      EmbeddingTable second =
          new EmbeddingTable(context.spark().get(), context.storage(), secondTable.get());
      requireSameImages(first, second);
      return Optional.of(UnnormalisedRows.of(second.embeddings(), Optional.of(second.norms())));
    }
    if (!first.hasSecond()) {
      return Optional.empty();
    }
    say("method %s takes the second model's embeddings as its second space");
    return Optional.of(
        UnnormalisedRows.of(first.secondEmbeddings(), Optional.of(first.secondNorms())));
  }

  private void say(String sentence) {
    context.progress().say("cluster: " + sentence.formatted(options.method()));
  }

  /** Row i of both must be the same image. */
  private void requireSameImages(EmbeddingTable first, EmbeddingTable second) {
    if (!second.pathsDigest().equals(first.pathsDigest())) {
      throw NomenException.input(
          "The embeddings in %s are not of the same images in the same order (%,d there, %,d here); encode or import the same input with both models."
              .formatted(options.secondEmbeddings().orElseThrow(), second.rows(), first.rows()));
    }
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
    Optional<RowBlocks> second = second(table);
    RowBlocks embeddings = table.embeddings().persist(StorageLevel.MEMORY_AND_DISK());
    try (Clustering clustering =
        stopwatch.time("cluster", () -> fit(attempt, embeddings, table.norms(), nouns, second))) {
      return finish(attempt, source, nouns, checkpoint, table, embeddings, clustering);
    } finally {
      embeddings.unpersist();
    }
  }

  private Clustering fit(
      StageAttempt attempt,
      RowBlocks embeddings,
      RowBlocks norms,
      Optional<NounTable> nouns,
      Optional<RowBlocks> second) {
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
            second);
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
   * The method's own provenance, how the number of clusters was chosen where it was, and what the
   * neighbours told.
   */
  private Map<String, Object> provenance(Clustering clustering, Optional<Resemblance> resemblance) {
    Map<String, Object> all = new LinkedHashMap<>(RunRecord.flat(clustering.findings()));
    resemblance.ifPresent(found -> all.put("resemblance", found.provenance()));
    count.ifPresent(choice -> all.put("cluster_count", choice));
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
            clustering.clusters(),
            assignments ->
                new ClusterNaming(
                        options.classes().isPresent(),
                        nounSource.isOwnList(),
                        nouns,
                        options.options().semantics(),
                        options.seed())
                    .of(embeddings, assignments.cluster(), clustering),
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
    RunRecord record = record(id, source, nouns, checkpoint, clustering, told, resemblance);
    Snapshot run = folder.publish(id, attempts, source.sources(), Optional.of(record));
    folder.finish(attempt, Map.of());
    folder.storage().delete(folder.uri() + "/_stages/heads-" + id);
    stopwatch.time("gallery", () -> new GalleryStage(context, folder).run(run));
    RunRecord timed = record(id, source, nouns, checkpoint, clustering, told, resemblance);
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
      Optional<Resemblance> resemblance) {
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
        provenance(clustering, resemblance),
        Stream.concat(
                MethodRemarks.of(clustering.findings(), count).stream(), fewer(clustering).stream())
            .toList(),
        Platform.versions());
  }

  private void requireEnough(long rows) {
    int wanted = options.clusters().orElse(1);
    if (options.classes().isEmpty() && wanted > rows) {
      throw NomenException.usage(
          "%,d clusters are wanted of %,d images; give at most %,d.".formatted(wanted, rows, rows));
    }
  }
}
