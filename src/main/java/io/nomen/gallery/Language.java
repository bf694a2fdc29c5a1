package io.nomen.gallery;

import io.nomen.NomenException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The language of a gallery's own words. Pages are written in English; other languages are
 * sentences for sentences, with {@code %1}, {@code %2}, … for what stands between the words. What
 * is from outside (names, paths, reasons) is never translated.
 */
final class Language {
  static final Language ENGLISH = new Language("en", Map.of());

  /** Languages that there are beside English, with the file of their words. */
  private static final Map<String, String> FILES = Map.of("de", "de.tsv");

  private static final Pattern NUMBER = Pattern.compile("[0-9][0-9,]*(?:[.][0-9]+)?");
  private static final Pattern PLACE = Pattern.compile("%([1-9])");
  private static final Pattern WORD = Pattern.compile("\\p{L}{2}");

  private final String code;
  private final Map<String, String> sentences;
  private final List<Sentence> patterns = new ArrayList<>();

  private record Sentence(Pattern english, String other) {}

  private Language(String code, Map<String, String> sentences) {
    this.code = code;
    this.sentences = sentences;
    // The most particular first: a sentence with more words of its own.
    sentences.keySet().stream()
        .filter(english -> PLACE.matcher(english).find())
        .sorted(
            (a, b) ->
                PLACE.matcher(b).replaceAll("").length() - PLACE.matcher(a).replaceAll("").length())
        .forEach(english -> patterns.add(new Sentence(pattern(english), sentences.get(english))));
  }

  private static Pattern pattern(String english) {
    StringBuilder regex = new StringBuilder();
    Matcher place = PLACE.matcher(english);
    int at = 0;
    while (place.find()) {
      regex.append(Pattern.quote(english.substring(at, place.start()))).append("(.+?)");
      at = place.end();
    }
    return Pattern.compile(
        regex.append(Pattern.quote(english.substring(at))).toString(), Pattern.DOTALL);
  }

  /** The language called {@code code}: {@code en} or {@code de}. */
  static Language of(String code) {
    if (code.equals(ENGLISH.code)) {
      return ENGLISH;
    }
    String file =
        Optional.ofNullable(FILES.get(code))
            .orElseThrow(
                () ->
                    NomenException.usage(
                        "There are no pages in the language \"%s\"; give en or de."
                            .formatted(code)));
    Map<String, String> sentences = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Language.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int tab = line.indexOf('\t');
        sentences.put(line.substring(0, tab), line.substring(tab + 1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the resource " + file + " cannot be read", e);
    }
    return new Language(code, sentences);
  }

  String code() {
    return code;
  }

  /** For dates; the day stands first. */
  Locale locale() {
    return this == ENGLISH ? Locale.UK : Locale.forLanguageTag(code);
  }

  /** All sentences, for the scripts. */
  Map<String, String> sentences() {
    return new LinkedHashMap<>(sentences);
  }

  /** What {@code english} is in this language; itself where nobody has said. */
  String say(String english) {
    if (this == ENGLISH || english.isBlank()) {
      return english;
    }
    String core = english.strip();
    return known(core).map(other -> english.replace(core, other)).orElse(english);
  }

  /** Empty where the sentence is not known. */
  Optional<String> known(String english) {
    if (sentences.containsKey(english)) {
      return Optional.of(sentences.get(english));
    }
    if (!WORD.matcher(english).find()) {
      return Optional.of(number(english));
    }
    for (Sentence sentence : patterns) {
      Matcher found = sentence.english().matcher(english);
      if (found.matches()) {
        return Optional.of(filled(sentence, found));
      }
    }
    return Optional.empty();
  }

  private String filled(Sentence sentence, Matcher found) {
    Matcher place = PLACE.matcher(sentence.other());
    StringBuilder out = new StringBuilder();
    while (place.find()) {
      String part = found.group(Integer.parseInt(place.group(1)));
      // A number, or so many of something; all else is from outside.
      boolean counted = Character.isDigit(part.charAt(0));
      place.appendReplacement(
          out, Matcher.quoteReplacement(counted ? known(part).orElse(part) : part));
    }
    return place.appendTail(out).toString();
  }

  /** Groups of digits and fractions as the language writes them. */
  private String number(String text) {
    return NUMBER
        .matcher(text)
        .replaceAll(
            number ->
                number.group().replace(',', '\u0001').replace('.', ',').replace('\u0001', '.'));
  }
}
