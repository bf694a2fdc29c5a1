package io.nomen.naming;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNames.ClusterName.ScoredNoun;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.Vocabulary;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterNamesTest {
  @Test
  void names_are_given_to_all_clusters_at_once_not_by_number() {
    // Cluster 0 likes the cat a little more than the dog; cluster 1 has only the cat.
    List<ClusterName> names = name(List.of("cat", "dog"), row(0.30, 0.29), row(0.28, 0.01));
    assertThat(names).extracting(ClusterName::name).containsExactly("dog", "cat");
  }

  @Test
  void a_wide_word_that_names_another_cluster_speaks_for_what_is_under_it() {
    List<String> words = List.of("decapod crustacean", "true lobster", "footwear");
    List<ClusterName> names = name(words, row(0.204, 0.062, 0.176), row(0.737, 0.036, 0.001));
    assertThat(names)
        .extracting(ClusterName::name)
        .containsExactly("true lobster", "decapod crustacean");
  }

  @Test
  void of_two_words_as_clear_the_one_that_people_use_is_the_name() {
    assertThat(name(List.of("pachyderm", "elephant"), row(0.284, 0.265)).get(0).name())
        .isEqualTo("elephant");
    assertThat(name(List.of("butterfly", "danaid"), row(0.196, 0.172)).get(0).name())
        .isEqualTo("butterfly");
  }

  @Test
  void a_clearer_noun_gives_way_only_to_one_that_the_words_above_lift_well_above_it() {
    List<String> words = List.of("bell cote", "solar dish", "panpipe", "wind instrument");
    assertThat(name(words, row(0.136, 0.087, 0.087, 0.055)).get(0).name()).isEqualTo("bell cote");
    assertThat(name(words, row(0.136, 0.087, 0.120, 0.055)).get(0).name()).isEqualTo("panpipe");
  }

  @Test
  void a_place_leaves_the_name_to_what_moves_there() {
    List<String> planes = List.of("airstrip", "airliner", "aircraft", "airfield");
    ClusterName plane = name(planes, row(0.417, 0.284, 0.108, 0.04)).get(0);
    assertThat(plane.name()).isEqualTo("airliner");
    assertThat(plane.reason()).endsWith("; the place where it is seen (airstrip) is left aside");
    assertThat(plane.nouns()).extracting(ScoredNoun::lemma).startsWith("airstrip", "airliner");
    List<String> cars = List.of("parking area", "SUV", "car", "minivan", "taxi");
    assertThat(name(cars, row(0.566, 0.162, 0.103, 0.046, 0.037)).get(0).name()).isEqualTo("car");
  }

  @Test
  void a_place_is_the_name_where_what_moves_there_is_not_clear() {
    List<String> words = List.of("parking area", "SUV", "car", "streetlight");
    assertThat(name(words, row(0.566, 0.1, 0.103, 0.2)).get(0).name()).isEqualTo("parking area");
    double[] noise = {0.12};
    float[][] scores = {row(0.3, 0.1, 0.1, 0.1)};
    assertThat(name(nouns(words), scores, noise, false).get(0).name()).isEqualTo("parking area");
    List<Optional<ClusterName>> kept = List.of(earlier("parking area", Optional.empty()));
    assertThat(nameAgain(words, kept, row(0.4, 0.3, 0.1, 0)).get(0).name())
        .isEqualTo("parking area");
  }

  @Test
  void no_noun_names_two_clusters_and_too_few_nouns_leave_numbers() {
    List<ClusterName> names = name(List.of("cat"), row(0.2), row(0.3), row(0.1));
    assertThat(names)
        .extracting(ClusterName::name)
        .containsExactly("cluster 0", "cat", "cluster 2");
    assertThat(names.get(0).named()).isFalse();
    assertThat(names.get(0).nouns()).extracting(ScoredNoun::lemma).containsExactly("cat");
  }

  @Test
  void a_cluster_where_nothing_beats_chance_keeps_its_number_and_shows_hints() {
    List<Noun> nouns = nouns(List.of("cat", "piano"));
    float[][] scores = {row(0.02, 0.01), row(0.01, 0.5)};
    List<ClusterName> names = name(nouns, scores, new double[] {0.03, 0.03}, false);
    assertThat(names).extracting(ClusterName::name).containsExactly("cluster 0", "piano");
    assertThat(names.get(0).reason())
        .isEqualTo("no noun stands out: the best scores 0.020, chance reaches 0.030");
    assertThat(names.get(0).nouns()).hasSize(2);
  }

  @Test
  void a_noun_far_below_the_best_is_no_name() {
    List<ClusterName> names = name(List.of("motorcycle", "teapot"), row(0.9, 0.1), row(0.5, 0.02));
    assertThat(names).extracting(ClusterName::name).containsExactly("motorcycle", "cluster 1");
  }

  @Test
  void synonyms_add_up_and_the_common_word_is_shown() {
    List<ClusterName> names = name(List.of("limo", "limousine", "trolleybus"), row(0.2, 0.2, 0.3));
    assertThat(names.get(0).name()).isEqualTo("limousine");
    assertThat(names.get(0).nouns().get(0).score())
        .isCloseTo(0.4, org.assertj.core.api.Assertions.within(1e-6));
    assertThat(name(List.of("sea crawfish", "spiny lobster"), row(0.3, 0.2)).get(0).name())
        .isEqualTo("spiny lobster");
    assertThat(name(List.of("albatross", "mollymawk"), row(0.3, 0.2)).get(0).name())
        .isEqualTo("albatross");
    assertThat(name(List.of("monarch", "monarch butterfly"), row(0.3, 0.2)).get(0).name())
        .isEqualTo("monarch butterfly");
    assertThat(name(List.of("automobile"), row(0.5)).get(0).name()).isEqualTo("car");
    assertThat(name(List.of("Felis concolor"), row(0.5)).get(0).name()).isEqualTo("cougar");
    assertThat(name(List.of("beacon light", "lighthouse"), row(0.5, 0.1)).get(0).name())
        .isEqualTo("lighthouse");
  }

  @Test
  void names_are_singular_and_lower_case_but_for_proper_nouns() {
    assertThat(name(List.of("Leopards"), row(0.5)).get(0).name()).isEqualTo("leopard");
    assertThat(name(List.of("yorkshire terrier"), row(0.5)).get(0).name())
        .isEqualTo("Yorkshire terrier");
    assertThat(name(List.of("green Vegetables"), row(0.5)).get(0).name())
        .isEqualTo("green vegetable");
    assertThat(name(List.of("octopus (food)"), row(0.5)).get(0).name()).isEqualTo("octopus");
  }

  @Test
  void three_sisters_become_what_they_are_kinds_of() {
    List<ClusterName> names =
        name(
            List.of("corgi", "beagle", "collie", "piano"),
            row(0.3, 0.28, 0.25, 0),
            row(0, 0, 0, 1));
    ClusterName dogs = names.get(0);
    assertThat(dogs.name()).isEqualTo("dog");
    assertThat(dogs.hypernym()).contains("dog.n.01");
    assertThat(dogs.sisters()).containsExactly("corgi", "beagle", "collie");
  }

  @Test
  void a_hypernym_may_stand_beside_the_name_of_one_of_its_kinds() {
    List<ClusterName> names =
        name(
            List.of("corgi", "beagle", "collie", "poodle"),
            row(0.3, 0.28, 0.25, 0),
            row(0, 0, 0, 1));
    assertThat(names).extracting(ClusterName::name).containsExactly("dog", "poodle");
  }

  @Test
  void one_noun_far_above_its_sisters_stays() {
    List<ClusterName> names = name(List.of("corgi", "beagle", "collie"), row(0.6, 0.1, 0.1));
    assertThat(names.get(0).name()).isEqualTo("corgi");
  }

  @Test
  void images_that_agree_on_the_kind_but_on_no_noun_are_called_by_the_kind() {
    List<String> words = List.of("dromedary", "teapot", "llama", "bison", "gazelle", "piano");
    float[] hoofed = row(0.15, 0.1, 0.07, 0.1, 0.1, 0);
    ClusterName name = name(words, hoofed, row(0, 0, 0, 0, 0, 1)).get(0);
    assertThat(name.name()).isEqualTo("ungulate");
    assertThat(name.sisters()).containsExactly("dromedary", "bison", "gazelle", "llama");
    assertThat(name.reason()).contains("dromedary, bison, gazelle, llama");

    List<ClusterName> beside = name(words, hoofed, row(0, 0, 0, 1, 0, 0));
    assertThat(beside).extracting(ClusterName::name).containsExactly("ungulate", "bison");
    float[] agreed = row(0.25, 0.1, 0.07, 0.05, 0.05, 0);
    assertThat(name(words, agreed).get(0).name()).isEqualTo("dromedary");
  }

  @Test
  void a_noun_counts_together_with_its_kinds_before_a_wider_word_is_taken() {
    List<String> cars = List.of("car", "limousine", "motor vehicle", "tractor");
    assertThat(name(cars, row(0.3, 0.2, 0.15, 0.1)).get(0).name()).isEqualTo("car");
    List<String> mixed = List.of("go-kart", "motor vehicle", "fire engine", "moped", "golf cart");
    assertThat(name(mixed, row(0.16, 0.1, 0.12, 0.1, 0.1)).get(0).name())
        .isEqualTo("motor vehicle");
  }

  @Test
  void the_words_above_a_noun_speak_for_it_unless_they_are_seen_more_clearly() {
    List<String> rain = List.of("shelter", "umbrella", "canopy", "protective covering");
    ClusterName umbrella = name(rain, row(0.15, 0.12, 0.08, 0.11)).get(0);
    assertThat(umbrella.name()).isEqualTo("umbrella");
    assertThat(umbrella.reason())
        .isEqualTo(
            "the best noun that no other cluster is named after: score 0.120, with the words above it"
                + " 0.310, chance reaches 0.000");
    List<String> chairs = List.of("chair", "rocking chair", "seat", "furniture");
    assertThat(name(chairs, row(0.17, 0.15, 0.09, 0.11)).get(0).name()).isEqualTo("chair");
  }

  @Test
  void a_noun_and_the_words_above_it_are_no_sisters() {
    List<String> hoofed =
        List.of("elephant", "even-toed ungulate", "proboscidean", "pachyderm", "ungulate");
    assertThat(name(hoofed, row(0.17, 0.17, 0.16, 0.13, 0.10)).get(0).name()).isEqualTo("elephant");
  }

  @Test
  void of_two_kinds_that_hold_almost_the_same_the_more_used_is_the_wider_word() {
    List<String> words = List.of("llama", "dalmatian", "elephant", "cat", "rabbit");
    assertThat(name(words, row(0.15, 0.1, 0.1, 0.1, 0.1)).get(0).name()).isEqualTo("mammal");
  }

  @Test
  void a_kind_of_thousands_of_things_is_no_wider_word() {
    List<String> words = List.of("sea horse", "teapot", "cow", "pigeon", "lobster");
    assertThat(name(words, row(0.15, 0.1, 0.1, 0.1, 0.1)).get(0).name()).isEqualTo("sea horse");
  }

  @Test
  void an_abstract_noun_gives_way_to_a_concrete_one_within_ten_per_cent() {
    assertThat(name(List.of("happiness", "puppy"), row(0.50, 0.46)).get(0).name())
        .isEqualTo("puppy");
    assertThat(name(List.of("happiness", "puppy"), row(0.50, 0.40)).get(0).name())
        .isEqualTo("happiness");
  }

  @Test
  void a_word_for_ten_thousand_things_is_no_name() {
    List<ClusterName> names = name(List.of("artifact", "teapot"), row(0.5, 0.2), row(0.5, 0.01));
    assertThat(names).extracting(ClusterName::name).containsExactly("teapot", "cluster 1");
  }

  @Test
  void the_company_of_a_word_decides_its_meaning() {
    ClusterName dog = name(List.of("boxer", "bulldog", "bull terrier"), row(0.5, 0.2, 0.1)).get(0);
    assertThat(dog.nouns().get(0).synset()).contains("boxer.n.04");
    ClusterName bird = name(List.of("crane", "heron", "flamingo"), row(0.5, 0.2, 0.1)).get(0);
    assertThat(bird.nouns().get(0).synset()).contains("crane.n.05");
    ClusterName machine =
        name(List.of("crane", "forklift", "bulldozer"), row(0.5, 0.2, 0.1)).get(0);
    assertThat(machine.nouns().get(0).synset()).contains("crane.n.04");
    ClusterName given =
        name(List.of("crane\tcrane.n.04", "heron", "flamingo"), row(0.5, 0.2, 0.1)).get(0);
    assertThat(given.nouns().get(0).synset()).contains("crane.n.04");
  }

  @Test
  void chance_is_measured_on_clusters_of_the_same_sizes() {
    int[] clusters = {0, 0, 0, 1, 1, 2};
    int[][] dealt = NoiseThreshold.shuffled(clusters, 4, 5);
    assertThat(dealt).hasDimensions(4, 6);
    for (int[] one : dealt) {
      int[] sorted = one.clone();
      Arrays.sort(sorted);
      assertThat(sorted).isEqualTo(clusters);
    }
    assertThat(dealt).isEqualTo(NoiseThreshold.shuffled(clusters, 4, 5));
    double[] threshold =
        NoiseThreshold.of(List.of(new double[] {1, 0}, new double[] {2, 0}, new double[] {3, 0}));
    assertThat(threshold).containsExactly(2 + 3 * 1.0, 0);
  }

  private static List<ClusterName> name(List<String> words, float[]... scores) {
    return name(nouns(words), scores, new double[scores.length], false);
  }

  private static List<ClusterName> name(
      List<Noun> nouns, float[][] scores, double[] noise, boolean verbatim) {
    return ClusterNames.of(
        nouns, scores, noise, verbatim, Collections.nCopies(scores.length, Optional.empty()));
  }

  private static List<Noun> nouns(List<String> words) {
    return Vocabulary.ofLines("test", words).nouns();
  }

  private static float[] row(double... values) {
    float[] row = new float[values.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) values[i];
    }
    return row;
  }

  @Test
  void the_words_of_somebody_s_own_list_are_names_as_they_stand_and_each_for_itself() {
    List<String> own =
        List.of(
            "Llamas, alpacas",
            "Butterflies & moths",
            "PIZZAS",
            "Airplanes (civil)",
            "Airplanes (military)",
            "street_sign");
    float[][] scores = new float[own.size()][];
    for (int c = 0; c < scores.length; c++) {
      double[] row = new double[own.size()];
      row[c] = 0.5;
      scores[c] = row(row);
    }
    List<ClusterName> names = name(nouns(own), scores, new double[scores.length], true);
    assertThat(names).extracting(ClusterName::name).containsExactlyElementsOf(own);
    assertThat(names).allSatisfy(name -> assertThat(own).contains(name.nouns().get(0).lemma()));
  }

  @Test
  void a_word_that_comes_again_in_somebody_s_own_list_names_one_cluster() {
    List<Noun> own = Vocabulary.ofEach("test", List.of("dog", "cat", "Dog")).nouns();
    float[][] scores = {row(0.5, 0, 0.4), row(0.2, 0.3, 0.2)};
    List<ClusterName> names = name(own, scores, new double[2], true);
    assertThat(names).extracting(ClusterName::name).containsExactlyInAnyOrder("dog", "cat");
  }

  private static Optional<ClusterName> earlier(String name, Optional<String> hypernym) {
    return Optional.of(
        new ClusterName(name, true, "", List.of(), hypernym, List.of(), "it was called so"));
  }

  private static List<ClusterName> nameAgain(
      List<String> words, List<Optional<ClusterName>> earlier, float[]... scores) {
    return ClusterNames.of(nouns(words), scores, new double[scores.length], false, earlier);
  }

  @Test
  void a_name_of_the_earlier_run_is_kept_while_it_is_among_the_best_five_nouns() {
    List<String> words = List.of("piano", "organ", "teapot");
    List<Optional<ClusterName>> organ = List.of(earlier("organ", Optional.empty()));
    assertThat(nameAgain(words, organ, row(0.30, 0.25, 0)).get(0).name()).isEqualTo("organ");
    assertThat(nameAgain(words, organ, row(0.30, 0.25, 0)).get(0).reason())
        .startsWith("the earlier run's noun");
    // Far below the best it would be the wrong word.
    assertThat(nameAgain(words, organ, row(0.30, 0.05, 0)).get(0).name()).isEqualTo("piano");
  }

  @Test
  void a_kept_name_goes_before_a_better_score_of_a_new_cluster() {
    List<ClusterName> names =
        nameAgain(
            List.of("cat", "dog"),
            List.of(Optional.empty(), earlier("cat", Optional.empty())),
            row(0.40, 0.20),
            row(0.20, 0.30));
    assertThat(names).extracting(ClusterName::name).containsExactly("dog", "cat");
  }

  @Test
  void a_kind_is_kept_while_two_of_the_best_nouns_are_under_it_and_names_no_other() {
    List<String> words = List.of("corgi", "beagle", "teapot", "dog");
    List<Optional<ClusterName>> dog =
        List.of(earlier("dog", Optional.of("dog.n.01")), Optional.empty());
    List<ClusterName> names =
        nameAgain(words, dog, row(0.30, 0.1, 0.02, 0.05), row(0, 0.05, 0.2, 0.3));
    assertThat(names).extracting(ClusterName::name).containsExactly("dog", "teapot");
    assertThat(names.get(0).hypernym()).contains("dog.n.01");
    assertThat(nameAgain(words, dog, row(0, 0.01, 0.3, 0), row(0.3, 0, 0, 0)).get(0).name())
        .isEqualTo("teapot");
  }
}
