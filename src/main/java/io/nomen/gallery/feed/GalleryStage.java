package io.nomen.gallery.feed;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.ClusterTransitions;
import io.nomen.gallery.GalleryData;
import io.nomen.gallery.GalleryData.AskedImage;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.GalleryData.Workbench;
import io.nomen.gallery.GalleryPlan;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import io.nomen.gallery.GalleryWriter;
import io.nomen.refine.Questions;
import io.nomen.run.Assignments;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.ResemblanceColumns;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.run.Table;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;

/** The pages of a finished run, from its tables and its record alone. */
public final class GalleryStage {
  private static final String NAME = "gallery";

  /**
   * Images of one cluster that the gallery may choose from; what a million-image run would fill.
   */
  private static final int CANDIDATES = 2_000;

  private static final int OUTLIERS = 120;

  private static final int THUMBNAILS_PER_TASK = 256;

  private final JobContext context;
  private final RunFolder folder;
  private final GalleryOptions options;

  /**
   * What a gallery shows beside the run itself.
   *
   * @param questions how many images are asked for
   * @param comparedWith a run whose clusters these are compared with
   * @param language of the pages' own words: {@code en} or {@code de}
   */
  public record GalleryOptions(int questions, Optional<Snapshot> comparedWith, String language) {
    public static final GalleryOptions NONE = new GalleryOptions(0, Optional.empty(), "en");
  }

  public GalleryStage(JobContext context, RunFolder folder) {
    this(context, folder, GalleryOptions.NONE);
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
    ListedImages listed = ListedImages.read(run);
    GalleryPlan plan =
        GalleryPlan.of(data(run, record, listed), GalleryLimits.DEFAULT, options.language());
    Map<String, byte[]> thumbnails = thumbnails(plan.images(), listed);
    String target = folder.uri() + "/gallery";
    folder.storage().delete(target);
    GalleryWriter.write(
        plan, path -> Optional.ofNullable(thumbnails.get(path)), folder.storage(), target);
    folder.finish(attempt, Map.of());
    return target + "/index.html";
  }

  /** Writes the pages of {@code run} unless they are whole: a job may have died over them. */
  public void finish(Snapshot run) {
    boolean whole =
        folder
            .stage(NAME)
            .filter(stage -> stage.done() && stage.settings().equals(settings(run)))
            .isPresent();
    if (!whole) {
      run(run);
    }
  }

  private static Map<String, String> settings(Snapshot run) {
    return Map.of("run", run.run());
  }

  private GalleryData data(Snapshot run, RunRecord record, ListedImages listed) {
    Storage storage = run.storage();
    Table table = run.table("assignments");
    Assignments assignments = Assignments.read(storage, table);
    List<String> paths = Assignments.paths(storage, table);
    ResemblanceColumns columns = ResemblanceColumns.read(storage, table, paths);
    Positions positions = Positions.of(context, run, record);
    return new GalleryData(
        facts(record),
        ClusterCards.read(run, record),
        entries(assignments, paths, positions, columns),
        listed.failed(),
        ListedImages.DuplicateGroups.of(
            listed.exactDuplicates(paths, assignments.cluster()),
            columns,
            paths,
            assignments.cluster()),
        columns.furthest(OUTLIERS).stream()
            .map(row -> entry(assignments, row, paths.get(row), positions.of(row), columns))
            .toList(),
        new Workbench(
            LayerNodes.read(run, paths, positions),
            questions(run, assignments, paths, positions, columns),
            Optional.of(SearchCodes.of(context, run, paths, record.seed())),
            options
                .comparedWith()
                .or(() -> previous(record))
                .map(
                    earlier ->
                        RunChanges.of(
                            earlier,
                            run,
                            row ->
                                entry(
                                    assignments,
                                    row,
                                    paths.get(row),
                                    positions.of(row),
                                    columns)))),
        Optional.of(positions.algorithm()));
  }

  /** The run whose clusters these go on from, where it is there still. */
  private Optional<Snapshot> previous(RunRecord record) {
    return ClusterTransitions.of(record)
        .flatMap(
            found ->
                new RunFolder(context.storage(), found.folder())
                    .current()
                    .filter(run -> run.run().equals(found.run())));
  }

  private List<AskedImage> questions(
      Snapshot run,
      Assignments assignments,
      List<String> paths,
      Positions positions,
      ResemblanceColumns columns) {
    if (options.questions() == 0) {
      return List.of();
    }
    RowBlocks embeddings =
        new EmbeddingTable(context.spark().get(), run.storage(), run.table("embeddings"))
            .embeddings();
    RowBlocks space = run.has("heads") ? StoredModel.read(run).space(embeddings) : embeddings;
    int count = Arrays.stream(assignments.cluster()).max().orElse(0) + 1;
    Matrix means =
        new Matrix(
            count, space.width(), ClusterProfiles.of(space, assignments.cluster(), count).means());
    return Questions.of(space, assignments, means, columns.outlierScore(), options.questions())
        .stream()
        .map(
            question ->
                new AskedImage(
                    entry(
                        assignments,
                        question.row(),
                        paths.get(question.row()),
                        positions.of(question.row()),
                        columns),
                    question.clusters()))
        .toList();
  }

  private static Map<Integer, List<ImageEntry>> entries(
      Assignments assignments,
      List<String> paths,
      Positions positions,
      ResemblanceColumns columns) {
    Set<Integer> outliers = new HashSet<>(columns.furthest(CANDIDATES));
    Map<Integer, Integer> sizes = new TreeMap<>();
    for (int cluster : assignments.cluster()) {
      sizes.merge(cluster, 1, Integer::sum);
    }
    Map<Integer, List<ImageEntry>> entries = new LinkedHashMap<>();
    Map<Integer, Integer> seen = new TreeMap<>();
    for (int row = 0; row < assignments.rows(); row++) {
      int cluster = assignments.cluster()[row];
      int number = seen.merge(cluster, 1, Integer::sum) - 1;
      // An even share of a large cluster, so that no shard or folder is preferred.
      int size = sizes.get(cluster);
      boolean kept =
          size <= CANDIDATES
              || positions.of(row).isPresent()
              || outliers.contains(row)
              || (long) number * CANDIDATES / size != (long) (number + 1) * CANDIDATES / size;
      if (kept) {
        entries
            .computeIfAbsent(cluster, c -> new ArrayList<>())
            .add(entry(assignments, row, paths.get(row), positions.of(row), columns));
      }
    }
    return entries;
  }

  private static ImageEntry entry(
      Assignments assignments,
      int row,
      String path,
      Optional<MapPoint> position,
      ResemblanceColumns columns) {
    int runnerUp = assignments.runnerUp()[row];
    return new ImageEntry(
        path,
        assignments.cluster()[row],
        assignments.confidence()[row],
        runnerUp == assignments.cluster()[row]
            ? Optional.empty()
            : Optional.of(new ImageEntry.RunnerUp(runnerUp, assignments.runnerUpConfidence()[row])),
        position,
        columns
            .outlierScore(row)
            .map(score -> OptionalDouble.of(score))
            .orElse(OptionalDouble.empty()));
  }

  private static RunFacts facts(RunRecord record) {
    Map<String, Double> quality = new LinkedHashMap<>();
    record
        .quality()
        .forEach(
            (name, value) -> {
              if (value instanceof Number number) {
                quality.put(name.replace('_', ' '), number.doubleValue());
              }
            });
    quality.putAll(MethodCharts.figures(record.findings()));
    return new RunFacts(
        record.run(),
        record.title(),
        Instant.parse(record.created()),
        record.methodName(),
        Optional.ofNullable(record.model().get("id")).map(String::valueOf),
        Optional.ofNullable(record.vocabulary().get("source")).map(String::valueOf),
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
        .map(place -> place.thumbnail(storage))
        .collect()
        .forEach(made::putAll);
    return made;
  }
}
