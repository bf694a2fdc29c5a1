package io.nomen.vocabulary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.Exc;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Pointer;
import net.sf.extjwnl.data.PointerType;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;

/**
 * WordNet's nouns as plain arrays, read once through extJWNL, which is closed afterwards: its own
 * objects hold three times the memory and its look-ups are not safe to share between threads.
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

  /** Reads WordNet 3.1 from the class path: some seconds, about 40 MB. */
  static WordNetTables load() {
    try {
      Dictionary dictionary = Dictionary.getDefaultResourceInstance();
      try {
        return read(dictionary);
      } finally {
        dictionary.close();
      }
    } catch (JWNLException e) {
      throw new IllegalStateException("WordNet's files on the class path cannot be read", e);
    }
  }

  private static WordNetTables read(Dictionary dictionary) throws JWNLException {
    List<Synset> synsets = new ArrayList<>();
    Map<Long, Integer> numbers = new HashMap<>();
    for (Iterator<Synset> i = dictionary.getSynsetIterator(POS.NOUN); i.hasNext(); ) {
      Synset synset = i.next();
      numbers.put(synset.getOffset(), synsets.size());
      synsets.add(synset);
    }
    Map<String, int[]> senses = readSenses(dictionary, numbers);
    int count = synsets.size();
    WordNetTables tables =
        new WordNetTables(
            new String[count],
            new String[count],
            new String[count][],
            new int[count][],
            new int[count][],
            new boolean[count],
            senses,
            readExceptions(dictionary));
    for (int s = 0; s < count; s++) {
      tables.fill(s, synsets.get(s), numbers);
      synsets.set(s, null);
    }
    return tables;
  }

  private void fill(int s, Synset synset, Map<Long, Integer> numbers) throws JWNLException {
    List<Word> words = synset.getWords();
    lemmas[s] = words.stream().map(w -> w.getLemma().replace('_', ' ')).toArray(String[]::new);
    tagCounts[s] = words.stream().mapToInt(Word::getUseCount).toArray();
    glosses[s] = definition(synset.getGloss());
    instances[s] = !synset.getPointers(PointerType.INSTANCE_HYPERNYM).isEmpty();
    List<Pointer> up = new ArrayList<>(synset.getPointers(PointerType.HYPERNYM));
    up.addAll(synset.getPointers(PointerType.INSTANCE_HYPERNYM));
    hypernyms[s] = new int[up.size()];
    for (int i = 0; i < hypernyms[s].length; i++) {
      hypernyms[s][i] = numbers.get(up.get(i).getTargetOffset());
    }
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

  private static Map<String, int[]> readSenses(Dictionary dictionary, Map<Long, Integer> numbers)
      throws JWNLException {
    Map<String, int[]> senses = new LinkedHashMap<>();
    for (Iterator<IndexWord> i = dictionary.getIndexWordIterator(POS.NOUN); i.hasNext(); ) {
      IndexWord word = i.next();
      long[] offsets = word.getSynsetOffsets();
      int[] synsets = new int[offsets.length];
      for (int o = 0; o < offsets.length; o++) {
        synsets[o] = numbers.get(offsets[o]);
      }
      senses.put(word.getLemma().replace('_', ' '), synsets);
    }
    return senses;
  }

  private static Map<String, String> readExceptions(Dictionary dictionary) throws JWNLException {
    Map<String, String> exceptions = new HashMap<>();
    for (Iterator<Exc> i = dictionary.getExceptionIterator(POS.NOUN); i.hasNext(); ) {
      Exc exception = i.next();
      exceptions.put(
          exception.getLemma().replace('_', ' '),
          exception.getExceptions().get(0).replace('_', ' '));
    }
    return exceptions;
  }
}
