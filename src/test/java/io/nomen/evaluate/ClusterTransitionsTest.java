package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.evaluate.ClusterTransitions.Born;
import io.nomen.evaluate.ClusterTransitions.Died;
import io.nomen.evaluate.ClusterTransitions.Earlier;
import io.nomen.evaluate.ClusterTransitions.Survived;
import io.nomen.store.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusterTransitionsTest {
  /** Clusters 7, 3 and 9, and one with the id 11 that is no more. */
  private static final Earlier EARLIER =
      new Earlier(
          "weeks/1", "one", new int[] {7, 3, 9}, List.of("cat", "dog", "tea"), sizes(6, 6, 4), 12);

  private static long[] sizes(long... sizes) {
    return sizes;
  }

  private static int[] images(int... runs) {
    return IntStream.range(0, runs.length / 2)
        .flatMap(i -> IntStream.generate(() -> runs[2 * i]).limit(runs[2 * i + 1]))
        .toArray();
  }

  /** From the clusters of single images, −1 for those that the earlier run does not have. */
  private static ClusterTransitions transitions(
      Earlier earlier, int[] before, int[] now, int clusters) {
    long[][] common = new long[clusters][earlier.ids().length];
    long[] sizes = new long[clusters];
    for (int row = 0; row < now.length; row++) {
      sizes[now[row]]++;
      if (before[row] >= 0) {
        common[now[row]][before[row]]++;
      }
    }
    return ClusterTransitions.of(earlier, common, sizes);
  }

  @Test
  void clusters_that_are_the_same_under_other_numbers_keep_their_ids() {
    ClusterTransitions found =
        transitions(EARLIER, images(0, 6, 1, 6, 2, 4), images(2, 6, 0, 6, 1, 4), 3);
    assertThat(found.ids()).containsExactly(3, 9, 7);
    assertThat(found.born()).isEmpty();
    assertThat(found.died()).isEmpty();
    assertThat(found.moved()).isZero();
    assertThat(found.nextId()).isEqualTo(12);
  }

  @Test
  void a_cluster_cut_in_two_lives_on_in_the_larger_part_and_the_other_gets_an_id_of_its_own() {
    int[] before = images(0, 6, 1, 6, 2, 4);
    ClusterTransitions found = transitions(EARLIER, before, images(0, 4, 1, 2, 2, 6, 3, 4), 4);
    assertThat(found.ids()).containsExactly(7, 12, 3, 9);
    assertThat(found.born()).containsExactly(new Born(12, 2, Optional.of(7), 2));
    assertThat(found.survived()).contains(new Survived(7, 6, 4, 4));
    assertThat(found.moved()).isEqualTo(2);
    assertThat(found.nextId()).isEqualTo(13);
  }

  @Test
  void a_cluster_that_goes_up_in_another_is_gone_and_tells_where_its_images_are() {
    int[] before = images(0, 6, 1, 6, 2, 4);
    ClusterTransitions found = transitions(EARLIER, before, images(0, 6, 1, 10), 2);
    assertThat(found.ids()).containsExactly(7, 3);
    assertThat(found.died()).containsExactly(new Died(9, "tea", 4, Optional.of(3), 4));
    assertThat(found.survived()).contains(new Survived(3, 6, 10, 6));
  }

  @Test
  void a_cluster_of_new_images_alone_is_born_and_one_whose_images_are_gone_has_died() {
    int[] before = images(0, 6, 1, 6, -1, 5);
    ClusterTransitions found = transitions(EARLIER, before, images(0, 6, 1, 6, 2, 5), 3);
    assertThat(found.born()).containsExactly(new Born(12, 5, Optional.empty(), 0));
    assertThat(found.died()).containsExactly(new Died(9, "tea", 4, Optional.empty(), 0));
    assertThat(found.compared()).isEqualTo(12);
    assertThat(found.moved()).isZero();
  }

  @Test
  void crumbs_in_common_make_no_successor() {
    int[] before = images(0, 6, 1, 6, 2, 4);
    // Two images of each.
    int[] now = {0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1};
    ClusterTransitions found = transitions(EARLIER, before, now, 3);
    assertThat(found.survived()).isEmpty();
    assertThat(found.ids()).containsExactly(12, 13, 14);
    assertThat(found.moved()).isEqualTo(16);
  }

  @Test
  void pairs_are_found_for_all_clusters_together() {
    // Cluster 0 of now has most in common with 7, but then 3 and cluster 1 would have nobody.
    Earlier two = new Earlier("", "", new int[] {7, 3}, List.of("a", "b"), sizes(18, 8), 8);
    int[] before = images(0, 10, 1, 8, 0, 8);
    int[] now = images(0, 18, 1, 8);
    ClusterTransitions found = transitions(two, before, now, 2);
    assertThat(found.ids()).containsExactly(3, 7);
  }

  @Test
  void what_it_tells_is_read_again_from_a_record() {
    ClusterTransitions found = transitions(EARLIER, images(0, 6, -1, 2), images(0, 6, 1, 2), 2);
    String json = Json.line(found);
    ClusterTransitions again = Json.read(json, ClusterTransitions.class, "the record");
    assertThat(Json.line(again)).isEqualTo(json).contains("\"next_id\":13");
    assertThat(Arrays.equals(again.ids(), found.ids())).isTrue();
  }
}
