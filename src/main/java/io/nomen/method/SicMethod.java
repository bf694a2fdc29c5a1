package io.nomen.method;

import io.nomen.heads.Replicas;
import io.nomen.heads.SemanticConsistency;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.Trainer.TrainingHistory.Epoch;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.TrainingState;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.storage.StorageLevel;

/**
 * SIC (Cai et al., AAAI 2023, arXiv 2208.09849): a linear head that begins as k-means and is pulled
 * towards pseudo-labels from nouns, and towards agreement between neighbours.
 *
 * <p>The published code keeps the epoch with the best accuracy by labels. Here the number of epochs
 * is fixed and the last one counts.
 */
public final class SicMethod extends ClusteringMethod {
  static final String NAME = "sic";

  private static final int NEIGHBOURS = 20;
  private static final int EPOCHS = 20;
  private static final int BATCH = 128;
  private static final double RATE = 1e-4;
  private static final double BALANCE = 5;
  private static final double SEMANTICS = 0.1;

  /** a, how sharply the first head tells the nearest centre. */
  private static final double SHARPNESS = 0.05;

  SicMethod() {
    super(NAME, true);
  }

  @Override
  public Clustering cluster(MethodInput input) {
    NounMatrix nouns = input.requireNouns("Method sic");
    boolean known = UnnormalisedRows.known(input.norms());
    int most = input.options().training().trainMax();
    RowBlocks all = UnnormalisedRows.of(input.embeddings(), input.norms(), known);
    RowBlocks embeddings = RowSample.even(input.embeddings(), most);
    embeddings.persist(StorageLevel.MEMORY_AND_DISK());
    RowBlocks features = RowSample.even(all, most).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Start start = input.progress().stage("k-means", () -> start(input, embeddings, features));
      SicSpace space = SicSpace.of(start.directions(), nouns);
      SicMapping mapping = input.options().training().mapping();
      Function<TrainedHead, SicSpace.Centres> centring =
          mapping.centring(space, embeddings, features, start.members(), start.directions());
      int cells = (int) Math.max(1, embeddings.rows() / 300);
      HeadFit.View view =
          HeadFit.view(input, "neighbours", embeddings, features, cells, NEIGHBOURS);
      EpochPreparation pseudoLabels = (epoch, current) -> centring.apply(current).rows().values();
      Replicas replicas = train(input, view.rows(), start.centres(), pseudoLabels);
      TrainedHead trained = replicas.best().head();
      int[] order =
          ClusterSizes.of(HeadModel.assign(all, trained), trained.shape().clusters()).order();
      SicSpace.Centres centres = centring.apply(trained).ordered(order);
      TrainedHead head = trained.ordered(order);
      return Clustering.of(
              HeadModel.assign(all, head),
              new HeadModel.Linear(NAME, head, known),
              Optional.of(space.around(centres)),
              Findings.of(
                  Findings.Neighbours.of(view.search()),
                  RiskBound.training(replicas, view.rows()),
                  new Findings.SemanticConsistency(
                      mapping.word(),
                      space.numbers().length,
                      space.unique(),
                      RiskBound.of(replicas, view.rows()))))
          .withCentreNouns(space.inVocabulary(centres))
          .withRestarts(
              HeadFit.models(replicas, replica -> new HeadModel.Linear(NAME, replica, known)));
    } finally {
      features.unpersist();
      if (!embeddings.equals(input.embeddings())) {
        embeddings.unpersist();
      }
    }
  }

  /**
   * What k-means gives to begin with.
   *
   * @param centres [K, d] means of the features
   * @param directions the same as unit rows
   * @param members rows of each cluster
   */
  private record Start(Matrix centres, Matrix directions, List<int[]> members) {}

  private static Start start(MethodInput input, RowBlocks embeddings, RowBlocks features) {
    Matrix found =
        SphericalKMeans.fit(embeddings, input.clusters(), input.options().kmeans(), input.seed())
            .best()
            .rows();
    int[] clusters = AssignmentBlock.clusters(CentreAssignment.assign(embeddings, found));
    List<int[]> members = members(clusters, found.rows());
    Matrix centres = SicMapping.means(features, members, UnnormalisedRows.largest(features));
    return new Start(centres, centres.unit(), members);
  }

  /** The rows of each of {@code count} clusters. */
  private static List<int[]> members(int[] clusters, int count) {
    int[] sizes = new int[count];
    for (int cluster : clusters) {
      sizes[cluster]++;
    }
    int[][] members = new int[count][];
    Arrays.setAll(members, k -> new int[sizes[k]]);
    for (int row = clusters.length - 1; row >= 0; row--) {
      members[clusters[row]][--sizes[clusters[row]]] = row;
    }
    return List.of(members);
  }

  private static Replicas train(
      MethodInput input, TrainingSet.View view, Matrix centres, EpochPreparation pseudoLabels) {
    SemanticConsistency objective =
        new SemanticConsistency(view.width(), centres.rows(), BALANCE, SEMANTICS);
    TrainingOptions training = input.options().training();
    TrainerSettings settings =
        new TrainerSettings(
            training.epochs().orElse(EPOCHS),
            0,
            training.batchSize().orElse(BATCH),
            RATE,
            training.shards(),
            training.localSteps(),
            input.seed());
    float[] begin = objective.imageHead().nearestCentre(centres.values(), SHARPNESS);
    return new HeadFit(input, 1)
        .run(
            List.of(view),
            objective,
            settings,
            seed -> TrainingState.begin(begin.clone(), new float[0]),
            pseudoLabels);
  }

  /**
   * What SIC's bound on the risk is made of (arXiv 2208.09849, section 4), which no label is needed
   * for: the risk falls with the consistency of neighbours and with confidence, and rises with how
   * unevenly images serve as neighbours.
   */
  private static final class RiskBound {
    private static final String IMBALANCE = "neighbourhood_imbalance";
    private static final List<String> QUANTITIES =
        List.of("neighbour_consistency", "confidence", IMBALANCE);

    /** What came of training, with the three quantities in every epoch. */
    static Findings.Training training(Replicas replicas, TrainingSet.View view) {
      Findings.Training found = HeadFit.findings(replicas);
      double imbalance = imbalance(view);
      List<Epoch> epochs = found.epochs().stream().map(epoch -> with(epoch, imbalance)).toList();
      return new Findings.Training(
          found.loss(), found.replicaLosses(), found.replicaSeed(), epochs);
    }

    /** The three quantities after the last epoch. */
    static Map<String, Double> of(Replicas replicas, TrainingSet.View view) {
      List<Epoch> epochs = replicas.best().history().epochs();
      Map<String, Double> last = with(epochs.get(epochs.size() - 1), imbalance(view)).terms();
      Map<String, Double> bound = new TreeMap<>(last);
      bound.keySet().retainAll(QUANTITIES);
      return bound;
    }

    /** Neighbours are found once, so that their imbalance is the same in every epoch. */
    private static Epoch with(Epoch epoch, double imbalance) {
      Map<String, Double> terms = new LinkedHashMap<>(epoch.terms());
      terms.put(IMBALANCE, imbalance);
      return new Epoch(epoch.epoch(), terms);
    }

    /** How often the image listed most often is listed as a neighbour, over the mean. */
    private static double imbalance(TrainingSet.View view) {
      int[] listed = new int[view.rows()];
      int most = 0;
      for (int row : view.neighbours()) {
        most = Math.max(most, ++listed[row]);
      }
      return (double) most / view.count();
    }
  }
}
