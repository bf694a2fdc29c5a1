package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The map under a real mouse, real fingers and real keys, from {@code file://}. */
class MapInChromiumTest {
  @TempDir static Path folder;
  @TempDir static Path profile;
  private static Chromium chromium;
  private double left;
  private double top;
  private double width;
  private double height;

  @BeforeAll
  static void start() throws IOException {
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

  @BeforeEach
  void open() {
    chromium.window(1200, 900);
    chromium.open(folder.resolve("map.html"));
    chromium.await("!!nomen.map");
    chromium.evaluate("document.querySelector('canvas').scrollIntoView()");
    JsonNode box =
        chromium.evaluate(
            "(b => [b.left, b.top, b.width, b.height])"
                + "(document.querySelector('canvas').getBoundingClientRect())");
    left = box.get(0).asDouble();
    top = box.get(1).asDouble();
    width = box.get(2).asDouble();
    height = box.get(3).asDouble();
  }

  @AfterEach
  void nothing_went_wrong_and_nothing_left_the_gallery() {
    assertThat(chromium.complaints()).isEmpty();
    assertThat(chromium.events("Network.requestWillBeSent"))
        .allSatisfy(
            request ->
                assertThat(request.at("/request/url").asText())
                    .matches(
                        url -> url.startsWith(folder.toUri().toString()) || url.equals("data:,")));
    assertThat(chromium.evaluate("window.broken === undefined").asBoolean()).isTrue();
  }

  private double number(String expression) {
    return chromium.evaluate(expression).asDouble();
  }

  /** Where point {@code i} is on the screen. */
  private double[] point(int i) {
    JsonNode places =
        chromium.evaluate(
            "(() => { const p = new Uint16Array(nomen.bytes(nomen.taken.get('map/points').places));"
                + " return nomen.map.screen(p[2 * %1$d] / 65535, p[2 * %1$d + 1] / 65535); })()"
                    .formatted(i));
    return new double[] {left + places.get(0).asDouble(), top + places.get(1).asDouble()};
  }

  /** A point that has a picture and no name above it. */
  private int withPicture() {
    chromium.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 50)))");
    return chromium
        .evaluate(
            "(() => { const p = new Uint16Array(nomen.bytes(nomen.taken.get('map/points').places));"
                + " return nomen.map.pictures.findIndex((n, i) => n >= 0 && !nomen.map.labelAt("
                + "...nomen.map.screen(p[2 * i] / 65535, p[2 * i + 1] / 65535))); })()")
        .asInt();
  }

  @Test
  void shows_every_image_that_has_a_place() {
    assertThat(number("nomen.map.total")).isEqualTo(360);
    assertThat(
            chromium
                .evaluate("new Set(nomen.map.clusterOf).size === nomen.map.clusters.length")
                .asBoolean())
        .isTrue();
    assertThat(chromium.evaluate("document.querySelectorAll('#map svg').length").asInt()).isZero();
  }

  @Test
  void the_wheel_zooms_where_the_mouse_is_and_a_drag_moves() {
    double[] before = point(17);
    chromium.hover(before[0], before[1]);
    chromium.wheel(before[0], before[1], -300);
    chromium.await("nomen.map.view.zoom > 2");
    double[] after = point(17);
    assertThat(after[0]).isCloseTo(before[0], org.assertj.core.data.Offset.offset(1.0));
    assertThat(after[1]).isCloseTo(before[1], org.assertj.core.data.Offset.offset(1.0));

    chromium.drag(false, left + 400, top + 300, left + 380, top + 290, left + 300, top + 250);
    double[] dragged = point(17);
    assertThat(dragged[0] - after[0]).isCloseTo(-100, org.assertj.core.data.Offset.offset(1.0));
    assertThat(dragged[1] - after[1]).isCloseTo(-50, org.assertj.core.data.Offset.offset(1.0));
  }

  @Test
  void at_the_whole_map_the_wheel_scrolls_the_page() {
    chromium.evaluate("scrollTo(0, 0)");
    chromium.hover(left + 100, 600);
    chromium.wheel(left + 100, 600, 240);
    chromium.await("scrollY > 0");
    assertThat(number("nomen.map.view.zoom")).isEqualTo(1);
  }

  @Test
  void two_fingers_pinch() {
    touch("touchStart", left + 500, top + 300, left + 540, top + 300);
    touch("touchMove", left + 450, top + 300, left + 590, top + 300);
    touch("touchMove", left + 400, top + 300, left + 640, top + 300);
    chromium.call("Input.dispatchTouchEvent", Map.of("type", "touchEnd", "touchPoints", List.of()));
    chromium.await("nomen.map.view.zoom > 4");
  }

  private static void touch(String type, double ax, double ay, double bx, double by) {
    chromium.call(
        "Input.dispatchTouchEvent",
        Map.of(
            "type",
            type,
            "touchPoints",
            List.of(Map.of("x", ax, "y", ay, "id", 0), Map.of("x", bx, "y", by, "id", 1))));
  }

  @Test
  void keys_do_what_the_mouse_does() {
    chromium.evaluate("document.querySelector('canvas').focus()");
    chromium.press("+", 187);
    chromium.press("+", 187);
    assertThat(number("nomen.map.view.zoom")).isGreaterThan(2);
    double x = number("nomen.map.view.x");
    chromium.press("ArrowRight", 39);
    assertThat(number("nomen.map.view.x")).isGreaterThan(x);
    chromium.press("s", 83);
    chromium.await("nomen.map.chosen.size > 0");
    assertThat(number("nomen.map.chosen.size")).isLessThan(360);
    chromium.press("Escape", 27);
    assertThat(number("nomen.map.chosen.size")).isZero();
    chromium.press("0", 48);
    assertThat(number("nomen.map.view.zoom")).isEqualTo(1);
    chromium.press("s", 83);
    assertThat(number("nomen.map.chosen.size")).isEqualTo(360);
  }

  @Test
  void a_point_under_the_mouse_shows_its_picture_and_its_file() {
    int point = withPicture();
    double[] at = point(point);
    chromium.hover(at[0], at[1]);
    chromium.await("document.querySelector('.map-card img')?.naturalWidth > 0");
    chromium.await("document.querySelector('.map-card .file').textContent.endsWith('.jpg')");
    chromium.hover(left + 2, top + 2);
    chromium.await("document.querySelector('.map-card').hidden");
  }

  @Test
  void a_click_lights_one_cluster_and_greys_the_rest() {
    double[] at = point(withPicture());
    chromium.click(at[0], at[1]);
    chromium.await("document.querySelectorAll('.chip[aria-pressed=true]').length === 1");
    chromium.call("Page.bringToFront", Map.of());
    JsonNode lit =
        chromium.evaluate(
            "document.querySelector('.chip[aria-pressed=true]').closest('li').dataset.cluster");
    chromium.press("Escape", 27);
    chromium.click(".legend-list li[data-cluster='" + lit.asText() + "'] .chip");
    assertThat(chromium.evaluate("document.querySelector('.map-status').textContent").asText())
        .startsWith("Lit: ");
    // Only its own images can be selected then.
    chromium.click(".zoom button:nth-of-type(5)");
    chromium.await("nomen.map.chosen.size > 0");
    assertThat(
            chromium
                .evaluate("new Set([...nomen.map.chosen].map(i => nomen.map.clusterOf[i])).size")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void a_lasso_selects_what_lies_in_it_and_lists_it() {
    chromium.click("#lasso");
    chromium.evaluate("document.querySelector('canvas').scrollIntoView()");
    double right = left + width / 2;
    double bottom = top + height * 0.6;
    chromium.drag(
        false, left + 5, top + 5, right, top + 5, right, bottom, left + 5, bottom, left + 5,
        top + 9);
    chromium.await("nomen.map.chosen.size > 0");
    JsonNode wrong =
        chromium.evaluate(
            """
            (() => {
              const p = new Uint16Array(nomen.bytes(nomen.taken.get("map/points").places));
              const box = document.querySelector("canvas").getBoundingClientRect();
              const wrong = [];
              for (let i = 0; i < nomen.map.total; i++) {
                const [x, y] = nomen.map.screen(p[2 * i] / 65535, p[2 * i + 1] / 65535);
                const inside = x > 5 && y > 5 && x < box.width / 2 && y < box.height * 0.6;
                if (inside !== nomen.map.chosen.has(i)) wrong.push([i, x, y]);
              }
              return wrong;
            })()\
            """);
    assertThat(wrong).isEmpty();
    chromium.await(
        "document.querySelectorAll('#selected .tiles li').length"
            + " === Math.min(120, nomen.map.chosen.size)");
    chromium.await("[...document.querySelectorAll('#selected .file')].every(f => f.textContent)");
  }

  @Test
  void a_word_finds_its_images_and_clusters() {
    chromium.await("!!document.getElementById('search')");
    chromium.click("#search");
    chromium.type("Thing 9");
    chromium.click(".search button");
    chromium.await("nomen.map.chosen.size === 60");
    // 30 images of the word's own cluster come first.
    assertThat(
            chromium
                .evaluate(
                    "[...nomen.map.chosen].slice(0, 30).every(i =>"
                        + " nomen.map.clusters[nomen.map.clusterOf[i]].name === 'thing 9')")
                .asBoolean())
        .isTrue();
    assertThat(chromium.evaluate("document.querySelector('.search-found a').textContent").asText())
        .isEqualTo("thing 9");
    chromium.click("#search");
    chromium.evaluate("document.getElementById('search').select()");
    chromium.type("no such word");
    chromium.click(".search button");
    chromium.await("document.querySelector('.search-found').textContent.includes('no such word')");
  }

  @Test
  void an_image_finds_its_like() {
    int point = withPicture();
    double[] at = point(point);
    chromium.click(at[0], at[1]);
    chromium.await("!!document.querySelector('.map-card .like-this')");
    chromium.click(".map-card .like-this");
    chromium.await("nomen.map.chosen.size === 60");
    assertThat(
            chromium
                .evaluate(
                    "nomen.map.clusterOf[[...nomen.map.chosen][0]] === nomen.map.clusterOf["
                        + point
                        + "]")
                .asBoolean())
        .isTrue();
  }

  @Test
  void speaks_german_where_it_was_asked_to(@TempDir Path german) {
    TestGallery.write(
        GalleryPlan.of(TestGallery.data(12, 30), TestGallery.SMALL, "de"),
        TestGallery.pictures(),
        german);
    chromium.open(german.resolve("map.html"));
    chromium.await("!!nomen.map && !!document.getElementById('search')");
    assertThat(chromium.evaluate("document.querySelector('.zoom').innerText").asText())
        .contains("Näher", "Weiter weg", "Ganze Karte", "Auswählen, was zu sehen ist");
    assertThat(chromium.evaluate("document.querySelector('canvas').ariaLabel").asText())
        .isEqualTo("Karte von 360 Bilder in 12 Cluster");
    chromium.evaluate("nomen.map.select([0, 1, 2])");
    assertThat(chromium.evaluate("document.getElementById('selected-title').innerText").asText())
        .isEqualTo("Ausgewählt: 3 Bilder");
    chromium.open(folder.resolve("map.html"));
  }

  @Test
  void paths_are_loaded_only_when_they_are_wanted() {
    String loaded = "[...nomen.taken.keys()].filter(name => /paths|search/.test(name))";
    assertThat(chromium.evaluate(loaded)).isEmpty();
    assertThat(chromium.evaluate("nomen.map.path(299)").asText()).startsWith("/images/");
    assertThat(chromium.evaluate(loaded)).hasSize(1);
  }

  @Test
  void paths_arrive_whatever_is_in_them() {
    JsonNode paths =
        chromium.evaluate("Promise.all(nomen.map.clusters.map((c, i) => nomen.map.path(i * 30)))");
    assertThat(paths).anySatisfy(path -> assertThat(path.asText()).contains("\u202e"));
    assertThat(paths).anySatisfy(path -> assertThat(path.asText()).contains("<script>"));
  }

  @Test
  void makes_sense_to_a_screen_reader() {
    List<JsonNode> nodes = chromium.accessibility();
    assertThat(nodes)
        .anySatisfy(
            node -> {
              assertThat(node.at("/role/value").asText()).isEqualTo("application");
              assertThat(node.at("/name/value").asText())
                  .isEqualTo("Map of 360 images in 12 clusters");
              assertThat(node.at("/description/value").asText()).contains("arrow keys");
            });
    assertThat(nodes)
        .filteredOn(node -> node.at("/role/value").asText().equals("button"))
        .hasSizeGreaterThan(12)
        .allSatisfy(node -> assertThat(node.at("/name/value").asText()).isNotBlank());
  }

  @Test
  void data_files_stay_small_with_a_hundred_thousand_images(@TempDir Path large)
      throws IOException {
    TestGallery.write(GalleryPlan.of(TestGallery.data(1000, 100)), path -> Optional.empty(), large);
    try (Stream<Path> files = Files.list(large.resolve("map"))) {
      assertThat(files.toList())
          .hasSize(52)
          .allSatisfy(file -> assertThat(Files.size(file)).isLessThan(2_000_000));
    }
    chromium.open(large.resolve("map.html"));
    chromium.await("nomen.map?.total === 100000");
    chromium.open(folder.resolve("map.html"));
  }
}
