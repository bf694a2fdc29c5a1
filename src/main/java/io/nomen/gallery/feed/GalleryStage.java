package io.nomen.gallery.feed;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.ClusterTransitions;
import io.nomen.gallery.GalleryData;
import io.nomen.gallery.GalleryData.AskedImage;
import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.GalleryData.SearchNumbers;
import io.nomen.gallery.GalleryData.Workbench;
import io.nomen.gallery.GalleryPlan;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import io.nomen.gallery.GalleryWriter;
import io.nomen.gallery.MapLayout;
import io.nomen.image.ImageBytes;
import io.nomen.refine.Questions;
import io.nomen.run.Assignments.Image;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.ScopedIterator;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** The pages of a finished run, from its tables and its record alone. */
public final class GalleryStage {
  private static final String NAME = "gallery";

  private static final int THUMBNAILS_PER_TASK = 256;

  private final JobContext context;
  private final RunFolder folder;
  private final GalleryOptions options;

  /**
   * What a gallery shows beside the run itself.
   *
   * @param questions how many images are asked for
   * @param comparedWith a run whose clusters these are compared with
   * @param language of the pages' own words, {@code en} or {@code de}; empty for the run's
   */
  public record GalleryOptions(
      int questions, Optional<Snapshot> comparedWith, Optional<String> language) {
    public static final GalleryOptions NONE =
        new GalleryOptions(0, Optional.empty(), Optional.empty());
  }

  public GalleryStage(JobContext context, RunFolder folder, GalleryOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
  }

  /**
   * Writes the pages of {@code run}, and nothing of an older run stays beside them.
   *
   * @return URI of the page to open
   */
  public String run(Snapshot run) {
    RunRecord record = run.requireRecord();
    StageAttempt attempt = folder.begin(NAME, settings(run), false);
    ListedImages listed = new ListedImages(context.spark().get(), run);
    GalleryPlan plan =
        GalleryPlan.of(
            data(run, record, listed),
            GalleryLimits.DEFAULT,
            options.language().or(record::language).orElse("en"));
    Map<String, byte[]> thumbnails = thumbnails(plan.images(), listed);
    String target = folder.uri() + "/gallery";
    folder.storage().delete(target);
    GalleryWriter.write(
        plan, path -> Optional.ofNullable(thumbnails.get(path)), folder.storage(), target);
    folder.finish(attempt, Map.of());
    return target + "/index.html";
  }

  /**
   * Writes the pages of {@code run} unless they are whole, for a job may have died over them, and
   * as they are wanted.
   */
  public void finish(Snapshot run) {
    boolean whole =
        folder
            .stage(NAME)
            .filter(StageAttempt::done)
            .filter(stage -> stage.settings().entrySet().containsAll(settings(run).entrySet()))
            .isPresent();
    if (!whole) {
      run(run);
    }
  }

  private Map<String, String> settings(Snapshot run) {
    Map<String, String> settings = new HashMap<>(Map.of("run", run.run()));
    options.language().ifPresent(language -> settings.put("language", language));
    if (options.questions() > 0) {
      settings.put("questions", Integer.toString(options.questions()));
    }
    options.comparedWith().ifPresent(other -> settings.put("compared_with", other.run()));
    return settings;
  }

  private GalleryData data(Snapshot run, RunRecord record, ListedImages listed) {
    JavaSparkContext spark = context.spark().get();
    EmbeddingTable table = new EmbeddingTable(spark, run.storage(), run.table("embeddings"));
    RowBlocks embeddings = table.embeddings();
    RowSample sample = Positions.sample(embeddings, record.seed());
    // One core's work, beside Spark's jobs.
    CompletableFuture<MapLayout> layout =
        CompletableFuture.supplyAsync(() -> Positions.layout(sample, record.seed()));
    List<ClusterCard> cards = ClusterCards.read(run, record);
    ChosenImages images = ChosenImages.of(spark, run, cards);
    List<DuplicateGroup> duplicates = DuplicateGroups.of(spark, run);
    SearchNumbers search = SearchCodes.of(context, run, embeddings, sample, images.byRow());
    Positions positions = Positions.of(embeddings, layout.join());
    return new GalleryData(
        facts(record),
        cards,
        images.entries(positions),
        listed.failed(),
        duplicates,
        images.furthest().stream()
            .map(image -> ChosenImages.entry(image, positions.of(image.row())))
            .toList(),
        new Workbench(
            LayerNodes.read(run, images.onMap(positions), positions),
            questions(run, table, positions),
            Optional.of(search),
            options
                .comparedWith()
                .or(() -> previous(record))
                .map(earlier -> RunChanges.of(spark, earlier, run, positions))),
        Optional.of(positions.algorithm()));
  }

  /** The run whose clusters these go on from, where it is there still. */
  private Optional<Snapshot> previous(RunRecord record) {
    return record
        .part(ClusterTransitions.class)
        .flatMap(
            found ->
                new RunFolder(context.storage(), found.folder())
                    .current()
                    .filter(run -> run.run().equals(found.run())));
  }

  private List<AskedImage> questions(Snapshot run, EmbeddingTable table, Positions positions) {
    if (options.questions() == 0) {
      return List.of();
    }
    JavaRDD<PartOfTable> parts = table.assignments(run.table("assignments"));
    RowBlocks space =
        run.has("heads") ? StoredModel.read(run).space(table.embeddings()) : table.embeddings();
    int count =
        run.rows(ClusterRow.SCHEMA).stream().mapToInt(row -> row.cluster() + 1).max().orElse(0);
    Matrix means = ClusterProfiles.means(space, parts.map(PartOfTable::rows), count);
    return Questions.of(space, parts, means, options.questions()).stream()
        .map(
            question -> {
              Image image = question.image();
              return new AskedImage(
                  ChosenImages.entry(image, positions.of(image.row())), question.clusters());
            })
        .toList();
  }

  private static RunFacts facts(RunRecord record) {
    Map<String, Double> quality = new LinkedHashMap<>(record.quality().figures());
    quality.putAll(MethodCharts.figures(record));
    return new RunFacts(
        record.run(),
        record.title(),
        Instant.parse(record.created()),
        record.methodName(),
        record.model().id(),
        record.vocabulary().source(),
        new RunFacts.Counts(
            record.counts().listed(), record.counts().embedded(), record.counts().bad()),
        record.seconds(),
        record.seed(),
        record.versions(),
        record.options(),
        quality,
        Map.of(),
        record.remarks(),
        MethodCharts.curves(record),
        Optional.of(String.join(" ", record.command())));
  }

  private Map<String, byte[]> thumbnails(List<String> paths, ListedImages listed) {
    List<ListedImages.Place> places = listed.places(paths);
    Map<String, byte[]> made = new LinkedHashMap<>();
    if (places.isEmpty()) {
      return made;
    }
    JavaSparkContext spark = context.spark().get();
    int tasks = Math.max(1, (places.size() + THUMBNAILS_PER_TASK - 1) / THUMBNAILS_PER_TASK);
    Storage storage = context.storage();
    spark
        .parallelize(places, Math.max(tasks, Math.min(places.size(), spark.defaultParallelism())))
        .mapPartitions(
            part ->
                new ScopedIterator<>(
                    part, new ImageBytes(storage), (place, images) -> place.thumbnail(images)))
        .collect()
        .forEach(made::putAll);
    return made;
  }
}
