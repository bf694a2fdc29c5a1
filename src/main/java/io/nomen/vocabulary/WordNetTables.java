package io.nomen.vocabulary;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * WordNet's nouns as plain arrays, from Princeton's own files (formats: wndb(5WN), cntlist(5WN)).
 *
 * @param ids {@code dog.n.01} of synset s
 * @param glosses definitions without examples
 * @param lemmas words of synset s with spaces and capitals, in WordNet's order
 * @param tagCounts how often each of those words was tagged with this sense in Princeton's corpus
 * @param hypernyms numbers of the synsets right above s, kinds and instances alike
 * @param instances whether s is an instance (a person, a place)
 * @param senses lower-case lemma to its synsets in the order of their sense numbers; the keys come
 *     in alphabetical order
 * @param exceptions irregular plurals to their singular forms
 */
record WordNetTables(
    String[] ids,
    String[] glosses,
    String[][] lemmas,
    int[][] tagCounts,
    int[][] hypernyms,
    boolean[] instances,
    Map<String, int[]> senses,
    Map<String, String> exceptions) {

  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";

  /** What WordNet calls a noun in its keys of senses. */
  private static final String NOUN = "%1:";

  /** Reads WordNet 3.1 from the class path: half a second, about 40 MB. */
  static WordNetTables load() {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    eachLine(
        "data.noun",
        line -> {
          numbers.put(line.substring(0, line.indexOf(' ')), lines.size());
          lines.add(line);
        });
    Map<String, Integer> uses = readUses();
    int count = lines.size();
    WordNetTables tables =
        new WordNetTables(
            new String[count],
            new String[count],
            new String[count][],
            new int[count][],
            new int[count][],
            new boolean[count],
            readSenses(numbers),
            readExceptions());
    for (int s = 0; s < count; s++) {
      tables.fill(s, lines.set(s, null), numbers, uses);
    }
    return tables;
  }

  /**
   * A line of {@code data.noun}: offset, file, type, number of words in hexadecimal, each word with
   * its number within the file in hexadecimal, number of pointers, each with symbol, offset, type
   * and words, and the gloss behind a bar.
   */
  private void fill(int s, String line, Map<String, Integer> numbers, Map<String, Integer> uses) {
    int bar = line.indexOf(" | ");
    String[] fields = fields(line.substring(0, bar));
    int words = Integer.parseInt(fields[3], 16);
    lemmas[s] = new String[words];
    tagCounts[s] = new int[words];
    for (int w = 0; w < words; w++) {
      String word = fields[4 + 2 * w];
      int number = Integer.parseInt(fields[5 + 2 * w], 16);
      lemmas[s][w] = word.replace('_', ' ');
      String key =
          word.toLowerCase(Locale.ROOT)
              + NOUN
              + fields[1]
              + (number < 10 ? ":0" : ":")
              + number
              + "::";
      tagCounts[s][w] = uses.getOrDefault(key, 0);
    }
    int[] above = new int[fields.length];
    int found = 0;
    for (int f = 5 + 2 * words; f < fields.length; f += 4) {
      if (fields[f].equals("@") || fields[f].equals("@i")) {
        above[found++] = numbers.get(fields[f + 1]);
        instances[s] |= fields[f].equals("@i");
      }
    }
    hypernyms[s] = Arrays.copyOf(above, found);
    glosses[s] = definition(line.substring(bar + 3));
    String first = lemmas[s][0].toLowerCase(Locale.ROOT);
    int number = senseNumber(first, s);
    ids[s] = first.replace(' ', '_') + (number < 10 ? ".n.0" : ".n.") + number;
  }

  private int senseNumber(String lemma, int synset) {
    int[] all = senses.getOrDefault(lemma, new int[0]);
    for (int i = 0; i < all.length; i++) {
      if (all[i] == synset) {
        return i + 1;
      }
    }
    throw new IllegalStateException("WordNet's index does not list " + lemma);
  }

  /** A gloss is a definition, then examples in quotation marks, separated by semicolons. */
  private static String definition(String gloss) {
    int examples = gloss.indexOf("; \"");
    return (examples < 0 ? gloss : gloss.substring(0, examples)).strip();
  }

  /** A line of {@code index.noun} ends in as many offsets as its third field says. */
  private static Map<String, int[]> readSenses(Map<String, Integer> numbers) {
    Map<String, int[]> senses = new LinkedHashMap<>();
    eachLine(
        "index.noun",
        line -> {
          String[] fields = fields(line);
          int[] synsets = new int[Integer.parseInt(fields[2])];
          for (int i = 0; i < synsets.length; i++) {
            synsets[i] = numbers.get(fields[fields.length - synsets.length + i]);
          }
          senses.put(fields[0].replace('_', ' '), synsets);
        });
    return senses;
  }

  /** How often each sense of a noun was tagged, by its key. */
  private static Map<String, Integer> readUses() {
    Map<String, Integer> uses = new HashMap<>();
    eachLine(
        "cntlist.rev",
        line -> {
          if (line.contains(NOUN)) {
            uses.put(
                line.substring(0, line.indexOf(' ')),
                Integer.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
          }
        });
    return uses;
  }

  private static Map<String, String> readExceptions() {
    Map<String, String> exceptions = new HashMap<>();
    eachLine(
        "noun.exc",
        line -> {
          String[] forms = fields(line);
          exceptions.put(forms[0].replace('_', ' '), forms[1].replace('_', ' '));
        });
    return exceptions;
  }

  private static String[] fields(String line) {
    return line.strip().split(" ", -1);
  }

  /** The lines of a file but for the licence at its head, which is indented. */
  private static void eachLine(String file, Consumer<String> action) {
    try (InputStream in = WordNetTables.class.getResourceAsStream(FOLDER + file);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith(" ")) {
          action.accept(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("WordNet's files on the class path cannot be read", e);
    }
  }
}
