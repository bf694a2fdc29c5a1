package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.TableRow;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that hurt, from the folder to the tables, to the gallery and back. */
class NamesSurviveTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final List<String> NAMES =
      List.of(
          "<script>alert(1)<script>.png",
          "<img src=x onerror=alert(1)>.png",
          "quote'\"&amp;.png",
          "a%20b.png",
          "a b.png",
          "\u4e2d\u6587 \u00fc \ud83d\udc08.png",
          "\u202egnp.exe.png",
          "\u05e2\u05d1\u05e8\u05d9\u05ea \u200f.png",
          "line\nbreak.png",
          "comma, \"and quote\".png",
          "=1+2.png");

  @TempDir Path folder;

  private void photographs() throws IOException {
    Assumptions.assumeTrue(
        "UTF-8".equals(System.getProperty("sun.jnu.encoding")),
        "SKIPPED: this JVM's locale cannot write the names that this test needs");
    Path in = Files.createDirectories(folder.resolve("in"));
    List<Path> samples;
    try (Stream<Path> files = Files.list(Path.of("samples/pizza"))) {
      samples = files.sorted().toList();
    }
    for (int i = 0; i < NAMES.size(); i++) {
      BufferedImage image = ImageIO.read(samples.get(2 * i).toFile());
      ImageIO.write(image, "png", in.resolve(NAMES.get(i)).toFile());
    }
    Files.copy(in.resolve(NAMES.get(0)), in.resolve("copy of 0"));
    Files.copy(samples.get(2), in.resolve("same picture as 1"));
  }

  private Command run(String... words) {
    Command run = Command.run((Object[]) words);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private String uri(String name) {
    return "file:" + folder.resolve("in") + "/" + name;
  }

  @Test
  void from_folder_to_tables_to_gallery_and_back_through_export() throws Exception {
    photographs();
    String output = folder.resolve("run").toString();
    run(
        "cluster",
        "--input",
        folder.resolve("in").toString(),
        "--method",
        "kmeans",
        "--clusters",
        "2",
        "--kmeans-restarts",
        "2",
        "--output",
        output);
    List<String> paths = new ArrayList<>(NAMES.stream().map(this::uri).toList());
    paths.add(uri("copy of 0"));
    paths.add(uri("same picture as 1"));

    Map<String, TableRow> rows = assignments(output);
    assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(paths);
    assertThat(rows.get(uri("copy of 0")).optionalString("duplicate_of"))
        .contains(uri(NAMES.get(0)));
    assertThat(rows.get(uri("same picture as 1")).optionalString("duplicate_of"))
        .contains(uri(NAMES.get(1)));
    assertThat(rows.get(uri(NAMES.get(0))).optionalString("duplicate_of")).isEmpty();
    assertThat(rows.values())
        .allSatisfy(
            row -> assertThat(row.optionalNumber("outlier_score").orElseThrow()).isBetween(0f, 2f));

    gallery(folder.resolve("run/gallery"));

    String csv = folder.resolve("out.csv").toString();
    String npy = folder.resolve("out.npy").toString();
    run("export", "--run", output, "--csv", csv, "--npy", npy);
    List<List<String>> records = records(Files.readString(Path.of(csv)));
    assertThat(records.get(0)).containsExactly("path", "cluster", "name", "confidence");
    assertThat(records.stream().skip(1).map(fields -> fields.get(0)))
        .containsExactlyInAnyOrderElementsOf(paths)
        .isSorted();
    records.stream()
        .skip(1)
        .forEach(
            fields ->
                assertThat(fields.get(1))
                    .isEqualTo("" + rows.get(fields.get(0)).integer("cluster")));

    String again = folder.resolve("again").toString();
    run("import", "--npy", npy, "--paths", npy.replace(".npy", ".txt"), "--output", again);
    List<String> imported = new ArrayList<>();
    for (String uri : new RunFolder(STORAGE, again).snapshot().table("embeddings").uris()) {
      TableRow.read(STORAGE, uri).forEach(row -> imported.add(row.string("path")));
    }
    assertThat(imported).containsExactlyInAnyOrderElementsOf(paths);
  }

  private static Map<String, TableRow> assignments(String output) {
    Map<String, TableRow> rows = new LinkedHashMap<>();
    for (String uri : new RunFolder(STORAGE, output).snapshot().table("assignments").uris()) {
      TableRow.read(STORAGE, uri).forEach(row -> rows.put(row.string("path"), row));
    }
    return rows;
  }

  /** No markup of a name is markup of the page, and every link leads to its file. */
  private void gallery(Path gallery) throws IOException {
    List<String> linked = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(gallery)) {
      for (Path page : files.filter(f -> f.toString().endsWith(".html")).toList()) {
        String text = Files.readString(page, StandardCharsets.UTF_8);
        all.append(text);
        assertThat(text).doesNotContain("<script>alert", "<img src=x", "\u202e");
        Matcher link = Pattern.compile("href=\"(file:[^\"]*)\"").matcher(text);
        while (link.find()) {
          Path file = Path.of(URI.create(link.group(1)));
          assertThat(file).exists();
          linked.add(file.getFileName().toString());
        }
      }
    }
    assertThat(all)
        .contains("&lt;script&gt;alert(1)&lt;script&gt;.png")
        .contains("quote&#39;&quot;&amp;amp;.png");
    assertThat(linked).containsAll(NAMES);
    assertThat(gallery.resolve("duplicates.html")).exists();
    assertThat(gallery.resolve("outliers.html")).exists();
  }

  /** RFC 4180. */
  private static List<List<String>> records(String csv) {
    List<List<String>> records = new ArrayList<>();
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < csv.length(); i++) {
      char c = csv.charAt(i);
      if (quoted && c == '"' && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else if (c == '\n' && !quoted) {
        fields.add(field.toString().strip());
        field.setLength(0);
        records.add(List.copyOf(fields));
        fields.clear();
      } else {
        field.append(c);
      }
    }
    return records;
  }
}
