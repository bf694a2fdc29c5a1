package io.nomen.vocabulary;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plural to singular by WordNet's own rules for nouns (Princeton's {@code morphy}: the list of
 * exceptions, then endings), checked against the words it knows.
 */
final class NounForms {
  private record Ending(String plural, String singular) {}

  private static final List<Ending> ENDINGS =
      List.of(
          new Ending("ches", "ch"),
          new Ending("shes", "sh"),
          new Ending("ses", "s"),
          new Ending("xes", "x"),
          new Ending("zes", "z"),
          new Ending("men", "man"),
          new Ending("ies", "y"),
          new Ending("s", ""));

  private NounForms() {}

  /** {@code form} if it is known, otherwise a known singular of it. */
  static Optional<String> base(String form, Set<String> known, Map<String, String> exceptions) {
    if (known.contains(form)) {
      return Optional.of(form);
    }
    String irregular = exceptions.get(form);
    if (irregular != null && known.contains(irregular)) {
      return Optional.of(irregular);
    }
    return ENDINGS.stream()
        .filter(e -> form.endsWith(e.plural()) && form.length() > e.plural().length())
        .map(e -> form.substring(0, form.length() - e.plural().length()) + e.singular())
        .filter(known::contains)
        .findFirst();
  }
}
