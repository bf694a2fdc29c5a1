package io.nomen.job;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.evaluate.ClusterCount;
import io.nomen.evaluate.ClusterTransitions;
import io.nomen.evaluate.MethodRemarks;
import io.nomen.evaluate.Resemblance;
import io.nomen.evaluate.RunQuality;
import io.nomen.evaluate.RunQuality.Stability;
import io.nomen.heads.Checkpoints;
import io.nomen.method.Clustering;
import io.nomen.method.Findings;
import io.nomen.method.FittedModel;
import io.nomen.method.MethodInput;
import io.nomen.method.Methods;
import io.nomen.method.RefinedModel;
import io.nomen.method.UnnormalisedRows;
import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNaming;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.naming.ClusterNaming.Names;
import io.nomen.run.Assignments;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.ResemblanceBlock;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.RunRecord.ModelFacts;
import io.nomen.run.RunRecord.Platform;
import io.nomen.run.RunRecord.QualityFacts;
import io.nomen.run.RunRecord.VocabularyFacts;
import io.nomen.run.SemanticTables;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.run.Table;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.vocabulary.WordNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * The main job: images (or ready embeddings) to clusters with names and a gallery.
 *
 * <p>Stages: encode, vocabulary, cluster, names, gallery. Each leaves its tables in an attempt of
 * its own; the run is published once, when all of them are whole.
 */
public final class ClusterJob {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterJob.class);
  private static final String NAME = "cluster";

  private final JobContext context;
  private final RunFolder folder;
  private final ClusterOptions options;
  private final NounSource nounSource;
  private final Optional<Previous> previous;

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
    this.previous = options.previous().flatMap(uri -> Previous.find(folder, uri));
    this.nounSource = new NounSource(context, options);
  }

  /** What the job would do, without a Spark action; model and input are opened and checked. */
  public List<String> plan() {
    return new ClusterPlan(context, folder, options, nounSource).sentences(checkpoint());
  }

  /** Does it all; the same command again finds what is done. */
  public RunRecord run() {
    DaemonThreads.begin("wordnet", WordNet::load);
    Optional<ClipCheckpoint> checkpoint = checkpoint();
    return folder.holding(() -> new Run(checkpoint).record());
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

  /** One run: its embeddings and nouns, and from them its clusters. */
  private final class Run {
    private final Optional<ClipCheckpoint> checkpoint;
    private final RunInProgress run;
    private final Optional<Table> secondTable;
    private final Optional<NounTable> nouns;
    private Optional<ClusterCount.Choice> count = Optional.empty();
    private Optional<ClusterTransitions> transitions = Optional.empty();

    Run(Optional<ClipCheckpoint> checkpoint) {
      this.checkpoint = checkpoint;
      this.run =
          new RunInProgress(
              context,
              folder,
              options.request(),
              options.images(),
              options.embeddings(),
              checkpoint.map(ClipCheckpoint::model));
      this.secondTable =
          options
              .secondEmbeddings()
              .map(uri -> new RunFolder(context.storage(), uri).snapshot().table("embeddings"));
      this.nouns =
          run.time(
              "vocabulary",
              () -> nounSource.table(folder, checkpoint, run.source(), run.attempts()));
    }

    RunRecord record() {
      requireClasses();
      previous.ifPresent(earlier -> earlier.requireModelOf(run.source()));
      return run.unlessDone(NAME, settings(), this::cluster);
    }

    private void requireClasses() {
      int wanted = options.clusters().orElse(0);
      int classes = nouns.map(table -> table.nouns().size()).orElse(0);
      if (options.classes().isPresent() && wanted > 0 && wanted != classes) {
        throw NomenException.usage(
            "--clusters is %d, but %s names %d classes; leave --clusters away."
                .formatted(wanted, options.classes().get(), classes));
      }
    }

    private Map<String, String> settings() {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("nomen", Platform.nomenVersion());
      settings.put("embeddings", run.source().id());
      settings.put("nouns", nouns.map(NounTable::digest).orElse("none"));
      settings.put("method", options.method());
      settings.put("clusters", options.wanted());
      settings.put("seed", Long.toString(options.seed()));
      settings.put("options", options.options().toString());
      previous.ifPresent(earlier -> settings.put("previous", earlier.run().run()));
      secondTable.ifPresent(table -> settings.put("second-embeddings", table.folder()));
      if (!options.layers().isEmpty()) {
        settings.put("layers", options.layers().toString());
      }
      settings.put(
          "duplicate-cosine",
          options.duplicateCosine().isPresent()
              ? "" + options.duplicateCosine().getAsDouble()
              : "off");
      return settings;
    }

    private RunRecord cluster() {
      requireEnough();
      Optional<RowBlocks> second = second();
      run.embeddings().persist(StorageLevel.MEMORY_AND_DISK());
      try (Clustering clustering = run.time("cluster", () -> fit(second))) {
        return finish(clustering);
      } finally {
        run.embeddings().unpersist();
      }
    }

    private void requireEnough() {
      int wanted = options.clusters().orElse(1);
      long rows = run.table().rows();
      if (options.classes().isEmpty() && wanted > rows) {
        throw NomenException.usage(
            "%,d clusters are wanted of %,d images; give at most %,d."
                .formatted(wanted, rows, rows));
      }
    }

    /**
     * The same images' embeddings by another model with their lengths, [N, d₂], where the method
     * takes two spaces: those of the folder that was named, or the second column of the run's own.
     */
    private Optional<RowBlocks> second() {
      boolean asked = options.images().flatMap(EncodeOptions::secondModel).isPresent();
      EmbeddingTable first = run.table();
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

    private Clustering fit(Optional<RowBlocks> second) {
      MethodInput input =
          new MethodInput(
              run.embeddings(),
              Optional.of(run.table().norms()),
              nouns.map(NounTable::matrix),
              options.clusters().orElse(1),
              options.options(),
              options.seed(),
              context.progress(),
              Checkpoints.in(
                  context.storage(),
                  run.checkpoints(),
                  Digests.sha256(run.attempt().settings().toString())),
              second);
      ClusterCount.Fit fit =
          ClusterCount.fit(
              options.method(), input, options.clusters().isEmpty() && options.classes().isEmpty());
      count = fit.count();
      return fit.clustering();
    }

    private RunRecord finish(Clustering clustering) {
      String id = run.attempt().attempt();
      transitions =
          previous.map(
              earlier ->
                  run.time(
                      "previous",
                      () -> earlier.transitions(clustering, run.table(), run.embeddings())));
      transitions.map(ClusterTransitions::remark).ifPresent(context.progress()::say);
      Optional<Resemblance> resemblance = run.time("neighbours", this::resemblance);
      RunQuality quality =
          run.write(
              transitions
                  .map(found -> AssignmentBlock.renumbered(clustering.assignments(), found.ids()))
                  .orElse(clustering.assignments()),
              resemblance.map(found -> ResemblanceBlock.named(found.blocks(), run.table().paths())),
              transitions.map(ClusterTransitions::nextId).orElse(clustering.clusters()),
              () -> names(clustering),
              options.seed());
      resemblance.ifPresent(Resemblance::close);
      Stability stability =
          run.time(
              "quality",
              () ->
                  Stability.of(
                      clustering.restarts(),
                      run.embeddings(),
                      run.table().norms(),
                      options.seed()));
      clustering
          .semantics()
          .ifPresent(
              space ->
                  SemanticTables.write(folder, id, space, nouns.orElseThrow())
                      .forEach(table -> run.attempts().put(table, id)));
      run.write(model(clustering), options.layers(), naming(), clustering.semantics());
      remarks(clustering, Optional.empty()).forEach(context.progress()::say);
      options
          .nouns()
          .ifPresent(
              uri ->
                  run.sources()
                      .put(
                          "nouns",
                          new RunFolder(context.storage(), uri)
                              .snapshot()
                              .table("nouns")
                              .folder()));
      return run.publish(() -> record(clustering, resemblance, quality.summary(stability)));
    }

    private Optional<Resemblance> resemblance() {
      if (options.duplicateCosine().isEmpty() || run.embeddings().rows() < 2) {
        return Optional.empty();
      }
      Resemblance found = Resemblance.of(run.embeddings(), options.duplicateCosine().getAsDouble());
      context.progress().say(found.remark());
      return Optional.of(found);
    }

    /** Gives the ids where the clusters have others than the method's own numbers. */
    private FittedModel model(Clustering clustering) {
      return transitions
          .<FittedModel>map(
              found -> RefinedModel.renumbered(clustering.model(), found.ids(), found.nextId()))
          .orElse(clustering.model());
    }

    private ClusterNaming naming() {
      return new ClusterNaming(
          options.classes().isPresent(),
          nounSource.isOwnList(),
          nouns,
          options.options().semantics(),
          options.seed());
    }

    private NamedClusters names(Clustering clustering) {
      if (transitions.isEmpty()) {
        return naming().of(run.embeddings(), clustering, Names.unknown(clustering.clusters()));
      }
      ClusterTransitions found = transitions.get();
      return naming()
          .of(run.embeddings(), clustering, previous.orElseThrow().names(found))
          .renumbered(found.ids(), found.firstNewId());
    }

    private RunRecord record(
        Clustering clustering, Optional<Resemblance> resemblance, QualityFacts quality) {
      List<Findings.Part> found = new ArrayList<>(clustering.findings().parts());
      resemblance.map(Resemblance::provenance).ifPresent(found::add);
      count.ifPresent(found::add);
      transitions.ifPresent(found::add);
      return run.record(
          options.title(),
          options.method(),
          clustering.clusters(),
          options.seed(),
          checkpoint
              .map(ClipCheckpoint::model)
              .map(model -> ModelFacts.of(model.id(), model.location(), model.digest()))
              .orElse(ModelFacts.known(run.source().model())),
          new VocabularyFacts(
              nouns.map(table -> OptionalInt.of(table.nouns().size())).orElse(OptionalInt.empty()),
              Optional.of(nounSource.description())),
          quality,
          new Findings(found),
          remarks(clustering, count));
    }

    /**
     * What a user should read of the clustering, in sentences.
     *
     * @param chosen how K was chosen, where it was and has not been said yet
     */
    private List<String> remarks(Clustering clustering, Optional<ClusterCount.Choice> chosen) {
      List<String> remarks = new ArrayList<>(MethodRemarks.of(clustering.findings(), chosen));
      int wanted = options.clusters().orElse(0);
      int empty = wanted - clustering.clusters();
      if (empty > 0) {
        remarks.add(
            RootLocale.format(
                "%,d of the %,d clusters that were asked for are empty and left out: method %s"
                    + " found no more among these images; k-means (--method kmeans) makes as many"
                    + " as it is asked for",
                empty, wanted, options.method()));
      }
      return remarks;
    }
  }

  /**
   * The run whose clusters these go on from.
   *
   * @param clusters its table {@code clusters}, rising by id
   */
  private record Previous(Snapshot run, RunRecord record, List<ClusterRow> clusters) {

    /**
     * The run in the folder {@code uri}, or the last before {@code output} by name of the folders
     * with a run that the glob {@code uri} matches: none in a routine's first week.
     */
    static Optional<Previous> find(RunFolder output, String uri) {
      Storage storage = output.storage();
      if (!Storage.isGlob(uri)) {
        output.requireOtherThan("--previous", uri);
        return Optional.of(open(new RunFolder(storage, uri).snapshot()));
      }
      Optional<Previous> last =
          storage.folders(storage.qualify(uri)).stream()
              .filter(earlier -> earlier.compareTo(output.uri()) < 0)
              .sorted(Comparator.reverseOrder())
              .flatMap(earlier -> new RunFolder(storage, earlier).current().stream())
              .findFirst()
              .map(Previous::open);
      if (last.isEmpty()) {
        LOG.info(
            "No run before {} matches --previous {}: clusters get new ids.", output.uri(), uri);
      }
      return last;
    }

    private static Previous open(Snapshot run) {
      RunRecord record = run.requireRecord();
      if (!run.has("heads")) {
        throw NomenException.input(
            "--previous %s is no run of cluster, and has no model; name the run that its images were assigned to."
                .formatted(run.uri()));
      }
      return new Previous(run, record, run.rows(ClusterRow.SCHEMA));
    }

    void requireModelOf(EmbeddingSource source) {
      Optional<String> own = record.model().digest();
      boolean other = own.isPresent() && source.model().isPresent() && !source.model().equals(own);
      int width = StoredModel.read(run).width();
      int wanted = EmbeddingTable.width(run.storage(), source.embeddings());
      if (other || width != wanted) {
        throw NomenException.usage(
            "--previous %s was made with another model (%s, %d columns), and these embeddings have %d columns; clusters go on only with the same model."
                .formatted(
                    run.uri(), record.model().location().orElse("not told which"), width, wanted));
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
              StoredModel.read(run).clusters()),
          common(clustering, table, embeddings),
          clustering.sizes());
    }

    /**
     * [K, K₀] how many images of a cluster were in which of this run's, by its place; where this
     * run lacks most of the images, the ones that its model gives.
     */
    private long[][] common(Clustering clustering, EmbeddingTable table, RowBlocks embeddings) {
      Map<Integer, Integer> places = new HashMap<>();
      clusters.forEach(row -> places.put(row.cluster(), places.size()));
      JavaPairRDD<String, Integer> now =
          clustering
              .assignments()
              .zipPartitions(table.paths(), Previous::byPath)
              .mapToPair(pair -> pair);
      JavaPairRDD<String, Integer> before =
          Assignments.byPath(
              JavaSparkContext.fromSparkContext(embeddings.blocks().context()),
              run.storage(),
              run.table("assignments"));
      long[][] common =
          counts(now.join(before, now.getNumPartitions()).values(), clustering.clusters(), places);
      long seen = Arrays.stream(common).flatMapToLong(Arrays::stream).sum();
      return 2 * seen >= table.rows()
          ? common
          : counts(
              clustering
                  .assignments()
                  .zip(StoredModel.read(run).assign(embeddings, Optional.of(table.norms())))
                  .flatMap(
                      pair ->
                          IntStream.range(0, pair._1().rows())
                              .mapToObj(
                                  i -> new Tuple2<>(pair._1().cluster()[i], pair._2().cluster()[i]))
                              .iterator()),
              clustering.clusters(),
              places);
    }

    private static Iterator<Tuple2<String, Integer>> byPath(
        Iterator<AssignmentBlock> blocks, Iterator<List<String>> paths) {
      List<Tuple2<String, Integer>> pairs = new ArrayList<>();
      while (blocks.hasNext()) {
        int[] clusters = blocks.next().cluster();
        List<String> names = paths.next();
        for (int i = 0; i < clusters.length; i++) {
          pairs.add(new Tuple2<>(names.get(i), clusters[i]));
        }
      }
      return pairs.iterator();
    }

    /** Images by their cluster and the earlier run's. */
    private static long[][] counts(
        JavaRDD<Tuple2<Integer, Integer>> images, int clusters, Map<Integer, Integer> places) {
      long[][] counts = new long[clusters][places.size()];
      images
          .mapToPair(pair -> new Tuple2<>(pair, 1L))
          .reduceByKey(Long::sum)
          .collect()
          .forEach(pair -> counts[pair._1()._1()][places.get(pair._1()._2())] = pair._2());
      return counts;
    }

    /** [K] what each cluster was called in this run. */
    List<Optional<ClusterName>> names(ClusterTransitions transitions) {
      Map<Integer, ClusterName> names = new HashMap<>();
      clusters.forEach(row -> names.put(row.cluster(), ClusterName.of(row)));
      return Arrays.stream(transitions.ids())
          .mapToObj(id -> Optional.ofNullable(names.get(id)))
          .toList();
    }
  }
}
