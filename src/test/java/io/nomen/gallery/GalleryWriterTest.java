package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalleryWriterTest {
  private static final Pattern REFERENCE = Pattern.compile(" (?:href|src)=\"([^\"]*)\"");

  @TempDir static Path folder;
  private static Map<String, String> pages;

  @BeforeAll
  static void write() {
    TestGallery.write(plan(TestGallery.data(12, 30)), TestGallery.pictures(), folder);
    pages = TestGallery.pages(folder);
  }

  private static GalleryPlan plan(GalleryData data) {
    return GalleryPlan.of(data, TestGallery.SMALL);
  }

  @Test
  void has_a_page_for_everything() {
    assertThat(pages)
        .containsKeys(
            "index.html",
            "index-2.html",
            "names.html",
            "layers.html",
            "questions.html",
            "comparison.html",
            "map.html",
            "duplicates.html",
            "outliers.html",
            "failed.html",
            "failed-2.html",
            "run.html",
            "clusters/0.html",
            "clusters/11.html",
            "clusters/0-2.html");
  }

  @Test
  void every_page_forbids_everything_that_is_not_beside_it() {
    pages.forEach(
        (name, page) ->
            assertThat(page)
                .as(name)
                .contains(
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src"
                        + " &#39;none&#39;; img-src &#39;self&#39; data:; style-src"
                        + " &#39;self&#39;; script-src &#39;self&#39;;"));
  }

  @Test
  void every_reference_is_a_file_of_the_gallery_or_a_local_original() {
    pages.forEach(
        (name, page) -> {
          Matcher reference = REFERENCE.matcher(page);
          while (reference.find()) {
            String target = reference.group(1);
            if (!target.startsWith("file:///images/")
                && !target.startsWith("#")
                && !target.equals("data:,")) {
              assertThat(folder.resolve(name).resolveSibling(target.replaceFirst("#.*", "")))
                  .as(name)
                  .exists();
            }
          }
        });
  }

  @Test
  void no_page_can_reach_the_network_or_holds_inline_code() {
    pages.forEach(
        (name, page) -> {
          String tags = page.replaceAll("=\"[^\"]*\"", "=\"\"");
          assertThat(tags).as(name).doesNotContainPattern("<[^>]* (?:on[a-z]+|style)=");
          assertThat(tags.replace("<script src=\"\" defer=\"\"></script>", ""))
              .as(name)
              .doesNotContain("<script");
          Matcher reference = REFERENCE.matcher(page);
          while (reference.find()) {
            assertThat(reference.group(1))
                .as(name)
                .matches("data:,|#main|file:///images/.*|(?:\\.\\./)?[a-z0-9./-]+(?:#[a-z0-9-]+)?");
          }
        });
  }

  @Test
  void links_to_originals_decode_to_the_path() {
    Set<String> linked = new HashSet<>();
    pages.forEach(
        (name, page) -> {
          Matcher reference = REFERENCE.matcher(page);
          while (reference.find()) {
            if (reference.group(1).startsWith("file://")) {
              linked.add(
                  URLDecoder.decode(
                      reference.group(1).substring(7).replace("+", "%2B"), StandardCharsets.UTF_8));
            }
          }
        });
    assertThat(linked).contains(TestGallery.path(0, 15), TestGallery.path(5, 15));
  }

  @Test
  void what_is_left_out_is_said_in_words() {
    assertThat(pages.get("clusters/9.html"))
        .contains(
            "Showing 20 of 30 images, taken over the whole range from certain to doubtful."
                + " Here are 1 to 10.");
    assertThat(pages.get("clusters/9-2.html")).contains("Here are 11 to 20.");
  }

  @Test
  void one_run_has_one_gallery(@TempDir Path again) throws IOException {
    GalleryData data = TestGallery.data(12, 30);
    data.images().values().forEach(Collections::reverse);
    TestGallery.write(plan(data), TestGallery.pictures(), again);
    assertThat(TestGallery.pages(again)).isEqualTo(pages);
    assertThat(Files.readAllBytes(again.resolve("m/3.jpg")))
        .isEqualTo(Files.readAllBytes(folder.resolve("m/3.jpg")));
  }

  @Test
  void asks_only_for_the_images_of_the_plan(@TempDir Path other) {
    GalleryData data = TestGallery.data(3, 500);
    Set<String> asked = Collections.synchronizedSet(new HashSet<>());
    TestGallery.write(
        GalleryPlan.of(data),
        path -> {
          asked.add(path);
          return Optional.empty();
        },
        other);
    List<String> planned = GalleryPlan.of(data).images();
    assertThat(planned).doesNotHaveDuplicates().hasSizeBetween(600, 620);
    assertThat(asked).containsExactlyInAnyOrderElementsOf(planned);
  }

  @Test
  void an_image_without_a_thumbnail_is_named_in_its_place(@TempDir Path other) {
    TestGallery.write(
        plan(TestGallery.data(2, 4)), path -> Optional.of(new byte[] {'<', 'x', '>'}), other);
    assertThat(other.resolve("t")).doesNotExist();
    assertThat(TestGallery.pages(other).get("clusters/1.html"))
        .contains("class=\"blank\"")
        .doesNotContain("<img");
  }

  @Test
  void a_gallery_that_could_not_be_finished_has_no_index(@TempDir Path other) {
    assertThatThrownBy(
            () ->
                TestGallery.write(
                    plan(TestGallery.data(2, 4)),
                    path -> {
                      throw new IllegalStateException("no such executor");
                    },
                    other))
        .hasMessage("no such executor");
    assertThat(other.resolve("index.html")).doesNotExist();
  }

  @Test
  void a_run_of_one_image_and_a_run_of_none_have_galleries(@TempDir Path one, @TempDir Path none) {
    TestGallery.write(plan(TestGallery.data(1, 1)), TestGallery.pictures(), one);
    assertThat(TestGallery.pages(one).get("clusters/0.html")).contains("The one image.");
    GalleryData empty =
        new GalleryData(
            TestGallery.data(1, 1).facts(),
            List.of(),
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            GalleryData.Workbench.NONE,
            Optional.empty());
    TestGallery.write(plan(empty), TestGallery.pictures(), none);
    assertThat(TestGallery.pages(none)).containsKey("index.html").doesNotContainKey("map.html");
  }

  @Test
  void pages_stay_small_with_a_hundred_thousand_images_in_a_thousand_clusters(@TempDir Path large) {
    GalleryData data = TestGallery.data(1000, 100);
    // 24 of each cluster, and what duplicates add to them.
    assertThat(GalleryPlan.of(data).images().size()).isBetween(24_000, 25_000);
    TestGallery.write(GalleryPlan.of(data), path -> Optional.empty(), large);
    Map<String, String> written = TestGallery.pages(large);
    assertThat(written.size()).isGreaterThan(1000);
    written.forEach(
        (name, page) ->
            assertThat(page.getBytes(StandardCharsets.UTF_8).length)
                .as(name)
                .isLessThan(2_000_000));
  }
}
