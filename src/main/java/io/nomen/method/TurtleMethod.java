package io.nomen.method;

import io.nomen.heads.Anchors;
import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.WidestMargin;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * TURTLE (Gadetsky, Jiang, Brbić, ICML 2024, arXiv 2406.07236) with its published settings: the
 * labelling of widest margin in one space of embeddings or in two, as the models gave them, not
 * made unit rows. It needs no text.
 *
 * <p>The encoder of the first space gives the clusters, so that a new image needs no second
 * embedding; the published code takes the mean of both.
 */
public final class TurtleMethod implements ClusteringMethod {
  static final String NAME = "turtle";

  /** Of {@link WidestMargin#STEPS_PER_EPOCH} steps each: the paper's 6,000. */
  private static final int EPOCHS = 300;

  private static final int BATCH = 10_000;
  private static final double RATE = 1e-3;
  private static final double BALANCE = 10;
  private static final int FIT_STEPS = 10;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean needsNouns() {
    return false;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    TrainingOptions training = input.options().training();
    boolean known = SicFeatures.known(input.norms());
    RowBlocks features = SicFeatures.of(input.embeddings(), input.norms(), known);
    List<TrainingSet.View> views = new ArrayList<>();
    views.add(NomenMethod.view(RowSample.even(features, training.trainMax())));
    input
        .second()
        .ifPresent(
            second -> views.add(NomenMethod.view(RowSample.even(second, training.trainMax()))));
    WidestMargin objective =
        new WidestMargin(
            views.stream().map(TrainingSet.View::width).toList(),
            views.stream().map(view -> 1.0).toList(),
            input.clusters(),
            BALANCE,
            1,
            FIT_STEPS,
            RATE);
    TrainerSettings settings =
        new TrainerSettings(
            training.epochs().orElse(EPOCHS),
            training.batchSize().orElse(BATCH),
            RATE,
            TrainerSettings.Schedule.CONSTANT,
            training.shards(),
            1,
            input.seed());
    Replicas replicas =
        new HeadFit(input, 1).run(views, objective, settings, objective::initial, Anchors.NONE);
    TrainedHead head = HeadAssignment.canonical(features, replicas.best().head());
    return HeadAssignment.finished(
            features, head, new Model(head, known), Optional.empty(), HeadFit.quality(replicas))
        .among(HeadFit.models(replicas, replica -> new Model(replica, known)));
  }

  /**
   * The first space's encoder.
   *
   * @param normsKnown whether it was trained on embeddings with their own lengths
   */
  record Model(TrainedHead head, boolean normsKnown) implements FittedModel {
    private static final String NORMS = "norms";

    static Model of(ModelParts parts) {
      return new Model(HeadParts.linear(parts), Boolean.parseBoolean(parts.setting(NORMS)));
    }

    @Override
    public String method() {
      return NAME;
    }

    @Override
    public int clusters() {
      return head.shape().clusters();
    }

    @Override
    public int width() {
      return head.shape().width();
    }

    @Override
    public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
      return HeadAssignment.assign(
          SicFeatures.of(embeddings, norms, normsKnown && norms.isPresent()), head);
    }

    @Override
    public ModelParts parts() {
      return new ModelParts(
          NAME, Map.of(NORMS, Boolean.toString(normsKnown)), HeadParts.matrices(head));
    }
  }
}
