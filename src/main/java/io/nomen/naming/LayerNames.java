package io.nomen.naming;

import io.nomen.RootLocale;
import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Names of clusters that are made of named clusters: by what these are kinds of, where most of them
 * are kinds of one thing that people have a word for; otherwise by the images; otherwise by a list.
 */
public final class LayerNames {
  /** Share of the images that must be of a kind for the whole to be called by it. */
  private static final double MOST = 0.75;

  private static final int LISTED = 2;

  private final WordNet wordnet = WordNet.get();
  private final Specificity specificity = new Specificity();
  private final ReadableName readable = new ReadableName();

  /**
   * A cluster that another is made of.
   *
   * @param parts what it is made of itself
   */
  public record Part(ClusterName name, long size, List<Part> parts) {
    private Stream<Part> all() {
      return Stream.concat(Stream.of(this), parts.stream().flatMap(Part::all));
    }
  }

  /**
   * Names all clusters of a layer.
   *
   * @param parts of each cluster, by its number
   * @param byImages the name that the images of each cluster would give it
   */
  public static Map<Integer, ClusterName> of(
      Map<Integer, List<Part>> parts, Map<Integer, ClusterName> byImages) {
    LayerNames names = new LayerNames();
    Map<Integer, ClusterName> all = new HashMap<>();
    Set<String> taken = new HashSet<>();
    parts.entrySet().stream()
        .filter(entry -> entry.getValue().size() == 1)
        .forEach(
            entry -> {
              ClusterName only = entry.getValue().get(0).name();
              all.put(entry.getKey(), only);
              taken.add(only.name().toLowerCase(Locale.ROOT));
            });
    // The largest chooses first.
    parts.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .sorted(Comparator.comparingLong(entry -> -size(entry.getValue())))
        .forEach(
            entry -> {
              ClusterName name = names.one(entry.getValue(), byImages.get(entry.getKey()), taken);
              all.put(entry.getKey(), name);
              taken.add(name.name().toLowerCase(Locale.ROOT));
            });
    return all;
  }

  private static long size(List<Part> parts) {
    return parts.stream().mapToLong(Part::size).sum();
  }

  private ClusterName one(List<Part> parts, ClusterName byImages, Set<String> taken) {
    Optional<Sense> kind = kind(parts);
    String shared = kind.map(readable::of).orElse("");
    if (kind.isPresent() && !taken.contains(shared.toLowerCase(Locale.ROOT))) {
      return new ClusterName(
          shared,
          true,
          kind.get().gloss(),
          byImages == null ? List.of() : byImages.nouns(),
          Optional.of(kind.get().id()),
          parts.stream().map(part -> part.name().name()).toList(),
          "most of what it is made of are kinds of it");
    }
    if (byImages != null
        && byImages.named()
        && !taken.contains(byImages.name().toLowerCase(Locale.ROOT))
        && !saysOnePart(byImages, parts)) {
      return byImages;
    }
    List<String> largest =
        parts.stream()
            .sorted(Comparator.comparingLong((Part part) -> -part.size()))
            .map(part -> part.name().name())
            .toList();
    String list =
        String.join(", ", largest.subList(0, Math.min(LISTED, largest.size())))
            + (largest.size() > LISTED
                ? RootLocale.format(" and %d more", largest.size() - LISTED)
                : "");
    return new ClusterName(
        list,
        false,
        "",
        byImages == null ? List.of() : byImages.nouns(),
        Optional.empty(),
        largest,
        "it is made of different things, and no noun stands out in all of them");
  }

  /** Whether a name is that of one part, or of a part of one, which is not most of the whole. */
  private boolean saysOnePart(ClusterName name, List<Part> parts) {
    Optional<String> meaning = meaning(name);
    return parts.stream()
        .flatMap(Part::all)
        .filter(part -> part.size() < MOST * size(parts))
        .anyMatch(
            part ->
                part.name().name().equalsIgnoreCase(name.name())
                    || (meaning.isPresent() && meaning(part.name()).equals(meaning)));
  }

  /** The narrowest thing that people have a word for and most of the images are a kind of. */
  private Optional<Sense> kind(List<Part> parts) {
    Map<String, Long> held = new HashMap<>();
    for (Part part : parts) {
      for (String meaning : meanings(part.name())) {
        held.merge(meaning, part.size(), Long::sum);
      }
    }
    double enough = MOST * size(parts);
    return held.entrySet().stream()
        .filter(entry -> entry.getValue() >= enough)
        .map(entry -> wordnet.sense(entry.getKey()).orElseThrow())
        .filter(sense -> specificity.isKind(sense) && !specificity.saysNothing(sense))
        .min(
            Comparator.comparingInt((Sense sense) -> wordnet.subtreeSize(sense.id()))
                .thenComparing(Sense::id));
  }

  /** What a name means, where somebody knows. */
  private Optional<String> meaning(ClusterName name) {
    return name.named()
        ? name.hypernym()
            .or(
                () ->
                    name.nouns().stream()
                        .filter(noun -> noun.lemma().equals(name.name()))
                        .flatMap(noun -> noun.synset().stream())
                        .findFirst())
            .filter(id -> wordnet.sense(id).isPresent())
        : Optional.empty();
  }

  /** What a name means and all that this is a kind of. */
  private Set<String> meanings(ClusterName name) {
    Set<String> all = new HashSet<>();
    meaning(name)
        .ifPresent(
            id -> {
              all.add(id);
              all.addAll(wordnet.ancestors(id));
            });
    return all;
  }

  /** Names of the parts that a cluster was cut into: new ones, unless it stayed whole. */
  public static Map<Integer, ClusterName> ofParts(
      Map<Integer, List<Integer>> partsOf,
      Map<Integer, ClusterName> whole,
      Map<Integer, ClusterName> byImages) {
    Map<Integer, ClusterName> all = new HashMap<>();
    Set<String> taken = new HashSet<>();
    List<Integer> cut = new ArrayList<>();
    partsOf.forEach(
        (cluster, parts) -> {
          if (parts.size() == 1) {
            all.put(parts.get(0), whole.get(cluster));
            taken.add(whole.get(cluster).name().toLowerCase(Locale.ROOT));
          } else {
            cut.addAll(parts);
          }
        });
    for (int part : cut) {
      ClusterName name = byImages.get(part);
      boolean free = name.named() && taken.add(name.name().toLowerCase(Locale.ROOT));
      all.put(part, free ? name : name.unnamed(part));
    }
    return all;
  }
}
