package io.nomen.naming;

import io.nomen.naming.Concepts.Concept;
import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How much a meaning says about a picture. */
final class Specificity {
  /**
   * Kinds under a meaning from which on its name says nothing: artifact has 10,721, instrumentality
   * 5,600, device 2,776; vehicle has 528, bird 872.
   */
  private static final int TOO_MANY_KINDS = 2000;

  /** As broad, but words that people use for what they see. */
  private static final Set<String> EVERYDAY = Set.of("person.n.01", "animal.n.01", "plant.n.02");

  /** Steps from the root: living thing has 4, animal 6, vehicle 7, dog 8. */
  private static final int LEAST_DEPTH = 6;

  /** Tags and mentions from which on a hypernym's word is one that people say. */
  private static final int COMMON = 5;

  /** Mammals are 1.04 times as many as placentals, canines 1.2 times as many as dogs. */
  private static final double HARDLY_WIDER = 1.1;

  private final WordNet wordnet = WordNet.get();
  private final ReadableName readable = new ReadableName();
  private final Map<String, Boolean> broad = new HashMap<>();
  private final Map<String, Boolean> kinds = new HashMap<>();

  /** Whether thousands of things are kinds of it: "artifact", but also "animal". */
  boolean isBroad(Sense sense) {
    return broad.computeIfAbsent(sense.id(), id -> wordnet.subtreeSize(id) >= TOO_MANY_KINDS);
  }

  /** Whether the name would say nothing: "artifact", "living thing". */
  boolean saysNothing(Sense sense) {
    return !EVERYDAY.contains(sense.id()) && isBroad(sense);
  }

  /** Whether it is specific enough, and common enough as a word, to call several things by it. */
  boolean isKind(Sense sense) {
    return kinds.computeIfAbsent(
        sense.id(),
        id ->
            sense.depth() >= LEAST_DEPTH
                && !saysNothing(sense)
                && use(sense) >= COMMON
                && !isOvershadowed(sense));
  }

  /** Whether what stands above it is hardly wider and said more: "mammal" above "placental". */
  private boolean isOvershadowed(Sense sense) {
    return wordnet.hypernyms(sense.id()).stream()
        .filter(up -> wordnet.subtreeSize(up.id()) < HARDLY_WIDER * wordnet.subtreeSize(sense.id()))
        .anyMatch(up -> use(up) > use(sense));
  }

  private int use(Sense sense) {
    return readable.use(readable.of(sense), sense);
  }

  boolean saysNothing(Concept concept) {
    return concept.sense().filter(this::saysNothing).isPresent();
  }

  /** Whether it is nothing that has a body; a word that WordNet does not know is taken to have. */
  boolean isAbstract(Concept concept) {
    Optional<Sense> sense = concept.sense();
    return sense.isPresent() && !wordnet.isPhysical(sense.get().id());
  }
}
