package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.heads.Anchors;
import io.nomen.heads.Replicas;
import io.nomen.heads.SemanticConsistency;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.TrainingState;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.storage.StorageLevel;

/**
 * SIC (Cai et al., AAAI 2023, arXiv 2208.09849): a linear head that begins as k-means and is pulled
 * towards pseudo-labels from nouns, and towards agreement between neighbours.
 *
 * <p>The published code keeps the epoch with the best accuracy by labels. Here the number of epochs
 * is fixed and the last one counts.
 */
public final class SicMethod implements ClusteringMethod {
  static final String NAME = "sic";

  private static final int NEIGHBOURS = 20;
  private static final int EPOCHS = 20;
  private static final int BATCH = 128;
  private static final double RATE = 1e-4;
  private static final double BALANCE = 5;
  private static final double SEMANTICS = 0.1;

  /** a, how sharply the first head tells the nearest centre. */
  private static final double SHARPNESS = 0.05;

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
    NounMatrix nouns =
        input
            .nouns()
            .orElseThrow(() -> NomenException.usage("Method sic needs nouns; give --vocabulary."));
    boolean known = SicFeatures.known(input.norms());
    int most = input.options().training().trainMax();
    RowBlocks all = SicFeatures.of(input.embeddings(), input.norms(), known);
    RowBlocks embeddings = RowSample.even(input.embeddings(), most);
    RowBlocks features = RowSample.even(all, most).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Start start = start(input, embeddings, features);
      SicSpace space = SicSpace.of(start.directions(), nouns);
      SicMapping mapping = input.options().training().mapping();
      Function<TrainedHead, SicCentres> centring =
          mapping.centring(space, embeddings, features, start.members(), start.directions());
      Map<String, Object> quality = new LinkedHashMap<>();
      quality.put("mapping", mapping.word());
      quality.put("semantic_nouns", space.numbers().length);
      quality.put("general_nouns_left_out", space.unique());
      TrainingSet.View view = view(input, embeddings, features, quality);
      Anchors anchors = (epoch, current) -> centring.apply(current).rows().values();
      Replicas replicas = train(input, view, start.centres(), anchors);
      quality.putAll(SicTheory.told(replicas, view));
      TrainedHead trained = replicas.best().head();
      int[] order =
          ClusterSizes.of(HeadAssignment.assign(all, trained), trained.shape().clusters()).order();
      SicCentres centres = centring.apply(trained).ordered(order);
      TrainedHead head = trained.ordered(order);
      return HeadAssignment.finished(
              all, head, new SicModel(head, known), Optional.of(space.around(centres)), quality)
          .madeOf(space.inVocabulary(centres))
          .among(HeadFit.models(replicas, replica -> new SicModel(replica, known)));
    } finally {
      features.unpersist();
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
    input.progress().at("k-means", 0, 1);
    Matrix found =
        SphericalKMeans.fit(embeddings, input.clusters(), input.options().kmeans(), input.seed())
            .best()
            .rows();
    List<List<Integer>> members = new ArrayList<>();
    for (int k = 0; k < found.rows(); k++) {
      members.add(new ArrayList<>());
    }
    int[] clusters = AssignmentBlock.clusters(CentreAssignment.assign(embeddings, found));
    for (int row = 0; row < clusters.length; row++) {
      members.get(clusters[row]).add(row);
    }
    List<int[]> rows =
        members.stream().map(m -> m.stream().mapToInt(Integer::intValue).toArray()).toList();
    Matrix centres = GroupMeans.of(features, rows);
    input.progress().at("k-means", 1, 1);
    return new Start(centres, centres.unit(), rows);
  }

  private static TrainingSet.View view(
      MethodInput input, RowBlocks embeddings, RowBlocks features, Map<String, Object> quality) {
    int cells = (int) Math.max(1, embeddings.rows() / 300);
    int count = input.options().training().neighbours().orElse(NEIGHBOURS);
    try (NeighbourLists lists = input.neighbours("neighbours", embeddings, cells, count)) {
      TrainingSet.View view = HeadFit.view(features, lists);
      quality.put("neighbours", lists.report());
      return view;
    }
  }

  private static Replicas train(
      MethodInput input, TrainingSet.View view, Matrix centres, Anchors anchors) {
    SemanticConsistency objective =
        new SemanticConsistency(view.width(), centres.rows(), BALANCE, SEMANTICS);
    TrainingOptions training = input.options().training();
    TrainerSettings settings =
        new TrainerSettings(
            training.epochs().orElse(EPOCHS),
            training.batchSize().orElse(BATCH),
            RATE,
            TrainerSettings.Schedule.CONSTANT,
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
            anchors);
  }
}
