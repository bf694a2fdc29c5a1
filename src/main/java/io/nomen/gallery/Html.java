package io.nomen.gallery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Builds a page from elements and text. There is no way to add markup as a string: what is not a
 * tag or attribute name written in this package goes through {@link #escape}.
 */
final class Html {
  /** HTML elements that have no end tag. */
  private static final Set<String> VOID = Set.of("br", "hr", "img", "input", "link", "meta");

  /** SVG elements that this package writes without children. */
  private static final Set<String> EMPTY_SVG = Set.of("circle", "image", "line", "path", "rect");

  private final StringBuilder out = new StringBuilder(8192);
  private final Deque<String> open = new ArrayDeque<>();

  /** Attributes that are read to people. */
  private static final Set<String> READ = Set.of("alt", "aria-label", "placeholder", "title");

  /** Elements whose text is from outside, or for machines. */
  private static final Set<String> VERBATIM =
      Set.of("b", "bdi", "code", "pre", "script", "style", "text", "title");

  private final Language language;

  private Html(Language language) {
    this.language = language;
  }

  /** A document in English, ready for its {@code html} element. */
  static Html document() {
    return document(Language.ENGLISH);
  }

  /** A document, ready for its {@code html} element. */
  static Html document(Language language) {
    Html html = new Html(language);
    html.out.append("<!doctype html>\n");
    return html;
  }

  /** Begins an element; attributes are names and values in turn. */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Ends the element that was begun last. */
  Html close() {
    String tag = open.pop();
    out.append("</").append(tag).append('>');
    if (!INLINE.contains(tag)) {
      out.append('\n');
    }
    return this;
  }

  /** Elements after which a line break would be seen as a space. */
  private static final Set<String> INLINE = Set.of("a", "b", "bdi", "code", "em", "span", "text");

  /** An element with nothing in it. */
  Html empty(String tag, String... attributes) {
    if (!VOID.contains(tag) && !EMPTY_SVG.contains(tag)) {
      throw new IllegalArgumentException("<" + tag + "> needs an end tag");
    }
    start(tag, attributes);
    out.append(EMPTY_SVG.contains(tag) ? "/>" : ">");
    return this;
  }

  /** An element that holds only text. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** Text that this program wrote. */
  Html text(String text) {
    boolean verbatim = !open.isEmpty() && VERBATIM.contains(open.peek());
    escape(verbatim ? text : language.say(text), out);
    return this;
  }

  /**
   * Text from outside (a name, a path, a reason): its direction cannot leak into the sentence
   * around it.
   */
  Html foreign(String text) {
    return leaf("bdi", text);
  }

  int length() {
    return out.length();
  }

  /** The finished page. */
  String page() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out.toString();
  }

  private void start(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      String value = attributes[i + 1];
      escape(READ.contains(attributes[i]) ? language.say(value) : value, out);
      out.append('"');
    }
  }

  /** What {@code text} is inside an element or a quoted attribute. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    escape(text, out);
    return out.toString();
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> i += character(text, i, out);
      }
    }
  }

  /**
   * Control characters become their pictures (a newline in a file's name is seen as one); forced
   * directions, half surrogate pairs and non-characters become U+FFFD; the rest is itself. Returns
   * how many more characters were taken.
   */
  private static int character(String text, int at, StringBuilder out) {
    int point = text.codePointAt(at);
    if (point < 0x20) {
      out.append((char) (0x2400 + point));
    } else if (point >= 0x7f && point < 0xa0) {
      out.append(point == 0x7f ? '\u2421' : '\ufffd');
    } else if (point == 0x202d || point == 0x202e) {
      // A forced direction would show gpj.exe as exe.jpg; what it stands for is worth seeing.
      out.append('\ufffd');
    } else if ((point >= 0xd800 && point < 0xe000) || (point & 0xfffe) == 0xfffe) {
      out.append('\ufffd');
    } else {
      out.appendCodePoint(point);
    }
    return Character.charCount(point) - 1;
  }
}
