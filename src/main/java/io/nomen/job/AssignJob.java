package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipModel;
import io.nomen.encode.EncodeStage;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.evaluate.RunQuality;
import io.nomen.method.Findings;
import io.nomen.method.FittedModel;
import io.nomen.naming.ClusterNaming.NamedClusters;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.RunRecord.Platform;
import io.nomen.run.Snapshot;
import io.nomen.run.StoredModel;
import io.nomen.tensor.AssignmentBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

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

  public AssignJob(JobContext context, RunFolder folder, AssignOptions options) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    this.earlier = new RunFolder(context.storage(), options.run()).snapshot();
    this.fitted = earlier.requireRecord();
    folder.requireOtherThan("--run", options.run());
    options.embeddings().forEach(uri -> folder.requireOtherThan("--embeddings", uri));
    folder.requireNothingBut(Set.of("images", "embeddings", "assignments", "clusters", "heads"));
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
    RunInProgress run =
        new RunInProgress(
            context,
            folder,
            options.request().after(fitted),
            options.images(),
            options.embeddings(),
            model);
    run.source().requireModel(fitted.model().digest(), "--run " + earlier.uri());
    Map<String, String> settings =
        Map.of(
            "embeddings", run.source().id(), "run", fitted.run(), "nomen", Platform.nomenVersion());
    return run.unlessDone(NAME, settings, () -> assign(run));
  }

  private RunRecord assign(RunInProgress run) {
    FittedModel model = StoredModel.read(earlier);
    if (run.table().width() != model.width()) {
      throw NomenException.usage(
          "The embeddings have %d columns and the run in %s took %d; encode with its model (%s)."
              .formatted(
                  run.table().width(),
                  earlier.uri(),
                  model.width(),
                  fitted.model().location().orElse("not told which")));
    }
    run.embeddings().persist(StorageLevel.MEMORY_AND_DISK());
    JavaRDD<AssignmentBlock> rows =
        model
            .assign(run.embeddings(), Optional.of(run.table().norms()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    RunQuality quality;
    try {
      quality =
          run.write(
              rows,
              Optional.empty(),
              model.clusters(),
              () -> NamedClusters.of(earlier),
              fitted.seed());
    } finally {
      rows.unpersist();
      run.embeddings().unpersist();
    }
    // Whoever looks at these images may refine, and assign the next ones to what comes of it.
    run.write(model);
    run.keepNouns(earlier);
    return run.publish(
        () ->
            run.record(
                fitted,
                options.title(),
                fitted.clusters(),
                quality,
                Findings.of(new Assigned(earlier.uri(), fitted.run()))));
  }

  /** The model of the earlier run, where there are images to encode. */
  private Optional<ClipModel> model() {
    if (options.images().isEmpty()) {
      return Optional.empty();
    }
    ClipModel model =
        ClipCheckpoint.open(context.storage(), options.images().get().model().location()).model();
    if (fitted.model().digest().filter(digest -> !digest.equals(model.digest())).isPresent()) {
      throw NomenException.usage(
          "The run in %s was made with another model (%s); give it as --model."
              .formatted(earlier.uri(), fitted.model().location().orElse("not told which")));
    }
    return Optional.of(model);
  }

  /**
   * New images for an earlier run's clusters.
   *
   * @param run folder of the earlier run
   * @param images which images; empty where {@code embeddings} names ready ones
   */
  public record AssignOptions(
      String run,
      Optional<EncodeOptions> images,
      List<String> embeddings,
      String title,
      RunRequest request) {}

  /**
   * Where the clusters are from.
   *
   * @param assignedBy folder of the earlier run
   * @param run its id
   */
  record Assigned(String assignedBy, String run) implements Findings.Part {}
}
