package io.nomen.vocabulary;

import io.nomen.store.Digests;
import java.io.Serializable;
import java.util.List;

/**
 * The sentences that a noun is put into before CLIP reads it. A noun's embedding is the mean of the
 * sentences' un-normalised embeddings, normalised once.
 *
 * @param name how a run's record calls the set
 * @param templates sentences with one {@code {}} for the noun
 */
public record Prompts(String name, List<String> templates) implements Serializable {
  private static final String PLACE = "{}";

  /**
   * Seven templates: the subset of its ensemble that CLIP's authors recommend for ImageNet, used by
   * TAC (Li et al., ICML 2024).
   */
  public static final Prompts TAC =
      new Prompts(
          "tac",
          List.of(
              "itap of a {}.",
              "a bad photo of the {}.",
              "a origami {}.",
              "a photo of the large {}.",
              "a {} in a video game.",
              "art of the {}.",
              "a photo of the small {}."));

  /** One template, used by SIC (Cai et al., AAAI 2023). */
  public static final Prompts SIC = new Prompts("sic", List.of("a photo of a {}"));

  public Prompts {
    templates = List.copyOf(templates);
    for (String template : templates) {
      if (template.split("\\{}", -1).length != 2) {
        throw new IllegalArgumentException("a template needs one {}: " + template);
      }
    }
  }

  /** The sentences for one noun, in the order of the templates. */
  public List<String> of(String lemma) {
    return templates.stream().map(template -> template.replace(PLACE, lemma)).toList();
  }

  /** Hexadecimal SHA-256 of the templates: equal for equal sentences, whatever the name. */
  public String digest() {
    return Digests.sha256(String.join("\n", templates));
  }
}
