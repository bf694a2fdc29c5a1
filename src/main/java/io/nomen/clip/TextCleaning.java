package io.nomen.clip;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.text.StringEscapeUtils;

/**
 * What OpenAI's tokenizer does to a text before splitting it: repair, HTML entities twice, runs of
 * white space to one space, lower case. Of the repairs of the Python library that it calls (ftfy)
 * this has those for text that is right to begin with: straight quotes, Latin ligatures, full-width
 * forms, control characters, NFC. It does not undo text decoded with the wrong encoding.
 */
final class TextCleaning {
  private static final Pattern SINGLE_QUOTES = Pattern.compile("[\u02bc\u2018-\u201b]");
  private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\u201c-\u201f]");
  private static final Pattern CONTROLS =
      Pattern.compile("[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]");
  private static final Pattern WIDE = Pattern.compile("[\uff01-\uffef\u3000]+");
  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern LIGATURES =
      Pattern.compile("[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]");
  private static final Map<String, String> NOT_BY_COMPATIBILITY = Map.of("\ufb05", "\u017ft");

  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");

  private TextCleaning() {}

  /** What a tokenizer does to a text first. */
  enum Rule {
    /** As OpenAI's, which is open_clip's {@code lower}: {@link TextCleaning#clean}. */
    CLIP,
    /** As transformers' SigLIP: lower case, no ASCII punctuation, single spaces. */
    SIGLIP,
    /** As open_clip's {@code canonicalize}: repaired first, and underscores are spaces. */
    CANONICAL,
    /** As transformers' SigLIP 2. */
    LOWER,
    /** As open_clip's {@code whitespace}: single spaces. */
    WHITESPACE;

    String clean(String text) {
      return switch (this) {
        case CLIP -> TextCleaning.clean(text);
        case SIGLIP -> spaced(PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(""));
        case CANONICAL ->
            spaced(
                PUNCTUATION
                    .matcher(repaired(text).replace('_', ' '))
                    .replaceAll("")
                    .toLowerCase(Locale.ROOT));
        case LOWER -> text.toLowerCase(Locale.ROOT);
        case WHITESPACE -> spaced(repaired(text));
      };
    }
  }

  static String clean(String text) {
    return spaced(repaired(text)).toLowerCase(Locale.ROOT);
  }

  private static String spaced(String text) {
    return SPACES.matcher(text).replaceAll(" ").strip();
  }

  private static String repaired(String text) {
    String repaired = WIDE.matcher(text).replaceAll(m -> quoted(compatible(m.group())));
    repaired = LIGATURES.matcher(repaired).replaceAll(m -> quoted(ligature(m.group())));
    repaired = SINGLE_QUOTES.matcher(repaired).replaceAll("'");
    repaired = DOUBLE_QUOTES.matcher(repaired).replaceAll("\"");
    repaired = CONTROLS.matcher(repaired).replaceAll("");
    repaired = Normalizer.normalize(repaired, Normalizer.Form.NFC);
    return unescape(unescape(repaired));
  }

  private static String unescape(String text) {
    return text.indexOf('&') < 0 ? text : StringEscapeUtils.unescapeHtml4(text);
  }

  private static String ligature(String letter) {
    return NOT_BY_COMPATIBILITY.getOrDefault(letter, compatible(letter));
  }

  private static String compatible(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC);
  }

  private static String quoted(String replacement) {
    return java.util.regex.Matcher.quoteReplacement(replacement);
  }
}
