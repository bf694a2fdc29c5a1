package io.nomen.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.encode.NounEncoder;
import io.nomen.run.NounTable;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.tensor.CacheFolder;
import io.nomen.testing.Command;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.Vocabulary;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyStageTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final List<String> NOUNS = List.of("kestrel", "sextant", "marmalade", "gazebo");
  private static final List<String> AN_ANGLE = List.of("sextant\tsextant.n.01");
  private static final List<String> AN_INSTRUMENT = List.of("sextant\tsextant.n.02");

  @TempDir Path folder;

  @AfterEach
  void forget() throws Exception {
    for (List<String> nouns : List.of(NOUNS, AN_ANGLE, AN_INSTRUMENT)) {
      for (Path done : cached(nouns)) {
        Files.delete(done);
        Files.deleteIfExists(table(done));
      }
    }
  }

  /** The small files that say that these nouns are in the cache. */
  private static List<Path> cached(List<String> nouns) throws Exception {
    String digest = NounEncoder.digest(Vocabulary.ofLines("the test's", nouns).nouns());
    try (Stream<Path> files =
        Files.list(Files.createDirectories(CacheFolder.path().resolve("vocabulary")))) {
      return files
          .filter(file -> file.toString().endsWith(".done"))
          .filter(file -> STORAGE.readText(file.toString()).contains(digest))
          .toList();
    }
  }

  private static Path table(Path done) {
    return Path.of(done.toString().replaceFirst("[.]done$", ""));
  }

  private Command vocabulary(String resume, String output, List<String> nouns) throws Exception {
    Path words = Files.write(folder.resolve("nouns.txt"), nouns);
    return Command.done(
        "vocabulary",
        "--nouns",
        words,
        "--precision",
        "fp32",
        "--resume",
        resume,
        "--output",
        folder.resolve(output));
  }

  @Test
  void the_bundled_models_nouns_come_with_what_its_text_tower_makes_of_them() throws Exception {
    Path own = folder.resolve("own");
    assertThat(Command.done("vocabulary", "--output", own).err()).doesNotContain("nouns, ");
    NounTable brought = nouns(own);
    int[] some = IntStream.range(0, brought.nouns().size() / 20).map(i -> 20 * i).toArray();
    List<String> words = brought.select(some).nouns().stream().map(Noun::lemma).toList();
    vocabulary("never", "some", words);
    NounTable encoded = nouns(folder.resolve("some"));
    for (int i = 0; i < some.length; i++) {
      assertThat(encoded.embeddings().dot(i, brought.embeddings(), some[i]))
          .as(words.get(i))
          .isCloseTo(1, within(1e-5));
    }
  }

  private static NounTable nouns(Path folder) {
    return NounTable.read(
        STORAGE, new RunFolder(STORAGE, folder.toString()).snapshot().table("nouns"));
  }

  @Test
  void cached_nouns_are_replaced_and_not_written_over() throws Exception {
    assertThat(vocabulary("auto", "first", NOUNS).err()).doesNotContain("from the cache");
    Path table = table(cached(NOUNS).get(0));
    // Another job writes them anew, and may die at any moment: what is there must stay until then.
    Files.writeString(table, "an earlier table");
    try (InputStream earlier = Files.newInputStream(table)) {
      assertThat(vocabulary("never", "second", NOUNS).err()).doesNotContain("from the cache");
      assertThat(earlier).hasContent("an earlier table");
    }
    assertThat(vocabulary("auto", "third", NOUNS).err()).contains("4 nouns from the cache");
  }

  @Test
  void nouns_of_other_meanings_are_not_taken_from_the_cache() throws Exception {
    vocabulary("auto", "angle", AN_ANGLE);
    assertThat(vocabulary("auto", "instrument", AN_INSTRUMENT).err())
        .doesNotContain("from the cache");
    assertThat(vocabulary("auto", "again", AN_ANGLE).err()).contains("1 nouns from the cache");
  }
}
