package io.nomen.method;

import io.nomen.heads.Anchors;
import io.nomen.heads.Distillation;
import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.semantics.SemanticSpace;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.storage.StorageLevel;

/**
 * TAC (Li et al., ICML 2024, arXiv 2310.11989): an image head and a text head learn from each
 * other's neighbours; the image head gives the clusters.
 */
public final class TacMethod implements ClusteringMethod {
  static final String NAME = "tac";

  private static final int NEIGHBOURS = 50;
  private static final double RATE = 1e-3;
  private static final double BALANCE = 5;

  /**
   * From so many clusters on the paper takes larger batches, longer training, a milder contrast.
   */
  private static final int MANY_CLUSTERS = 101;

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
    SemanticSpace semantics = input.semanticSpace(NAME);
    RowBlocks images = RowSample.even(input.embeddings(), input.options().training().trainMax());
    RowBlocks texts =
        TextCounterparts.of(
                images, semantics.nouns().embeddings(), input.options().semantics().temperature())
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Map<String, Object> quality = new LinkedHashMap<>();
      List<TrainingSet.View> views =
          List.of(
              view(input, "image neighbours", images, semantics, quality),
              view(input, "text neighbours", texts, semantics, quality));
      Replicas replicas = train(input, views);
      quality.putAll(HeadFit.quality(replicas));
      TrainedHead head = HeadAssignment.canonical(input.embeddings(), replicas.best().head());
      return HeadAssignment.finished(
              input.embeddings(), head, new TacModel(head), Optional.of(semantics), quality)
          .among(HeadFit.models(replicas, TacModel::new));
    } finally {
      texts.unpersist();
    }
  }

  private static TrainingSet.View view(
      MethodInput input,
      String stage,
      RowBlocks rows,
      SemanticSpace semantics,
      Map<String, Object> quality) {
    int count = input.options().training().neighbours().orElse(NEIGHBOURS);
    try (NeighbourLists lists = input.neighbours(stage, rows, semantics.centres().rows(), count)) {
      quality.put(stage.replace(' ', '_'), lists.report());
      return HeadFit.view(rows, lists);
    }
  }

  private static Replicas train(MethodInput input, List<TrainingSet.View> views) {
    boolean many = input.clusters() >= MANY_CLUSTERS;
    int width = input.embeddings().width();
    TrainingOptions training = input.options().training();
    double contrast = training.contrast().orElse(many ? 5.0 : 0.5);
    Distillation objective = new Distillation(width, width, input.clusters(), contrast, BALANCE);
    TrainerSettings settings =
        new TrainerSettings(
            training.epochs().orElse(many ? 100 : 20),
            training.batchSize().orElse(many ? 8192 : 512),
            RATE,
            TrainerSettings.Schedule.CONSTANT,
            training.shards(),
            training.localSteps(),
            input.seed());
    return new HeadFit(input, 1).run(views, objective, settings, objective::initial, Anchors.NONE);
  }
}
