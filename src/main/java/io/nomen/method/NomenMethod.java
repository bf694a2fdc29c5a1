package io.nomen.method;

import io.nomen.heads.Anchors;
import io.nomen.heads.Distillation;
import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.neighbours.Smoothing;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nomen's own method: TAC's heads and loss on better inputs. Images and texts are centred, the
 * texts are let in by how well they fit, both are smoothed over their neighbours, and small sets
 * are trained for enough steps with batches in which every cluster shows. Where the nouns do not
 * fit at all, both heads see images: plain self-distillation between neighbours.
 *
 * <p>Training rewards equal sizes and tears classes as unequal as Caltech-101's apart: where
 * average linkage separates the images better than k-means does, it takes the place of the heads
 * ({@link LinkageChoice}).
 */
public final class NomenMethod implements ClusteringMethod {
  static final String NAME = "nomen";

  private static final int NEIGHBOURS = 20;
  private static final int BATCH = 8192;
  private static final int LEAST_EPOCHS = 20;
  private static final int LEAST_STEPS = 120;

  /** Where every step sees all rows trainings are short, and end in places of unlike quality. */
  private static final int REPLICAS_OF_SMALL_SETS = 3;

  private static final double RATE = 1e-3;
  private static final double TEMPERATURE = 0.5;
  private static final double BALANCE = 5;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean needsNouns() {
    return true;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    RowBlocks rows = RowSample.even(input.embeddings(), input.options().training().trainMax());
    int neighbours = input.options().training().neighbours().orElse(NEIGHBOURS);
    int listed = Math.max(neighbours, NomenSpace.NEIGHBOURS);
    try (NomenInputs inputs = NomenInputs.of(input, rows, NAME, listed)) {
      double weight = inputs.gate().shareWithoutTraining();
      RowBlocks fused = inputs.fused(weight);
      return LinkageChoice.linkedOr(
          input,
          inputs,
          () -> inputs.space(input, weight, fused),
          fused,
          Optional.empty(),
          () -> trained(input, inputs, listed));
    }
  }

  private static Clustering trained(MethodInput input, NomenInputs inputs, int listed) {
    try (Smoothing images = input.smoothed(inputs.images(), inputs.lists())) {
      return finished(input, inputs, images, train(input, inputs, images, listed));
    }
  }

  private static Replicas train(
      MethodInput input, NomenInputs inputs, Smoothing images, int listed) {
    TrainingSet.View imageView = HeadFit.view(images.rows(), inputs.lists());
    double weight = inputs.gate().shareInTraining();
    // With the gate shut both heads see the same: there is nothing to search or smooth anew.
    TrainingSet.View textView = weight == 0 ? imageView : textView(input, inputs, weight, listed);
    TrainingOptions training = input.options().training();
    Distillation objective =
        new Distillation(
            imageView.width(),
            textView.width(),
            input.clusters(),
            training.contrast().orElse(TEMPERATURE),
            BALANCE);
    int rows = Math.toIntExact(images.rows().rows());
    int batch = Math.min(rows, training.batchSize().orElse(BATCH));
    int steps = rows / batch;
    int epochs = Math.max(LEAST_EPOCHS, (LEAST_STEPS + steps - 1) / steps);
    TrainerSettings settings =
        new TrainerSettings(
            training.epochs().orElse(epochs),
            batch,
            RATE,
            TrainerSettings.Schedule.CONSTANT,
            training.shards(),
            training.localSteps(),
            input.seed());
    return new HeadFit(input, rows <= BATCH ? REPLICAS_OF_SMALL_SETS : 1)
        .run(List.of(imageView, textView), objective, settings, objective::initial, Anchors.NONE);
  }

  private static TrainingSet.View textView(
      MethodInput input, NomenInputs inputs, double weight, int listed) {
    try (SmoothedFusion fused =
        SmoothedFusion.of(input, inputs, "text neighbours", weight, listed)) {
      return HeadFit.view(fused.rows(), fused.lists());
    }
  }

  private static Clustering finished(
      MethodInput input, NomenInputs inputs, Smoothing images, Replicas replicas) {
    NomenSpace space = inputs.space(input, 0, inputs.images());
    RowBlocks smoothed =
        NomenNoTrainModel.rows(input, Optional.of(images.rows()), space, space.imageMean().width());
    TrainedHead head = HeadAssignment.canonical(smoothed, replicas.best().head());
    Map<String, Object> quality = new LinkedHashMap<>(HeadFit.quality(replicas));
    quality.put("neighbours", inputs.lists().report());
    Clustering fit =
        HeadAssignment.finished(
            smoothed, head, new NomenModel(space, head), Optional.of(inputs.semantics()), quality);
    quality.put("gate", inputs.gate().told(fit));
    return fit.among(HeadFit.models(replicas, replica -> new NomenModel(space, replica)));
  }
}
