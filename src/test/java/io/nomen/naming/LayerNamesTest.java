package io.nomen.naming;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNames.ClusterName.ScoredNoun;
import io.nomen.naming.LayerNames.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LayerNamesTest {
  private static ClusterName name(String word, String synset) {
    return new ClusterName(
        word,
        true,
        "",
        List.of(new ScoredNoun(word, 0.3, Optional.of(synset), "")),
        Optional.empty(),
        List.of(),
        "");
  }

  private static ClusterName unnamed(int number) {
    return new ClusterName(
        "cluster " + number, false, "", List.of(), Optional.empty(), List.of(), "");
  }

  private static Part part(ClusterName name, long size, Part... parts) {
    return new Part(name, size, List.of(parts));
  }

  private static ClusterName of(List<Part> parts, ClusterName byImages) {
    return LayerNames.of(Map.of(0, parts), Map.of(0, byImages)).get(0);
  }

  @Test
  void dogs_of_several_breeds_are_dogs() {
    ClusterName name =
        of(
            List.of(
                part(name("beagle", "beagle.n.01"), 40),
                part(name("collie", "collie.n.01"), 40),
                part(name("pug", "pug.n.01"), 40)),
            unnamed(0));
    assertThat(name.name()).isEqualTo("dog");
    assertThat(name.named()).isTrue();
    assertThat(name.sisters()).containsExactly("beagle", "collie", "pug");
  }

  @Test
  void a_stranger_among_many_does_not_make_the_word_wider() {
    ClusterName name =
        of(
            List.of(
                part(name("beagle", "beagle.n.01"), 90),
                part(name("pug", "pug.n.01"), 90),
                part(name("teapot", "teapot.n.01"), 20)),
            unnamed(0));
    assertThat(name.name()).isEqualTo("dog");
  }

  @Test
  void what_shares_no_word_is_called_by_its_images_or_listed() {
    List<Part> parts =
        List.of(
            part(name("beagle", "beagle.n.01"), 30),
            part(name("teapot", "teapot.n.01"), 50),
            part(name("violin", "violin.n.01"), 40));
    assertThat(of(parts, name("still life", "still_life.n.01")).name()).isEqualTo("still life");
    ClusterName listed = of(parts, unnamed(0));
    assertThat(listed.name()).isEqualTo("teapot, violin and 1 more");
    assertThat(listed.named()).isFalse();
  }

  @Test
  void the_word_of_one_part_is_not_said_of_all() {
    List<Part> parts =
        List.of(
            part(name("beagle", "beagle.n.01"), 30),
            part(name("teapot", "teapot.n.01"), 50),
            part(name("violin", "violin.n.01"), 40));
    assertThat(of(parts, name("violin", "violin.n.01")).name())
        .isEqualTo("teapot, violin and 1 more");
  }

  @Test
  void the_word_of_a_part_of_a_part_is_not_said_of_all_either() {
    Part furniture =
        part(
            name("furniture", "furniture.n.01"),
            40,
            part(name("rocking chair", "rocking_chair.n.01"), 10),
            part(name("piano", "piano.n.01"), 30));
    List<Part> parts = List.of(furniture, part(name("ball", "ball.n.01"), 60));
    assertThat(of(parts, name("rocking chair", "rocking_chair.n.01")).name())
        .isEqualTo("ball, furniture");
  }

  @Test
  void the_word_of_half_is_not_said_of_all() {
    List<Part> parts =
        List.of(
            part(name("car", "car.n.01"), 40),
            part(name("beagle", "beagle.n.01"), 32),
            part(unnamed(2), 7));
    assertThat(of(parts, name("car", "car.n.01")).name()).isEqualTo("car, beagle and 1 more");
  }

  @Test
  void a_cluster_that_is_alone_keeps_its_name_and_nobody_else_has_it() {
    Map<Integer, ClusterName> names =
        LayerNames.of(
            Map.of(
                3,
                List.of(part(name("dog", "dog.n.01"), 10)),
                5,
                List.of(
                    part(name("beagle", "beagle.n.01"), 90), part(name("pug", "pug.n.01"), 90))),
            Map.of(3, unnamed(3), 5, unnamed(5)));
    assertThat(names.get(3).name()).isEqualTo("dog");
    assertThat(names.get(5).name()).isEqualTo("beagle, pug");
  }
}
