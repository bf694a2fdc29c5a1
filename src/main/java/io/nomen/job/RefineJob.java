package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.encode.NounEncoder;
import io.nomen.evaluate.RunQuality;
import io.nomen.method.Findings;
import io.nomen.method.FittedModel;
import io.nomen.method.RefinedModel;
import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNaming;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.refine.Changes;
import io.nomen.refine.Refinement;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.ClusterRow;
import io.nomen.run.JobContext;
import io.nomen.run.LayerRow;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.RunRecord.Platform;
import io.nomen.run.SemanticTables;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.run.Table;
import io.nomen.semantics.NamingSample;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.store.Digests;
import io.nomen.store.Json;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * A run as people would have it: obeys the changes that a gallery saved. Nothing is encoded and no
 * method starts anew; clusters that nobody spoke of keep their numbers, names and images.
 */
public final class RefineJob {
  private static final String NAME = "refine";

  private final JobContext context;
  private final RunFolder folder;
  private final RefineOptions options;
  private final Snapshot earlier;
  private final RunRecord fitted;
  private final Changes changes;

  /**
   * What is refined.
   *
   * @param run folder of the run
   * @param changes the file that the gallery saved
   */
  public record RefineOptions(String run, String changes, RunRequest request) {}

  /**
   * Where the clusters are from.
   *
   * @param refined folder of the earlier run
   * @param run its id
   */
  record Refined(String refined, String run) implements Findings.Part {}

  public RefineJob(JobContext context, RunFolder folder, RefineOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    this.earlier = new RunFolder(context.storage(), options.run()).snapshot();
    this.fitted = earlier.requireRecord();
    this.changes = Changes.read(context.storage(), options.changes());
    folder.requireOtherThan("--run", options.run());
    folder.requireNothingBut(
        Set.of("assignments", "clusters", "heads", "layers", "layer_assignments"));
    if (!changes.run().equals(earlier.run())) {
      throw NomenException.input(
          "%s was saved in the gallery of run %s, and --run holds run %s; give the folder of the first."
              .formatted(options.changes(), changes.run(), earlier.run()));
    }
    if (!earlier.has("heads")) {
      throw NomenException.input(
          "%s keeps no model; refine the run that its images were assigned to."
              .formatted(earlier.uri()));
    }
  }

  /** What the job would do, without a Spark action. */
  public List<String> plan() {
    Map<String, Long> kinds =
        changes.changes().stream()
            .collect(
                Collectors.groupingBy(
                    change -> change.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                    TreeMap::new,
                    Collectors.counting()));
    List<String> plan = new ArrayList<>();
    kinds.forEach((kind, count) -> plan.add(RootLocale.format("obey %d of kind %s", count, kind)));
    plan.add(
        RootLocale.format(
            "ask the like of images that move, and name what is new among the %d clusters of %s",
            fitted.clusters(), earlier.uri()));
    return plan;
  }

  /** Does it; the same command again finds what is done. */
  public RunRecord run() {
    return folder.holding(this::refine);
  }

  private RunRecord refine() {
    RunInProgress run =
        new RunInProgress(
            context,
            folder,
            options.request().after(fitted),
            Optional.empty(),
            List.of(options.run()),
            Optional.empty());
    Map<String, String> settings =
        Map.of(
            "run", earlier.run(),
            "changes", Digests.sha256(Json.line(changes)),
            "nomen", Platform.nomenVersion());
    return run.unlessDone(NAME, settings, () -> refine(run));
  }

  private RunRecord refine(RunInProgress run) {
    FittedModel model = StoredModel.read(earlier);
    Table assigned = earlier.table("assignments");
    Optional<NounTable> nouns = NounTable.of(earlier);
    ClusterNaming naming =
        new ClusterNaming(
            false,
            nouns.isEmpty()
                || NounEncoder.isOwnList(RunFolder.of(context.storage(), earlier.table("nouns"))),
            nouns,
            SemanticOptions.defaults(),
            fitted.seed());
    List<ClusterRow> rows = earlier.rows(ClusterRow.SCHEMA);
    JavaRDD<PartOfTable> before = run.table().assignments(assigned);
    RowBlocks space = model.space(run.embeddings()).persist(StorageLevel.MEMORY_AND_DISK());
    try (Refinement refinement =
        run.time(
            "refine",
            () ->
                Refinement.of(
                    space,
                    before,
                    rows.stream().map(ClusterRow::cluster).collect(Collectors.toSet()),
                    changes,
                    earlier.run(),
                    fitted.seed()))) {
      NamedClusters names =
          run.time("names", () -> names(refinement, rows, run.embeddings(), naming));
      RunQuality quality =
          run.write(
              refinement.assignments(),
              Optional.of(before.map(PartOfTable::resemblance)),
              refinement.count(),
              () -> names,
              fitted.seed());
      RefinedModel refined = new RefinedModel(model, refinement.successors(), refinement.centres());
      run.write(refined, layers(), naming, ofMethod(nouns));
      run.keepNouns(earlier);
      Refinement.Summary told = refinement.summary();
      context
          .progress()
          .say(
              RootLocale.format(
                  "%d changes obeyed; %d images like those that moved were asked, %d moved too",
                  told.changes(), told.likeAsked(), told.likeMoved()));
      return run.publish(
          () ->
              run.record(
                  fitted,
                  fitted.title(),
                  names.numbers().size(),
                  quality,
                  Findings.of(new Refined(earlier.uri(), earlier.run()), told)));
    } finally {
      space.unpersist();
    }
  }

  /**
   * Names stay; what people gave goes before; what is new is named as a run would name it, and of
   * the parts of a split the one that the old name fits keeps it, with the number.
   */
  private NamedClusters names(
      Refinement refinement, List<ClusterRow> rows, RowBlocks embeddings, ClusterNaming naming) {
    Map<Integer, ClusterName> names = new TreeMap<>();
    Map<Integer, List<String>> centreNouns = new TreeMap<>();
    rows.forEach(
        row -> {
          names.put(row.cluster(), ClusterName.of(row));
          centreNouns.put(row.cluster(), row.centreNouns());
        });
    Set<Integer> fresh = new HashSet<>(refinement.groups());
    fresh.addAll(refinement.partOf().keySet());
    if (!fresh.isEmpty()) {
      List<ClusterName> anew =
          naming.names(
              embeddings,
              NamingSample.of(refinement.assignments(), embeddings.rows()),
              naming.space(embeddings, ofMethod(naming.nouns()), refinement.count()),
              refinement.count());
      Set<Integer> exchanged = new HashSet<>();
      refinement
          .partOf()
          .forEach(
              (part, whole) -> {
                String old = names.get(whole).name();
                if (anew.get(part).name().equalsIgnoreCase(old)
                    && !anew.get(whole).name().equalsIgnoreCase(old)
                    && exchanged.add(whole)) {
                  refinement.exchange(part);
                  names.put(part, anew.get(whole));
                }
              });
      fresh.forEach(number -> names.putIfAbsent(number, anew.get(number)));
    }
    refinement
        .given()
        .forEach((number, name) -> names.computeIfPresent(number, (n, old) -> old.renamed(name)));
    names.keySet().retainAll(refinement.clusters());
    distinct(names, fresh);
    return new NamedClusters(
        List.copyOf(names.values()),
        names.keySet().stream().map(n -> centreNouns.getOrDefault(n, List.of())).toList(),
        List.copyOf(names.keySet()));
  }

  /** Only what is new gives way: no two clusters bear one name. */
  private static void distinct(Map<Integer, ClusterName> names, Set<Integer> fresh) {
    Set<String> taken = new HashSet<>();
    names.forEach(
        (number, name) -> {
          if (!fresh.contains(number)) {
            taken.add(name.name().toLowerCase(Locale.ROOT));
          }
        });
    for (int number : fresh) {
      names.computeIfPresent(
          number,
          (n, name) ->
              taken.add(name.name().toLowerCase(Locale.ROOT))
                      || name.reason().equals(ClusterName.GIVEN)
                  ? name
                  : name.unnamed(number));
    }
  }

  /** The other layers that the run before has, by how many clusters they have. */
  private List<Integer> layers() {
    if (!earlier.has("layers")) {
      return List.of();
    }
    Map<Integer, Integer> counts = new TreeMap<>();
    earlier.rows(LayerRow.SCHEMA).forEach(row -> counts.merge(row.layer(), 1, Integer::sum));
    return counts.values().stream().filter(count -> count != fitted.clusters()).toList();
  }

  /** The semantic space of the run before, where its method had one. */
  private Optional<SemanticSpace> ofMethod(Optional<NounTable> nouns) {
    return nouns
        .filter(table -> earlier.isThere("selected_nouns"))
        .map(table -> SemanticTables.read(earlier, table));
  }
}
