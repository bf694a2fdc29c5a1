package io.nomen.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
  @TempDir Path folder;
  private final Storage storage = new Storage(new Configuration());

  @Test
  void all_of_wordnet_has_every_word_once_with_its_meaning() {
    Vocabulary all = Vocabulary.wordnet(List.of());
    assertThat(all.nouns()).hasSize(117_953);
    assertThat(all.nouns()).extracting(Noun::synset).doesNotContain(Optional.empty());
    assertThat(all.nouns()).extracting(Noun::lemma).contains("dog", "grand piano", "Rhineland");
  }

  @Test
  void subtrees_hold_only_what_is_under_them() {
    Vocabulary pets = Vocabulary.wordnet(List.of("dog.n.01", "domestic_cat.n.01"));
    assertThat(pets.nouns()).extracting(Noun::lemma).contains("corgi", "Siamese cat");
    Noun boxer =
        pets.nouns().stream().filter(n -> n.lemma().equals("boxer")).findFirst().orElseThrow();
    assertThat(boxer.synset()).contains("boxer.n.04");
    assertThat(pets.nouns()).extracting(Noun::lemma).doesNotContain("wolf", "entity");
  }

  @Test
  void an_unknown_subtree_is_refused_with_the_known_ones() {
    assertThatThrownBy(() -> Vocabulary.wordnet(List.of("dog.n.12")))
        .isInstanceOf(NomenException.class)
        .hasMessage(
            "WordNet 3.1 has no noun \"dog.n.12\"; --subtree takes one of dog.n.01, frump.n.01,"
                + " dog.n.03, cad.n.01, frank.n.02.");
  }

  @Test
  void a_list_leaves_out_blanks_comments_and_second_comings() throws IOException {
    String uri = file("\uFEFFdog\r\n\r\n# pets\r\nGrand_Piano\r\nDog\r\nflux capacitor\r\n");
    Vocabulary list = Vocabulary.ofFile(storage, uri);
    assertThat(list.nouns())
        .extracting(Noun::lemma)
        .containsExactly("dog", "Grand_Piano", "flux capacitor");
    assertThat(list.nouns())
        .extracting(Noun::synset)
        .containsExactly(
            Optional.of("dog.n.01"), Optional.of("grand_piano.n.01"), Optional.empty());
    assertThat(list.duplicates()).isEqualTo(1);
  }

  @Test
  void a_list_may_say_which_meaning_a_word_has() throws IOException {
    Vocabulary list =
        Vocabulary.ofFile(
            storage, file("banana\tbanana.n.02\nbanana\nboxer\nboxer dog\tboxer.n.04\n"));
    assertThat(list.nouns())
        .extracting(Noun::lemma)
        .containsExactly("banana", "boxer", "boxer dog");
    assertThat(list.nouns())
        .extracting(n -> n.synset().orElseThrow())
        .containsExactly("banana.n.02", "boxer.n.01", "boxer.n.04");
    assertThat(list.nouns().get(0).gloss()).startsWith("elongated crescent-shaped yellow fruit");
    String wrong = file("dog\tdog.n.99\n");
    assertThatThrownBy(() -> Vocabulary.ofFile(storage, wrong))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("gives \"dog\" the meaning \"dog.n.99\"");
  }

  @Test
  void the_bundled_model_says_which_meaning_its_nouns_have() throws IOException {
    List<String> lines;
    try (InputStream in = Vocabulary.class.getResourceAsStream("/io/nomen/clip/tiny/nouns.txt")) {
      lines = new String(in.readAllBytes(), UTF_8).lines().toList();
    }
    Vocabulary own = Vocabulary.ofLines("the model's own nouns", lines);
    assertThat(own.duplicates()).isZero();
    // What CLIP's vectors alone place, and labels that are words: WordNet lacks some of these.
    assertThat(own.nouns()).filteredOn(noun -> noun.synset().isEmpty()).hasSize(121);
    Noun reel =
        own.nouns().stream().filter(n -> n.lemma().equals("reel")).findFirst().orElseThrow();
    assertThat(reel.gloss()).startsWith("winder consisting of a revolving spool");
    assertThat(reel.synset()).isNotEqualTo(WordNet.get().firstSense("reel").map(WordNet.Sense::id));
  }

  @Test
  void a_list_for_ready_embeddings_keeps_every_line() throws IOException {
    String uri = file("dog\n#1 fan\ndog\noctopus (food)");
    Vocabulary rows = Vocabulary.ofRows(storage, uri, 4);
    assertThat(rows.nouns())
        .extracting(Noun::lemma)
        .containsExactly("dog", "#1 fan", "dog", "octopus (food)");
    assertThat(rows.nouns().get(3).synset()).contains("octopus.n.01");
    assertThatThrownBy(() -> Vocabulary.ofRows(storage, uri, 5))
        .hasMessageContaining("has 4 lines and the matrix of noun embeddings 5 rows");
  }

  @Test
  void lists_that_cannot_be_used_are_refused_in_one_sentence() throws IOException {
    String blank = file("dog\n\ncat\n");
    assertThatThrownBy(() -> Vocabulary.ofRows(storage, blank, 3))
        .hasMessageContaining("Line 2 of " + blank + " is blank");
    String empty = file("# nothing\n");
    assertThatThrownBy(() -> Vocabulary.ofFile(storage, empty))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("holds no word");
    Path latin = folder.resolve("latin1.txt");
    Files.write(latin, new byte[] {'c', 'a', 'f', (byte) 0xe9, '\n'});
    assertThatThrownBy(() -> Vocabulary.ofFile(storage, latin.toString()))
        .hasMessageContaining("is not UTF-8 text");
  }

  private String file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "nouns", ".txt"), text).toString();
  }
}
