package io.nomen.naming;

import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How well names of clusters say what their classes are called. A class is the label that most
 * images of a cluster have.
 *
 * <p>Word overlap is CaSED's (Conti et al., NeurIPS 2023, arXiv 2306.00917): the share of words
 * that name and label have in common among all that they have together.
 *
 * @param clusters how many clusters there are
 * @param byWord how many are called by the label itself, up to capitals and plural
 * @param byLemma how many by that or another lemma of one of its synsets
 * @param byHypernym how many by that or a hypernym of it within two steps
 * @param wordOverlap mean over the images, 0 to 1
 * @param rows what was compared
 */
public record NameScores(
    int clusters, int byWord, int byLemma, int byHypernym, double wordOverlap, List<Row> rows) {
  private static final int STEPS_UP = 2;

  /** What a name is to a label; of several the first. */
  public enum Match {
    WORD,
    LEMMA,
    HYPERNYM,
    NONE
  }

  /**
   * One cluster.
   *
   * @param cluster its number
   * @param name what it is called
   * @param label what most of its images are
   */
  public record Row(int cluster, String name, String label, Match match) {}

  /**
   * A named cluster.
   *
   * @param images how many it has
   */
  public record Named(int cluster, String name, String label, long images) {}

  /** Compares all names with their labels. */
  public static NameScores of(List<Named> named, WordNet wordnet) {
    List<Row> rows = new ArrayList<>();
    double overlap = 0;
    long images = 0;
    for (Named cluster : named) {
      Match match = match(cluster.name(), cluster.label(), wordnet);
      rows.add(new Row(cluster.cluster(), cluster.name(), cluster.label(), match));
      overlap += cluster.images() * overlap(cluster.name(), cluster.label(), wordnet);
      images += cluster.images();
    }
    int byWord = count(rows, Match.WORD);
    int byLemma = byWord + count(rows, Match.LEMMA);
    int byHypernym = byLemma + count(rows, Match.HYPERNYM);
    return new NameScores(
        named.size(),
        byWord,
        byLemma,
        byHypernym,
        overlap / Math.max(1, images),
        List.copyOf(rows));
  }

  private static int count(List<Row> rows, Match match) {
    return (int) rows.stream().filter(row -> row.match() == match).count();
  }

  /** What is told at the command line. */
  public Map<String, Object> summary() {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("clusters", clusters);
    summary.put("by_word", byWord);
    summary.put("by_lemma", byLemma);
    summary.put("by_hypernym", byHypernym);
    summary.put("word_overlap", Math.round(wordOverlap * 10_000) / 100.0);
    return summary;
  }

  static Match match(String name, String label, WordNet wordnet) {
    String said = form(name, wordnet);
    String meant = form(label, wordnet);
    if (said.equals(meant)) {
      return Match.WORD;
    }
    Set<String> meanings = ids(senses(name, wordnet));
    List<Sense> level = senses(label, wordnet);
    for (int step = 0; step <= STEPS_UP; step++) {
      if (ids(level).stream().anyMatch(meanings::contains)) {
        return step == 0 ? Match.LEMMA : Match.HYPERNYM;
      }
      level = level.stream().flatMap(sense -> wordnet.hypernyms(sense.id()).stream()).toList();
    }
    return Match.NONE;
  }

  private static double overlap(String name, String label, WordNet wordnet) {
    Set<String> said = words(name, wordnet);
    Set<String> meant = words(label, wordnet);
    Set<String> all = new HashSet<>(said);
    all.addAll(meant);
    said.retainAll(meant);
    return (double) said.size() / Math.max(1, all.size());
  }

  private static Set<String> words(String text, WordNet wordnet) {
    return new HashSet<>(Arrays.asList(form(text, wordnet).split(" ", -1)));
  }

  /** WordNet has some words with hyphens alone: a T-shirt, a jack-o'-lantern. */
  private static List<Sense> senses(String text, WordNet wordnet) {
    List<Sense> plain = wordnet.senses(form(text, wordnet));
    return plain.isEmpty() ? wordnet.senses(form(text, "[_\\s]+", wordnet)) : plain;
  }

  /** Small letters, spaces, singular, without what stands in parentheses. */
  private static String form(String text, WordNet wordnet) {
    return form(text, "[_\\s-]+", wordnet);
  }

  private static String form(String text, String spaces, WordNet wordnet) {
    String plain = text.replaceAll("\\([^)]*\\)", " ").replaceAll(spaces, " ").strip();
    return wordnet.singular(plain.toLowerCase(Locale.ROOT));
  }

  private static Set<String> ids(List<Sense> senses) {
    Set<String> ids = new HashSet<>();
    senses.forEach(sense -> ids.add(sense.id()));
    return ids;
  }
}
