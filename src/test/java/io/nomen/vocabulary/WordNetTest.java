package io.nomen.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.vocabulary.WordNet.Sense;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordNetTest {
  private final WordNet wordnet = WordNet.get();

  @Test
  void holds_every_noun_of_wordnet_3_1() {
    assertThat(wordnet.size()).isEqualTo(82_192);
    assertThat(wordnet.lemmas()).hasSize(117_953);
  }

  @Test
  void numbers_senses_as_princeton_does() {
    Sense dog = wordnet.sense("dog.n.01").orElseThrow();
    assertThat(dog.lemmas()).containsExactly("dog", "domestic dog", "Canis familiaris");
    assertThat(dog.gloss()).startsWith("a member of the genus Canis");
    assertThat(dog.depth()).isEqualTo(8);
    assertThat(dog.hypernymPath()).startsWith("entity.n.01", "physical_entity.n.01");
    assertThat(wordnet.senses("dog"))
        .extracting(Sense::id)
        .containsExactly(
            "dog.n.01",
            "frump.n.01",
            "dog.n.03",
            "cad.n.01",
            "frank.n.02",
            "pawl.n.01",
            "andiron.n.01");
    assertThat(wordnet.sense("dog.n.99")).isEmpty();
    assertThat(wordnet.senses("no such word")).isEmpty();
  }

  @Test
  void counts_are_princetons_and_put_common_words_first() {
    assertThat(wordnet.tagCount("dog", "dog.n.01")).isEqualTo(42);
    assertThat(wordnet.sense("airplane.n.01").orElseThrow().lemmas())
        .containsExactly("plane", "airplane", "aeroplane");
  }

  @Test
  void first_sense_is_the_most_used_then_a_kind_before_a_name() {
    assertThat(first("car")).isEqualTo("car.n.01");
    assertThat(first("crane")).isEqualTo("crane.n.04");
    assertThat(first("scorpion")).isEqualTo("scorpion.n.03");
    assertThat(first("jellyfish")).isEqualTo("jellyfish.n.02");
  }

  @Test
  void plurals_underscores_and_capitals_find_the_word() {
    assertThat(first("Grand_Piano")).isEqualTo("grand_piano.n.01");
    assertThat(first("wolves")).isEqualTo("wolf.n.01");
    assertThat(first("churches")).isEqualTo("church.n.01");
    assertThat(first("sunglasses")).isEqualTo("sunglasses.n.01");
    assertThat(wordnet.singular("Bicycles")).isEqualTo("bicycle");
  }

  @Test
  void kinds_lie_under_their_hypernyms_along_every_way() {
    assertThat(wordnet.isUnder("dog.n.01", "canine.n.02")).isTrue();
    assertThat(wordnet.isUnder("dog.n.01", "domestic_animal.n.01")).isTrue();
    assertThat(wordnet.isUnder("dog.n.01", "cat.n.01")).isFalse();
    assertThat(wordnet.isPhysical("dog.n.01")).isTrue();
    assertThat(wordnet.isPhysical("love.n.01")).isFalse();
    assertThat(wordnet.hypernyms("dog.n.01"))
        .extracting(Sense::id)
        .containsExactlyInAnyOrder("canine.n.02", "domestic_animal.n.01");
    assertThat(wordnet.sisters("corgi.n.01")).extracting(Sense::id).contains("poodle.n.01");
  }

  @Test
  void a_subtree_is_the_meaning_and_all_below_once() {
    List<Sense> dogs = wordnet.subtree("dog.n.01");
    assertThat(dogs).hasSize(190).doesNotHaveDuplicates();
    assertThat(dogs.get(0).id()).isEqualTo("dog.n.01");
    assertThatThrownBy(() -> wordnet.subtree("dgo.n.01")).hasMessageContaining("dgo.n.01");
  }

  @Test
  void common_words_are_mentioned_in_definitions() {
    assertThat(wordnet.glossCount("lighthouse")).isGreaterThan(wordnet.glossCount("pharos"));
    assertThat(wordnet.glossCount("rocking chair")).isPositive();
  }

  private String first(String lemma) {
    return wordnet.firstSense(lemma).orElseThrow().id();
  }

  @Test
  void nothing_stands_twice_above_a_sense() {
    assertThat(Arrays.stream(WordNetTables.load().hypernyms()))
        .allMatch(above -> Arrays.stream(above).distinct().count() == above.length);
  }
}
