package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.exchange.NpyWriter;
import io.nomen.run.ImageRow;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.Photos;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Days that were encoded one by one are clustered together, and nothing is encoded twice. */
class JoinedEmbeddingsTest {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Command nomen(String... words) {
    Command ended = Command.run((Object[]) words);
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    return ended;
  }

  private static void encode(String output, String... inputs) {
    List<String> words = new ArrayList<>(List.of("encode", "--precision", "fp32", "--input"));
    Arrays.stream(inputs).map(JoinedEmbeddingsTest::path).forEach(words::add);
    words.addAll(List.of("--output", path(output)));
    nomen(words.toArray(String[]::new));
  }

  /** Two days of 12 and 16 images; four of the first day's are in the second too. */
  @BeforeAll
  static void days() throws Exception {
    List<Path> photos = Photos.of(3, 8);
    Photos.copy(photos.subList(0, 8), folder.resolve("images/a"));
    Photos.copy(photos.subList(8, 12), folder.resolve("images/b"));
    Photos.copy(photos.subList(12, 24), folder.resolve("images/c"));
    encode("embeddings/2026-11-01", "images/a", "images/b");
    encode("embeddings/2026-11-02", "images/b", "images/c");
  }

  private static Command cluster(String output, String... embeddings) {
    List<String> words =
        new ArrayList<>(
            List.of("cluster", "--clusters", "3", "--method", "kmeans", "--kmeans-restarts", "1"));
    words.add("--embeddings");
    Arrays.stream(embeddings).map(JoinedEmbeddingsTest::path).forEach(words::add);
    words.addAll(List.of("--output", path(output)));
    return Command.run(words.toArray());
  }

  @Test
  void a_glob_of_days_is_one_table_in_which_every_image_counts_once() {
    Command joined = cluster("glob", "embeddings/2026-11-*");
    assertThat(joined.exitCode()).as(joined.err()).isZero();
    assertThat(joined.err()).contains("24 images of 2 folders; 4 of them in several");
    assertThat(joined.lastLine().get("counts").get("embedded").asInt()).isEqualTo(24);
    Snapshot run = new RunFolder(STORAGE, path("glob")).snapshot();
    assertThat(run.rows(ImageRow.SCHEMA)).extracting(ImageRow::path).doesNotHaveDuplicates();
    assertThat(run.table("assignments").totalRows()).isEqualTo(24);
    // The second day lies where it was encoded; of the first, what it still counts for is here.
    assertThat(run.table("embeddings").uris())
        .anyMatch(uri -> uri.contains("/embeddings/2026-11-02/"))
        .anyMatch(uri -> uri.contains("/glob/"));
    Command again = cluster("glob", "embeddings/2026-11-01", "embeddings/2026-11-02");
    assertThat(again.err()).contains("done before");
  }

  @Test
  void days_without_a_common_image_are_joined_without_writing_any() {
    encode("embeddings/2026-12-01", "images/a");
    encode("embeddings/2026-12-02", "images/c");
    Command joined = cluster("apart", "embeddings/2026-12-*");
    assertThat(joined.exitCode()).as(joined.err()).isZero();
    Snapshot run = new RunFolder(STORAGE, path("apart")).snapshot();
    assertThat(run.table("embeddings").totalRows()).isEqualTo(20);
    assertThat(run.table("embeddings").uris()).noneMatch(uri -> uri.contains("/apart/"));
  }

  /** {@code folder} again as if another model of the same width had made it. */
  private static Path ofAnotherModel(String folder, String stage, String copy) throws Exception {
    Configuration configuration = new Configuration();
    FileUtil.copy(
        new File(path(folder)),
        FileSystem.getLocal(configuration),
        Storage.path(path(copy)),
        false,
        configuration);
    Path settings = Path.of(path(copy), "_stages", stage + ".json");
    String text = Files.readString(settings);
    Files.writeString(
        settings, text.replaceFirst("(\"model\" *: *\")[0-9a-f]{8}", "$1" + "00000000"));
    assertThat(Files.readString(settings)).isNotEqualTo(text);
    return Path.of(path(copy));
  }

  @Test
  void another_model_of_the_same_width_is_refused() throws Exception {
    assertThat(cluster("fitted", "embeddings/2026-11-01").exitCode()).isZero();
    Command assigned =
        Command.run(
            "assign",
            "--run",
            path("fitted"),
            "--embeddings",
            ofAnotherModel("embeddings/2026-11-02", "encode", "replaced"),
            "--output",
            path("assigned"));
    assertThat(assigned.exitCode()).isEqualTo(2);
    assertThat(assigned.err()).contains("made with another model than --run");
    Path words = Files.writeString(folder.resolve("words.txt"), "dog\ncat\nboat\n");
    nomen("vocabulary", "--nouns", words.toString(), "--output", path("nouns"));
    Command named =
        Command.run(
            "cluster",
            "--clusters",
            "3",
            "--embeddings",
            path("embeddings/2026-11-01"),
            "--vocabulary",
            ofAnotherModel("nouns", "vocabulary", "other-nouns"),
            "--output",
            path("named"));
    assertThat(named.exitCode()).isEqualTo(2);
    assertThat(named.err()).contains("made with another model than the nouns in");
  }

  @Test
  void embeddings_of_another_model_are_refused() throws Exception {
    try (NpyWriter npy = new NpyWriter(STORAGE, path("other.npy"), 3, 7)) {
      for (int row = 0; row < 3; row++) {
        float[] unit = new float[7];
        unit[row] = 1;
        npy.write(unit);
      }
    }
    nomen("import", "--npy", path("other.npy"), "--output", path("other"));
    Command refused = cluster("mixed", "embeddings/2026-11-01", "other");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("were made with different models");
    assertThat(Files.exists(folder.resolve("mixed/_CURRENT"))).isFalse();
  }

  @Test
  void the_second_column_of_days_is_joined_where_all_have_it_by_one_model() throws Exception {
    Path dinov2 = Path.of(Command.class.getResource("/io/nomen/clip/families/dinov2").toURI());
    Path other =
        Path.of(Command.class.getResource("/io/nomen/clip/families/dinov2-registers").toURI());
    twoModels("two/1", dinov2, "images/a", "images/b");
    twoModels("two/2", dinov2, "images/b", "images/c");
    Command joined = turtle("two-spaces", "two/1", "two/2");
    assertThat(joined.exitCode()).as(joined.err()).isZero();
    assertThat(joined.err()).contains("4 of them in several", "as its second space");
    Command mixed = turtle("one-of-two", "two/1", "embeddings/2026-11-02");
    assertThat(mixed.exitCode()).as(mixed.err()).isZero();
    assertThat(mixed.err()).doesNotContain("as its second space");
    twoModels("two/3", other, "images/c");
    Command refused = turtle("refused", "two/1", "two/3");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("were made with different models");
  }

  private static void twoModels(String output, Path second, String... inputs) {
    List<Object> words = new ArrayList<>(List.of("encode", "--precision", "fp32"));
    words.addAll(List.of("--second-model", second, "--input"));
    Arrays.stream(inputs).map(JoinedEmbeddingsTest::path).forEach(words::add);
    words.addAll(List.of("--output", path(output)));
    Command.done(words.toArray());
  }

  private static Command turtle(String output, String... embeddings) {
    List<String> words =
        new ArrayList<>(
            List.of("cluster", "--clusters", "3", "--method", "turtle", "--epochs", "1"));
    words.add("--embeddings");
    Arrays.stream(embeddings).map(JoinedEmbeddingsTest::path).forEach(words::add);
    words.addAll(List.of("--output", path(output)));
    return Command.run(words.toArray());
  }

  @Test
  void an_output_that_the_glob_of_its_embeddings_matches_is_not_read() {
    encode("weeks/1", "images/a");
    encode("weeks/2", "images/c");
    assertThat(cluster("weeks/all", "weeks/*").exitCode()).isZero();
    Command again = cluster("weeks/all", "weeks/*");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("done before");
    assertThat(again.lastLine().get("counts").get("embedded").asInt()).isEqualTo(20);
  }

  @Test
  void a_folder_that_is_read_is_no_output() throws Exception {
    Files.writeString(folder.resolve("words.txt"), "dog\nlamp\nship\n");
    nomen("vocabulary", "--nouns", path("words.txt"), "--output", path("nouns"));
    for (List<String> more :
        List.of(
            List.of("--method", "turtle", "--second-embeddings"),
            List.of("--method", "kmeans", "--vocabulary"),
            List.of("--method", "zero-shot", "--classes"))) {
      List<String> words =
          new ArrayList<>(List.of("cluster", "--embeddings", path("embeddings/2026-11-01")));
      words.addAll(more);
      words.addAll(List.of(path("nouns"), "--output", path("nouns")));
      if (!more.contains("zero-shot")) {
        words.addAll(List.of("--clusters", "3"));
      }
      Command refused = Command.run(words.toArray());
      assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
      assertThat(refused.err()).contains("--output is the folder of " + more.get(2));
    }
  }

  @Test
  void a_glob_that_matches_no_folder_is_one_sentence() {
    Command refused = cluster("none", "embeddings/2027-*");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("No folder matches");
  }
}
