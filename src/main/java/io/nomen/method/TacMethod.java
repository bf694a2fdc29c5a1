package io.nomen.method;

import io.nomen.heads.Distillation;
import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.storage.StorageLevel;

/**
 * TAC (Li et al., ICML 2024, arXiv 2310.11989): an image head and a text head learn from each
 * other's neighbours; the image head gives the clusters.
 */
public final class TacMethod extends ClusteringMethod {
  static final String NAME = "tac";

  private static final int NEIGHBOURS = 50;
  private static final double RATE = 1e-3;
  private static final double BALANCE = 5;

  /**
   * From so many clusters on the paper takes larger batches, longer training, a milder contrast.
   */
  private static final int MANY_CLUSTERS = 101;

  TacMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    SemanticSpace semantics = input.semanticSpace(NAME);
    RowBlocks images = RowSample.even(input.embeddings(), input.options().training().trainMax());
    images.persist(StorageLevel.MEMORY_AND_DISK());
    RowBlocks texts =
        TextCounterparts.of(
                images, semantics.nouns().embeddings(), input.options().semantics().temperature())
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      int cells = semantics.centres().rows();
      HeadFit.View ofImages =
          HeadFit.view(input, "image neighbours", images, images, cells, NEIGHBOURS);
      HeadFit.View ofTexts =
          HeadFit.view(input, "text neighbours", texts, texts, cells, NEIGHBOURS);
      Replicas replicas = train(input, List.of(ofImages.rows(), ofTexts.rows()));
      TrainedHead head = HeadModel.canonical(input.embeddings(), replicas.best().head());
      return Clustering.of(
              HeadModel.assign(input.embeddings(), head),
              new Model(head),
              Optional.of(semantics),
              Findings.of(
                  Findings.Neighbours.of(ofImages.search(), ofTexts.search()),
                  HeadFit.findings(replicas)))
          .withRestarts(HeadFit.models(replicas, Model::new));
    } finally {
      texts.unpersist();
      if (!images.equals(input.embeddings())) {
        images.unpersist();
      }
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
            0,
            training.batchSize().orElse(many ? 8192 : 512),
            RATE,
            training.shards(),
            training.localSteps(),
            input.seed());
    return new HeadFit(input, 1)
        .run(views, objective, settings, objective::initial, EpochPreparation.NONE);
  }

  /**
   * TAC's image head: a new image needs no nouns.
   *
   * @param head takes embeddings as they are
   */
  record Model(TrainedHead head) implements HeadModel {

    static Model of(ModelParts parts) {
      return new Model(parts.twoLayerHead());
    }

    @Override
    public String method() {
      return NAME;
    }

    @Override
    public RowBlock features(RowBlock embeddings, Optional<RowBlock> norms) {
      return embeddings;
    }

    @Override
    public ModelParts parts() {
      return new ModelParts(NAME, Map.of(), ModelParts.matrices(head));
    }
  }
}
