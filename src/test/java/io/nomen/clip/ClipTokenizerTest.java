package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.Shared;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClipTokenizerTest {
  @Test
  void tokens_equal_openai_s_for_every_golden_prompt() throws Exception {
    Tokenizer tokenizer = open(Shared.data("clip-reference").toString());
    List<String> prompts = Goldens.prompts(Goldens.shared("golden_prompts.json"));
    Npy golden = Npy.read(Goldens.shared("golden_tokens.npy"));
    assertThat(prompts).hasSize(golden.rows());
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(Arrays.copyOf(tokenizer.encode(prompts.get(i)), golden.columns()))
          .as(prompts.get(i))
          .isEqualTo(golden.tokens(i));
    }
  }

  @Test
  void tokens_equal_the_bundled_model_s_goldens() throws Exception {
    Tokenizer tokenizer = open("tiny");
    List<String> prompts = Goldens.prompts(Goldens.resource("tiny_golden_prompts.json"));
    Npy golden = Npy.read(Goldens.resource("tiny_golden_tokens.npy"));
    for (int i = 0; i < prompts.size(); i++) {
      int[] tokens = tokenizer.encode(prompts.get(i));
      int[] padded = Arrays.copyOf(tokens, golden.columns());
      Arrays.fill(padded, tokens.length, padded.length, 2561);
      assertThat(padded).as(prompts.get(i)).isEqualTo(golden.tokens(i));
    }
  }

  @Test
  void a_long_text_is_cut_and_keeps_its_end_token() {
    int[] tokens = open("tiny").encode("dog ".repeat(10_000));
    assertThat(tokens).hasSize(32).startsWith(2560, 1929).endsWith(1929, 2561);
  }

  @Test
  void a_word_without_end_is_encoded_in_bounded_work() {
    assertThat(open("tiny").encode("aé".repeat(1_000_000))).hasSize(32);
  }

  @Test
  void survives_the_way_to_an_executor() throws Exception {
    Tokenizer tokenizer = open("tiny");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
      objects.writeObject(tokenizer);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(out.toByteArray()))) {
      assertThat(((Tokenizer) in.readObject()).encode("a photo of a dog."))
          .isEqualTo(tokenizer.encode("a photo of a dog."));
    }
  }

  private static Tokenizer open(String location) {
    return ClipCheckpoint.open(Goldens.STORAGE, location).tokenizer();
  }
}
