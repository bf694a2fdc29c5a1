package io.nomen.method;

import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.WidestMargin;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * TURTLE (Gadetsky, Jiang, Brbić, ICML 2024, arXiv 2406.07236) with its published settings: the
 * labelling of widest margin in one space of embeddings or in two, as the models gave them, not
 * made unit rows. It needs no text.
 *
 * <p>The encoder of the first space gives the clusters, so that a new image needs no second
 * embedding; the published code takes the mean of both.
 */
public final class TurtleMethod extends ClusteringMethod {
  static final String NAME = "turtle";

  /** Of {@link WidestMargin#STEPS_PER_EPOCH} steps each: the paper's 6,000. */
  private static final int EPOCHS = 300;

  private static final int BATCH = 10_000;
  private static final double RATE = 1e-3;
  private static final double BALANCE = 10;
  private static final int FIT_STEPS = 10;

  TurtleMethod() {
    super(NAME, false);
  }

  @Override
  public boolean takesTwoSpaces() {
    return true;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    TrainingOptions training = input.options().training();
    boolean known = UnnormalisedRows.known(input.norms());
    RowBlocks features = UnnormalisedRows.of(input.embeddings(), input.norms(), known);
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
            0,
            training.batchSize().orElse(BATCH),
            RATE,
            training.shards(),
            1,
            input.seed());
    Replicas replicas =
        new HeadFit(input, 1)
            .run(views, objective, settings, objective::initial, EpochPreparation.NONE);
    TrainedHead head = HeadModel.canonical(features, replicas.best().head());
    return Clustering.of(
            HeadModel.assign(features, head),
            new HeadModel.Linear(NAME, head, known),
            Optional.empty(),
            Findings.of(HeadFit.findings(replicas)))
        .withRestarts(
            HeadFit.models(replicas, replica -> new HeadModel.Linear(NAME, replica, known)));
  }
}
