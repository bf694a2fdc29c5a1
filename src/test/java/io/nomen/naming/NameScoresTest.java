package io.nomen.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.naming.NameScores.Match;
import io.nomen.naming.NameScores.Named;
import io.nomen.vocabulary.WordNet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameScoresTest {
  private static final WordNet WORDNET = WordNet.get();

  @ParameterizedTest
  @CsvSource({
    "airplane, airplanes, WORD",
    "golden retriever, Golden_Retriever, WORD",
    "crane (bird), crane, WORD",
    "car, automobile, LEMMA",
    "T-shirt, tee shirt, LEMMA",
    "lantern, jack-o'-lantern, HYPERNYM",
    "puma, cougar_body, NONE",
    "dog, golden_retriever, NONE",
    "retriever, golden_retriever, HYPERNYM",
    "sporting dog, golden_retriever, HYPERNYM",
    "cluster 7, dolphin, NONE",
  })
  void a_name_is_the_label_a_synonym_a_hypernym_or_none(String name, String label, Match match) {
    assertThat(NameScores.match(name, label, WORDNET)).isEqualTo(match);
  }

  @Test
  void names_are_counted_by_cluster_and_their_words_by_image() {
    NameScores scores =
        NameScores.of(
            List.of(
                new Named(0, "grand piano", "grand_piano", 30),
                new Named(1, "car", "automobile", 10),
                new Named(2, "wild cat", "house cat", 10),
                new Named(3, "cluster 3", "dolphin", 50)),
            WORDNET);

    assertThat(scores.clusters()).isEqualTo(4);
    assertThat(scores.byWord()).isEqualTo(1);
    assertThat(scores.byLemma()).isEqualTo(2);
    assertThat(scores.wordOverlap()).isCloseTo((30 + 10 / 3.0) / 100, within(1e-9));
    assertThat(scores.summary()).containsEntry("by_word", 1);
  }
}
