package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageTest {
  /** An element and the text that it begins with, or the text that follows one. */
  private static final Pattern TEXT = Pattern.compile("<(/?\\w+)[^>]*>([^<]*\\p{L}{2}[^<]*)");

  private static final Set<String> FROM_OUTSIDE =
      Set.of("b", "bdi", "code", "pre", "text", "title");

  @TempDir static Path folder;
  private static Map<String, String> english;
  private static Map<String, String> german;

  @BeforeAll
  static void write() {
    GalleryData data = TestGallery.data(12, 30);
    TestGallery.write(
        GalleryPlan.of(data, TestGallery.SMALL), TestGallery.pictures(), folder.resolve("en"));
    TestGallery.write(
        GalleryPlan.of(data, TestGallery.SMALL, "de"),
        TestGallery.pictures(),
        folder.resolve("de"));
    english = TestGallery.pages(folder.resolve("en"));
    german = TestGallery.pages(folder.resolve("de"));
  }

  private static List<String> texts(String page) {
    List<String> texts = new ArrayList<>();
    Matcher text = TEXT.matcher(page);
    while (text.find()) {
      if (!FROM_OUTSIDE.contains(text.group(1))) {
        texts.add(text.group(2).replace("&gt;", ">").strip());
      }
    }
    return texts;
  }

  @Test
  void every_word_of_the_pages_is_said_in_german() {
    Language words = Language.of("de");
    german.forEach(
        (name, page) -> {
          // The facts are the run's own: options, versions, scores.
          if (!name.equals("run.html")) {
            List<String> before = texts(english.get(name));
            List<String> after = texts(page);
            assertThat(after).as(name).hasSameSizeAs(before);
            for (int i = 0; i < before.size(); i++) {
              if (before.get(i).equals(after.get(i))) {
                assertThat(words.known(before.get(i)))
                    .as("%s: %s", name, before.get(i))
                    .isPresent();
              }
            }
          }
        });
  }

  @Test
  void whole_sentences_are_said_and_not_a_part_of_them() {
    Language words = Language.of("de");
    assertThat(words.say("The largest 5,000 groups of a kind are shown; the tables have them all."))
        .doesNotContain("tables");
    assertThat(words.say("Failed images, page 2")).isEqualTo("Unlesbare Bilder, Seite 2");
    assertThat(words.say("Duplicates, page 12")).isEqualTo("Doppelte, Seite 12");
    assertThat(words.say("Clusters, page 3")).isEqualTo("Cluster, Seite 3");
    assertThat(german.get("index.html")).containsPattern("am \\d+[.] \\p{L}+ 20\\d\\d");
  }

  @Test
  void names_and_paths_stay_what_they_are() {
    assertThat(german.get("clusters/9.html"))
        .contains("<bdi>thing 9</bdi>")
        .contains("lang=\"de\"");
    Language words = Language.of("de");
    // "%1 of %2" is one of the pages' own sentences.
    assertThat(Html.document(words).leaf("title", "bird of prey").page()).contains("bird of prey");
    assertThat(words.say("image of Map, confidence 93 %"))
        .isEqualTo("Bild von Map, Sicherheit 93 %");
  }

  @Test
  void numbers_are_written_as_the_language_does() {
    Language words = Language.of("de");
    assertThat(words.say("1,234 images · 75 % sure")).isEqualTo("1.234 Bilder · 75 % sicher");
    assertThat(words.say("0.412")).isEqualTo("0,412");
    assertThat(Language.ENGLISH.say("1,234 images")).isEqualTo("1,234 images");
  }

  @Test
  void a_language_that_is_not_there_is_refused() {
    assertThatThrownBy(() -> Language.of("xx"))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("give en or de");
  }
}
