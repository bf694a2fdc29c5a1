package io.nomen.naming;

import io.nomen.naming.Concepts.Concept;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Whether a cluster is of a place or of what is seen there. Photographs of aeroplanes are of
 * airstrips too, by every score: what can be somewhere else, an animal or a vehicle, is what they
 * are of, where it is clear enough.
 */
final class SceneChoice {
  private static final Set<String> PLACES =
      Set.of("location.n.01", "facility.n.01", "geological_formation.n.01", "way.n.06");

  private static final Set<String> MOVABLE = Set.of("animal.n.01", "conveyance.n.03");

  /** What all movable things must have of the score that all places have. */
  private static final double CLEAR = 0.5;

  private final List<Concept> concepts;
  private final int[] places;
  private final int[] movable;

  SceneChoice(List<Concept> concepts) {
    this.concepts = concepts;
    places = under(PLACES);
    movable = under(MOVABLE);
  }

  private int[] under(Set<String> kinds) {
    return IntStream.range(0, concepts.size())
        .filter(j -> isUnder(concepts.get(j), kinds))
        .toArray();
  }

  static boolean isPlace(Concept concept) {
    return isUnder(concept, PLACES);
  }

  private static boolean isUnder(Concept concept, Set<String> kinds) {
    return kinds.stream().anyMatch(concept::isUnder);
  }

  /**
   * A cluster's scores as shares of what is no place.
   *
   * @param place the best of the places that were left aside
   * @param factor what scores are multiplied with
   */
  record Things(String place, float[] scores, double factor) {}

  /**
   * The scores without those of places, where the cluster is of something else; empty where no
   * place is the best noun.
   *
   * @param scores [m] of a cluster
   * @param noise what one of the things must exceed
   */
  Optional<Things> of(float[] scores, double noise) {
    Optional<Concept> best =
        concepts.stream().max(Comparator.comparingDouble(concept -> concept.score(scores)));
    double ofPlaces = sum(places, scores);
    if (best.filter(SceneChoice::isPlace).isEmpty()
        || sum(movable, scores) < CLEAR * ofPlaces
        || IntStream.of(movable).noneMatch(j -> concepts.get(j).score(scores) > noise)) {
      return Optional.empty();
    }
    float[] things = scores.clone();
    double factor = 1 / (1 - ofPlaces);
    for (int n = 0; n < things.length; n++) {
      things[n] *= (float) factor;
    }
    for (int j : places) {
      for (int noun : concepts.get(j).nouns()) {
        things[noun] = 0;
      }
    }
    return Optional.of(new Things(best.get().name(), things, factor));
  }

  private double sum(int[] which, float[] scores) {
    return IntStream.of(which).mapToDouble(j -> Math.max(0, concepts.get(j).score(scores))).sum();
  }
}
