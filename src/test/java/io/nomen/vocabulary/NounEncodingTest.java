package io.nomen.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nomen.vocabulary.NounEncoding.Batch;
import io.nomen.vocabulary.NounEncoding.TextEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NounEncodingTest {
  /** Two numbers that depend on the sentence alone, of very different lengths. */
  private static final TextEncoder ENCODER =
      new TextEncoder() {
        @Override
        public float[] encode(List<String> prompts) {
          float[] values = new float[2 * prompts.size()];
          for (int i = 0; i < prompts.size(); i++) {
            values[2 * i] = prompts.get(i).length();
            values[2 * i + 1] = prompts.get(i).hashCode() % 100;
          }
          return values;
        }

        @Override
        public int width() {
          return 2;
        }
      };

  @Test
  void seven_prompts_are_tacs() {
    assertThat(Prompts.TAC.of("dog"))
        .containsExactly(
            "itap of a dog.",
            "a bad photo of the dog.",
            "a origami dog.",
            "a photo of the large dog.",
            "a dog in a video game.",
            "art of the dog.",
            "a photo of the small dog.");
    assertThat(Prompts.SIC.of("dog")).containsExactly("a photo of a dog");
    assertThat(Prompts.TAC.digest()).hasSize(64).isNotEqualTo(Prompts.SIC.digest());
    assertThatThrownBy(() -> new Prompts("bad", List.of("a photo")))
        .hasMessageContaining("needs one {}");
  }

  @Test
  void a_noun_is_the_mean_of_unnormalised_prompts_normalised_once() {
    Batch batch = new Batch(new int[] {4}, List.of("dog"));
    float[] row = NounEncoding.encode(batch, Prompts.TAC, ENCODER);
    float[] all = ENCODER.encode(Prompts.TAC.of("dog"));
    double x = 0;
    double y = 0;
    for (int i = 0; i < 7; i++) {
      x += all[2 * i];
      y += all[2 * i + 1];
    }
    double norm = Math.hypot(x, y);
    assertThat((double) row[0]).isCloseTo(x / norm, within(1e-6));
    assertThat((double) row[1]).isCloseTo(y / norm, within(1e-6));
  }

  @Test
  void batches_are_sorted_by_tokens_and_hold_every_noun_once() {
    List<Noun> nouns =
        IntStream.range(0, 100)
            .mapToObj(i -> new Noun("w".repeat(1 + i * 37 % 11), Optional.empty(), "", false))
            .toList();
    List<Batch> batches = NounEncoding.plan(nouns, String::length, 8);
    assertThat(batches).hasSize(13);
    List<Integer> rows = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    for (Batch batch : batches) {
      IntStream.of(batch.rows()).forEach(rows::add);
      batch.lemmas().forEach(lemma -> lengths.add(lemma.length()));
    }
    assertThat(rows).hasSize(100).doesNotHaveDuplicates();
    assertThat(lengths).isSorted();
    assertThat(batches.get(5).lemmas().get(3))
        .isEqualTo(nouns.get(batches.get(5).rows()[3]).lemma());
  }
}
