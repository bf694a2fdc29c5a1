package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Matrix;
import io.nomen.vocabulary.Noun;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NounTableTest {

  private static String digest(String synset, String gloss) {
    Noun reel = new Noun("reel", Optional.of(synset), gloss, true);
    return new NounTable(List.of(reel), new Matrix(1, 2, new float[] {0.6f, 0.8f})).digest();
  }

  @Test
  void another_meaning_of_the_same_word_is_another_table() {
    assertThat(digest("reel.n.01", "a roll")).isEqualTo(digest("reel.n.01", "a roll"));
    assertThat(digest("reel.n.03", "a dance")).isNotEqualTo(digest("reel.n.01", "a roll"));
    assertThat(digest("reel.n.01", "a winder")).isNotEqualTo(digest("reel.n.01", "a roll"));
  }
}
