package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gallery as a browser shows it, from {@code file://}, with names that try to break out. */
class GalleryInChromiumTest {
  @TempDir static Path folder;
  @TempDir static Path profile;
  private static Chromium chromium;

  @BeforeAll
  static void open() throws IOException {
    chromium = Chromium.orSkip(profile);
    TestGallery.write(
        GalleryPlan.of(TestGallery.data(12, 30), TestGallery.SMALL),
        TestGallery.pictures(),
        folder);
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @AfterEach
  void scriptsOnAgain() {
    chromium.call("Emulation.setScriptExecutionDisabled", Map.of("value", false));
    chromium.call("Emulation.clearDeviceMetricsOverride", Map.of());
    chromium.call("Emulation.setEmulatedMedia", Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "index.html",
        "index-2.html",
        "names.html",
        "map.html",
        "layers.html",
        "questions.html",
        "comparison.html",
        "duplicates.html",
        "failed.html",
        "run.html",
        "clusters/0.html",
        "clusters/3-2.html"
      })
  void loads_without_a_complaint_and_asks_only_for_its_own_files(String page) {
    chromium.open(folder.resolve(page));

    assertThat(chromium.complaints()).isEmpty();
    assertThat(chromium.events("Network.loadingFailed")).isEmpty();
    assertThat(chromium.events("Network.requestWillBeSent"))
        .isNotEmpty()
        .allSatisfy(
            request ->
                assertThat(request.at("/request/url").asText())
                    .matches(
                        url -> url.startsWith(folder.toUri().toString()) || url.equals("data:,")));
    assertThat(chromium.evaluate("window.broken === undefined").asBoolean()).isTrue();
    assertThat(
            chromium
                .evaluate(
                    "[...document.scripts].every(s => !s.textContent && s.src.startsWith('file:'))")
                .asBoolean())
        .isTrue();
    assertThat(
            chromium
                .evaluate(
                    "[...document.images].every(i => i.loading === 'lazy' || i.naturalWidth > 0)")
                .asBoolean())
        .isTrue();
    assertThat(chromium.evaluate("getComputedStyle(document.body).maxWidth").asText())
        .as("the style sheet is in force")
        .isEqualTo("1472px");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "index.html",
        "names.html",
        "map.html",
        "layers.html",
        "questions.html",
        "comparison.html",
        "duplicates.html",
        "failed.html",
        "run.html",
        "clusters/1.html"
      })
  void makes_sense_to_a_screen_reader(String page) {
    chromium.open(folder.resolve(page));
    List<JsonNode> nodes = chromium.accessibility();

    assertThat(ofRole(nodes, "main")).hasSize(1);
    assertThat(namesOf(nodes, "navigation")).contains("Gallery");
    for (String role :
        List.of(
            "link", "image", "button", "textbox", "searchbox", "heading", "table", "navigation")) {
      assertThat(namesOf(nodes, role)).as(role).noneMatch(String::isBlank);
    }
    List<Integer> levels = new ArrayList<>();
    ofRole(nodes, "heading").forEach(h -> levels.add(property(h, "level").asInt()));
    assertThat(levels).startsWith(1).containsOnlyOnce(1);
    for (int i = 1; i < levels.size(); i++) {
      assertThat(levels.get(i))
          .as("heading %d of %s", i, levels)
          .isLessThanOrEqualTo(levels.get(i - 1) + 1);
    }
  }

  @Test
  void a_picture_says_what_it_is_of_and_how_sure_the_run_is() {
    chromium.open(folder.resolve("clusters/11.html"));
    assertThat(namesOf(chromium.accessibility(), "image"))
        .anyMatch(name -> name.matches("image of thing 11, confidence \\d+\u202f%"))
        .contains("the most typical image of thing 11");
  }

  @Test
  void works_with_scripts_off() {
    chromium.call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    chromium.open(folder.resolve("index.html"));
    List<JsonNode> nodes = chromium.accessibility();
    assertThat(ofRole(nodes, "heading")).hasSize(1 + 6);
    assertThat(ofRole(nodes, "image")).hasSize(6);
    assertThat(ofRole(nodes, "searchbox")).as("nothing that would not work").isEmpty();
    assertThat(ofRole(nodes, "link"))
        .extracting(node -> property(node, "url").asText())
        .contains(folder.resolve("clusters/0.html").toUri().toString());

    chromium.open(folder.resolve("map.html"));
    assertThat(ofRole(chromium.accessibility(), "button")).isEmpty();
    assertThat(ofRole(chromium.accessibility(), "link")).hasSizeGreaterThan(6 + 3);
  }

  @Test
  void finds_a_cluster_by_a_word() {
    chromium.open(folder.resolve("names.html"));
    String shown =
        "[...document.querySelectorAll('#names > li')].filter(l => l.checkVisibility()).length";
    assertThat(chromium.evaluate(shown).asInt()).isEqualTo(12);
    chromium.evaluate(
        "const i = document.getElementById('find'); i.value = 'Thing 1';"
            + " i.dispatchEvent(new Event('input'))");
    assertThat(chromium.evaluate(shown).asInt()).isEqualTo(2);
    assertThat(chromium.evaluate("document.querySelector('output').textContent").asText())
        .isEqualTo("2 of 12");
  }

  @Test
  void images_of_every_page_of_a_cluster_can_be_sent_away_and_taken_back() {
    chromium.open(folder.resolve("clusters/9-2.html"));
    chromium.evaluate("localStorage.clear()");
    chromium.open(folder.resolve("clusters/9-2.html"));
    chromium.await("document.querySelectorAll('.not-here').length > 1");
    chromium.click(".tiles > li:nth-child(1) .not-here");
    String path = "JSON.parse(document.querySelector('.tiles > li').dataset.path)";
    String pressed =
        "document.querySelector('.tiles > li .not-here').getAttribute('aria-pressed') === 'true'";
    assertThat(chromium.evaluate("nomen.changes.all()[0].paths[0] === " + path).asBoolean())
        .isTrue();
    assertThat(chromium.evaluate("nomen.changes.all()[0].cluster").asInt()).isEqualTo(9);
    // Said again elsewhere, and then that it belongs here after all.
    chromium.evaluate(
        "nomen.changes.add({kind: 'apart', cluster: 9, paths: [%s]})".formatted(path));
    assertThat(chromium.evaluate(pressed).asBoolean()).isTrue();
    chromium.click(".tiles > li:nth-child(1) .not-here");
    assertThat(chromium.evaluate("nomen.changes.all().length").asInt()).isZero();
    assertThat(chromium.evaluate(pressed).asBoolean()).isFalse();
    chromium.click(".tiles > li:nth-child(1) .not-here");
    chromium.evaluate(
        "nomen.changes.add({kind: 'belongs', cluster: 9, paths: [%s]})".formatted(path));
    assertThat(chromium.evaluate(pressed).asBoolean()).isFalse();
    assertThat(chromium.complaints()).isEmpty();
  }

  @Test
  void what_another_tab_says_is_not_lost() {
    chromium.open(folder.resolve("clusters/9.html"));
    chromium.evaluate("localStorage.clear()");
    chromium.open(folder.resolve("clusters/9.html"));
    chromium.await("document.querySelectorAll('.not-here').length > 1");
    chromium.evaluate(
        "(key => { localStorage.setItem(key, JSON.stringify([{kind: 'rename', cluster: 3, name: 'x'}]));"
            + " dispatchEvent(new StorageEvent('storage', {key})); })"
            + "('nomen-changes ' + document.body.dataset.run)");
    chromium.click(".tiles > li:nth-child(1) .not-here");
    assertThat(
            chromium.evaluate("nomen.changes.all().map((change) => change.kind).join()").asText())
        .isEqualTo("rename,apart");
    chromium.click("#changes summary");
    chromium.click("#changes li:nth-child(1) button");
    assertThat(
            chromium.evaluate("document.activeElement.closest('#changes li') !== null").asBoolean())
        .as("focus goes to the next change")
        .isTrue();
    chromium.evaluate("localStorage.clear()");
  }

  @Test
  void the_keyboard_reaches_the_content_first_and_moves_between_clusters() {
    chromium.open(folder.resolve("clusters/5.html"));
    chromium.press("Tab", 9);
    assertThat(chromium.evaluate("document.activeElement.textContent").asText())
        .isEqualTo("Skip to the content");
    assertThat(
            chromium
                .evaluate("document.activeElement.getBoundingClientRect().left >= 0")
                .asBoolean())
        .isTrue();
    chromium.follow("ArrowRight", 39);
    assertThat(chromium.evaluate("location.pathname").asText()).endsWith("/clusters/6.html");
    chromium.follow("ArrowLeft", 37);
    assertThat(chromium.evaluate("location.pathname").asText()).endsWith("/clusters/5.html");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "index.html",
        "names.html",
        "map.html",
        "layers.html",
        "questions.html",
        "comparison.html",
        "duplicates.html",
        "failed.html",
        "run.html",
        "clusters/1.html",
        "clusters/7.html"
      })
  void fits_a_phone(String page) {
    chromium.call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
    chromium.open(folder.resolve(page));
    assertThat(chromium.evaluate("document.documentElement.scrollWidth").asInt()).isEqualTo(390);
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void text_has_contrast(String scheme) {
    chromium.call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    chromium.open(folder.resolve("clusters/1.html"));
    // WCAG 2.2: relative luminances, (lighter + 0.05) / (darker + 0.05), 4.5 for small text.
    JsonNode low =
        chromium.evaluate(
            """
            (() => {
              const light = (colour) => {
                const [r, g, b] = colour.match(/[\\d.]+/g).map((c) => c / 255)
                  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const ground = light(getComputedStyle(document.body).backgroundColor);
              const low = new Set();
              for (const e of document.querySelectorAll("body *")) {
                if (e.checkVisibility() && e.firstChild?.nodeType === 3 && !e.closest("svg")) {
                  const ink = light(getComputedStyle(e).color);
                  const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
                  if (ratio < 4.5) low.add(`${e.tagName}.${e.className} ${ratio}`);
                }
              }
              return [getComputedStyle(document.body).backgroundColor, ...low];
            })()\
            """);
    assertThat(low).hasSize(1);
    assertThat(low.get(0).asText())
        .isEqualTo(scheme.equals("dark") ? "rgb(23, 22, 20)" : "rgb(250, 249, 246)");
  }

  private static List<JsonNode> ofRole(List<JsonNode> nodes, String role) {
    return nodes.stream()
        .filter(
            node ->
                List.of(role, role.equals("image") ? "img" : role)
                    .contains(node.at("/role/value").asText()))
        .toList();
  }

  private static List<String> namesOf(List<JsonNode> nodes, String role) {
    return ofRole(nodes, role).stream().map(node -> node.at("/name/value").asText()).toList();
  }

  private static JsonNode property(JsonNode node, String name) {
    for (JsonNode property : node.path("properties")) {
      if (property.path("name").asText().equals(name)) {
        return property.at("/value/value");
      }
    }
    return node.path("missing");
  }
}
