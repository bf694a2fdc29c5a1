package io.nomen.method;

import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.WidestMargin;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.semantics.NounSubspace;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nomen's own method: the labelling of widest margin ({@link WidestMargin}) of the images in the
 * noun subspace, and of what the nouns say of them where the nouns fit. Far fewer and larger steps
 * than TURTLE's: 200 in place of 6,000.
 *
 * <p>It is trained on a sample of the images, each averaged with its nearest neighbours. A few
 * hundred images are parted by linear heads in any way whatever; averaged they part along classes,
 * and one training ends much like the next.
 *
 * <p>The margin rewards equal sizes and tears classes as unequal as Caltech-101's apart: where
 * average linkage separates the images far better, or the graph of neighbours ({@link
 * SpectralGroups}) somewhat better, that takes its place ({@link SeparationChoice}).
 */
public final class NomenMethod extends ClusteringMethod {
  static final String NAME = "nomen";

  /** 200 steps, or fewer where the loss settles. */
  private static final int EPOCHS = 10;

  private static final double TOLERANCE = 5e-4;

  private static final int BATCH = 10_000;

  /** So many of the sample are trained on, but within these bounds per cluster. */
  private static final int TRAINED = 4_096;

  private static final int FEWEST_PER_CLUSTER = 16;
  private static final int MOST_PER_CLUSTER = 200;

  /** Trainings on few images end in places of unlike quality; the lowest loss is often the best. */
  private static final int REPLICAS_OF_FEW = 3;

  private static final double RATE = 1e-2;
  private static final double BALANCE = 10;
  private static final double SCALE = 10;
  private static final int FIT_STEPS = 10;

  /** Images count twice as much as texts. */
  private static final double IMAGES = 2;

  NomenMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    try (NomenInputs inputs = NomenInputs.of(input, NAME)) {
      return new SeparationChoice(input, inputs).linkageOrGraphOr(() -> trained(input, inputs));
    }
  }

  /** The widest margin alone. */
  static Clustering trained(MethodInput input, NomenInputs inputs) {
    Replicas replicas = train(input, inputs);
    TrainedHead head = HeadModel.canonical(inputs.rows(), replicas.best().head());
    Clustering fit =
        Clustering.of(
            HeadModel.assign(inputs.rows(), head),
            new Model(inputs.subspace(), head),
            Optional.of(inputs.semantics()),
            Findings.of(HeadFit.findings(replicas)));
    return inputs
        .withFindings(fit)
        .withRestarts(HeadFit.models(replicas, replica -> new Model(inputs.subspace(), replica)));
  }

  private static Replicas train(MethodInput input, NomenInputs inputs) {
    TrainingOptions training = input.options().training();
    int most = Math.min(training.trainMax(), trained(input.clusters()));
    List<TrainingSet.View> views =
        inputs.smoothedViews().stream().map(rows -> view(RowSample.even(rows, most))).toList();
    List<Double> weights = views.size() == 1 ? List.of(1.0) : List.of(IMAGES, 1.0);
    WidestMargin objective =
        new WidestMargin(
            views.stream().map(TrainingSet.View::width).toList(),
            weights,
            input.clusters(),
            BALANCE,
            SCALE,
            FIT_STEPS,
            RATE);
    int batch = training.batchSize().orElse(BATCH);
    TrainerSettings settings =
        new TrainerSettings(
            training.epochs().orElse(EPOCHS),
            training.epochs().isPresent() ? 0 : TOLERANCE,
            batch,
            RATE,
            training.shards(),
            1,
            input.seed());
    boolean few = inputs.sample().rows() == inputs.rows().rows();
    return new HeadFit(input, few ? REPLICAS_OF_FEW : 1)
        .run(views, objective, settings, objective::initial, EpochPreparation.NONE);
  }

  private static int trained(int clusters) {
    return Math.min(Math.max(TRAINED, FEWEST_PER_CLUSTER * clusters), MOST_PER_CLUSTER * clusters);
  }

  /** A view of rows alone: the margin draws no neighbours. */
  static TrainingSet.View view(RowBlocks rows) {
    return new TrainingSet.View(rows.width(), TrainingSet.collectHalves(rows), new int[0], 0);
  }

  /**
   * A linear head in the noun subspace: a new image needs no nouns.
   *
   * @param axes how images come before the head
   */
  record Model(NounSubspace axes, TrainedHead head) implements HeadModel {

    static Model of(ModelParts parts) {
      return new Model(CentreModel.subspace(parts), parts.linearHead());
    }

    @Override
    public String method() {
      return NAME;
    }

    @Override
    public int width() {
      return axes.mean().width();
    }

    @Override
    public Optional<NounSubspace> subspace() {
      return Optional.of(axes);
    }

    @Override
    public RowBlock features(RowBlock embeddings, Optional<RowBlock> norms) {
      return axes.of(embeddings);
    }

    @Override
    public ModelParts parts() {
      Map<String, Matrix> matrices = new LinkedHashMap<>(CentreModel.matrices(axes));
      matrices.putAll(ModelParts.matrices(head));
      return new ModelParts(NAME, CentreModel.settings(axes), matrices);
    }
  }
}
