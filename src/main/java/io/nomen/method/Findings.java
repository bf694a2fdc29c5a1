package io.nomen.method;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.nomen.heads.Trainer.TrainingHistory;
import io.nomen.neighbours.NeighbourLists;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a method found out about its own fit, without a label: for {@code run.json}, remarks and the
 * gallery.
 *
 * @param parts in no order, each kind at most once; which there are depends on the method
 */
public record Findings(List<Part> parts) {

  public Findings {
    parts = List.copyOf(parts);
  }

  /** Findings of {@code parts}. */
  public static Findings of(Part... parts) {
    return new Findings(List.of(parts));
  }

  /** The same with {@code part}. */
  public Findings and(Part part) {
    List<Part> more = new ArrayList<>(parts);
    more.add(part);
    return new Findings(more);
  }

  /** The part of this kind, where the method has it. */
  public <T extends Part> Optional<T> part(Class<T> kind) {
    return parts.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  /**
   * One kind of finding, a record; who makes a run may add kinds. {@code run.json} has it as an
   * object under its {@link JsonTypeName}, or its numbers beside those of the others.
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  @JsonPropertyOrder(alphabetic = true)
  public interface Part {}

  /**
   * How sure the model is.
   *
   * @param meanConfidence over all rows, 0 to 1
   */
  public record Confidence(double meanConfidence) implements Part {}

  /**
   * What k-means reached.
   *
   * @param objective mean cosine of all rows to their centres
   * @param objectives the same for all starts that were carried to the end, best first
   * @param passes over all rows
   */
  public record KMeans(double objective, List<Double> objectives, int passes) implements Part {}

  /**
   * How training went.
   *
   * @param loss of the last epoch of the training that counts
   * @param replicaLosses of all trainings, in the order of their seeds
   * @param replicaSeed seed of the training that counts
   * @param epochs its history
   */
  public record Training(
      double loss, List<Double> replicaLosses, long replicaSeed, List<TrainingHistory.Epoch> epochs)
      implements Part {

    /** The numbers of the epochs that the history tells of. */
    public double[] epochNumbers() {
      return epochs.stream().mapToDouble(TrainingHistory.Epoch::epoch).toArray();
    }

    /** Each term of the loss by epoch; NaN where an epoch lacks it. */
    public Map<String, double[]> terms() {
      Map<String, double[]> terms = new TreeMap<>();
      for (TrainingHistory.Epoch epoch : epochs) {
        for (String term : epoch.terms().keySet()) {
          terms.computeIfAbsent(
              term,
              name ->
                  epochs.stream()
                      .mapToDouble(e -> e.terms().getOrDefault(name, Double.NaN))
                      .toArray());
        }
      }
      return terms;
    }
  }

  /**
   * How the nearest neighbours were searched.
   *
   * @param neighbours where there was one search
   * @param imageNeighbours where images and texts were searched apart
   */
  public record Neighbours(
      Optional<NeighbourLists.Report> neighbours,
      Optional<NeighbourLists.Report> imageNeighbours,
      Optional<NeighbourLists.Report> textNeighbours)
      implements Part {

    static Neighbours of(NeighbourLists.Report search) {
      return new Neighbours(Optional.of(search), Optional.empty(), Optional.empty());
    }

    static Neighbours of(NeighbourLists.Report images, NeighbourLists.Report texts) {
      return new Neighbours(Optional.empty(), Optional.of(images), Optional.of(texts));
    }
  }

  /**
   * The noun subspace that images were seen in.
   *
   * @param axes how many
   * @param share of the nouns' variance that lies along them, 0 to 1
   */
  @JsonTypeName("subspace")
  public record Subspace(int axes, double share) implements Part {}

  /**
   * How well the nouns describe the images.
   *
   * @param rho ρ over all images; near 1 the nouns fit, far below they are beside the point
   * @param rhoPerCluster [K]
   * @param fitPerCluster [K] the same in a word
   * @param textsJoin whether the texts were let in
   * @param words ρ in a sentence for people
   */
  @JsonTypeName("text_agreement")
  public record Agreement(
      double rho,
      List<Double> rhoPerCluster,
      List<String> fitPerCluster,
      boolean textsJoin,
      String words)
      implements Part {}

  /**
   * Average linkage beside the clusters that the method ends in otherwise, by their silhouettes:
   * geometric means of that among the images and that among averages of neighbours.
   *
   * @param taken whether the clusters are linkage's
   * @param silhouette linkage's after one smoothing
   * @param silhouetteOtherwise empty where linkage was wanted anyway
   */
  @JsonTypeName("linkage")
  public record LinkageComparison(
      boolean taken,
      double silhouette,
      double silhouetteSmoothedTwice,
      Optional<Double> silhouetteOtherwise)
      implements Part {

    /** The higher of linkage's two. */
    public double best() {
      return Math.max(silhouette, silhouetteSmoothedTwice);
    }
  }

  /**
   * The groups of the graph of neighbours beside those of the widest margin, by the same measure.
   *
   * @param taken whether the clusters, where they are not linkage's, are the graph's
   * @param silhouette the graph's
   */
  @JsonTypeName("graph")
  public record GraphComparison(boolean taken, double silhouette, double silhouetteOtherwise)
      implements Part {}

  /**
   * SIC's semantic space and its bound on the risk.
   *
   * @param mapping how clusters got their semantic centres
   * @param semanticNouns how many nouns the space holds
   * @param generalNounsLeftOut whether nouns near the mean of all were left out
   * @param riskBound what the bound is made of, by name
   */
  public record SemanticConsistency(
      String mapping, int semanticNouns, boolean generalNounsLeftOut, Map<String, Double> riskBound)
      implements Part {}

  /**
   * The classes that were given.
   *
   * @param classes how many
   * @param emptyClasses words of those that no image is nearest to
   */
  public record Classes(int classes, List<String> emptyClasses) implements Part {}
}
