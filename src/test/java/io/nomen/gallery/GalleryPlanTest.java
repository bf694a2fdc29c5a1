package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GalleryPlanTest {
  private static ClusterCard card(int number, long size, Optional<String> medoid) {
    return new ClusterCard(
        number,
        "thing",
        true,
        size,
        0.5,
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        medoid,
        List.of());
  }

  /** Image i is the surer the smaller i is; the doubtful end lies on the border. */
  private static List<ImageEntry> images(int cluster, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              double confidence = 1 - i / (2.0 * count);
              return new ImageEntry(
                  "%d-%05d".formatted(cluster, i),
                  cluster,
                  confidence,
                  Optional.of(new ImageEntry.RunnerUp(cluster + 1, 1 - confidence)),
                  Optional.empty(),
                  OptionalDouble.of(i == 777 ? 9 : 0));
            })
        .toList();
  }

  private static List<String> paths(List<ImageEntry> images) {
    return images.stream().map(ImageEntry::path).toList();
  }

  @Test
  void a_sample_spans_the_whole_range_of_confidence() {
    ClusterSample sample =
        ClusterSample.of(card(0, 1000, Optional.of("0-00500")), images(0, 1000), 60);

    assertThat(sample.shown())
        .hasSize(60)
        .isSortedAccordingTo((a, b) -> Double.compare(b.confidence(), a.confidence()));
    assertThat(paths(sample.shown()))
        .doesNotHaveDuplicates()
        .startsWith("0-00000")
        .endsWith("0-00999")
        .contains("0-00500", "0-00777");
    for (int part = 0; part < 10; part++) {
      int from = part;
      assertThat(sample.shown()).anyMatch(i -> i.path().startsWith("0-00" + from));
    }
    assertThat(paths(sample.border())).hasSize(12).startsWith("0-00999", "0-00998");
    assertThat(paths(sample.outliers())).hasSize(6).startsWith("0-00777");
    assertThat(paths(sample.mosaic())).hasSize(9).startsWith("0-00500", "0-00000", "0-00001");
    assertThat(sample.complete()).isFalse();
  }

  @Test
  void a_small_cluster_is_shown_whole() {
    ClusterSample sample = ClusterSample.of(card(0, 7, Optional.empty()), images(0, 7), 200);
    assertThat(sample.shown()).hasSize(7);
    assertThat(sample.mosaic()).hasSize(7);
    assertThat(sample.complete()).isTrue();
  }

  @Test
  void the_order_of_the_images_does_not_matter() {
    List<ImageEntry> shuffled = new ArrayList<>(images(0, 1000));
    Collections.shuffle(shuffled, new Random(3));
    ClusterCard card = card(0, 1000, Optional.of("0-00010"));
    assertThat(ClusterSample.of(card, shuffled, 40))
        .isEqualTo(ClusterSample.of(card, images(0, 1000), 40));
  }

  @Test
  void large_clusters_give_way_when_thumbnails_are_short() {
    GalleryData data =
        new GalleryData(
            TestGallery.data(1, 1).facts(),
            List.of(
                card(0, 5000, Optional.empty()),
                card(1, 30, Optional.empty()),
                card(2, 10, Optional.empty())),
            Map.of(0, images(0, 5000), 1, images(1, 30), 2, images(2, 10)),
            List.of(),
            List.of(),
            List.of(),
            GalleryData.Workbench.NONE,
            Optional.empty());
    GalleryPlan plan =
        GalleryPlan.of(data, new GalleryLimits(200, 90, 100, 120, 400, 4000, 100_000));
    assertThat(plan.clusters()).extracting(c -> c.shown().size()).containsExactly(50, 30, 10);
    assertThat(plan.images()).hasSize(90);
  }

  @Test
  void two_clusters_of_one_number_are_refused() {
    GalleryData data =
        new GalleryData(
            TestGallery.data(1, 1).facts(),
            List.of(card(4, 1, Optional.empty()), card(4, 1, Optional.empty())),
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            GalleryData.Workbench.NONE,
            Optional.empty());
    assertThatThrownBy(() -> GalleryPlan.of(data))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("the number 4");
  }
}
