package io.nomen.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.TableRow;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What other tools get of a run: 36 photographs of three things, one with an awkward name. */
class LabelExportTest {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  /** Path → name of its cluster. */
  private static final Map<String, String> NAMES = new TreeMap<>();

  @BeforeAll
  static void cluster() throws Exception {
    for (String thing : List.of("airplane", "pizza", "sunflower")) {
      Path to = Files.createDirectories(folder.resolve("photos").resolve(thing));
      try (Stream<Path> files = Files.list(Path.of("samples", thing))) {
        for (Path file : files.sorted().limit(12).toList()) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
    }
    Path any = folder.resolve("photos/pizza/image_0001.jpg");
    Path awkward = folder.resolve("photos/pizza/<b> \"a\" & ü +1.jpg");
    try (Stream<Path> files = Files.list(folder.resolve("photos/pizza"))) {
      Files.move(files.sorted().findFirst().orElse(any), awkward);
    }
    Command.done(
        "cluster",
        "--input",
        folder.resolve("photos"),
        "--method",
        "kmeans",
        "--clusters",
        3,
        "--output",
        folder.resolve("run"));
    Map<Integer, String> names = new TreeMap<>();
    rows("clusters").forEach(row -> names.put(row.integer("cluster"), row.string("name")));
    rows("assignments")
        .forEach(row -> NAMES.put(row.string("path"), names.get(row.integer("cluster"))));
    assertThat(NAMES).hasSize(36);
  }

  private static List<TableRow> rows(String table) {
    return new RunFolder(STORAGE, folder.resolve("run").toString())
        .snapshot().table(table).uris().stream()
            .flatMap(uri -> TableRow.read(STORAGE, uri).stream())
            .toList();
  }

  private static Path export(String option, String name, String... more) {
    Path target = folder.resolve(name);
    Object[] words =
        Stream.concat(
                Stream.of("export", "--run", folder.resolve("run"), "--" + option, target),
                Stream.of(more))
            .toArray();
    assertThat(Command.done(words).lastLine().get("rows").asInt()).isEqualTo(36);
    return target;
  }

  private static JsonNode json(Path file) throws Exception {
    return Json.read(Files.readString(file), JsonNode.class, file.toString());
  }

  private static List<Path> files(Path in) throws Exception {
    try (Stream<Path> files = Files.walk(in)) {
      return files.filter(file -> !Files.isDirectory(file)).sorted().toList();
    }
  }

  @Test
  void folders_hold_links_to_the_images_of_their_cluster() throws Exception {
    Path target = export("folders", "folders");
    assertThat(files(target))
        .hasSize(36)
        .allSatisfy(
            link -> {
              assertThat(link).isSymbolicLink();
              String path = "file:" + link.toRealPath();
              assertThat(link.getParent().getFileName().toString()).isEqualTo(NAMES.get(path));
            });
  }

  @Test
  void copies_are_the_bytes_of_the_images() throws Exception {
    Path target = export("folders", "copies", "--copy");
    assertThat(files(target)).hasSize(36).noneMatch(Files::isSymbolicLink);
    for (Map.Entry<String, String> image : NAMES.entrySet()) {
      Path original = Path.of(image.getKey().substring("file:".length()));
      assertThat(files(target.resolve(image.getValue())))
          .anySatisfy(copy -> assertThat(copy).hasSameBinaryContentAs(original));
    }
  }

  @Test
  void a_folder_that_is_not_empty_is_left_alone() throws Exception {
    Path target = Files.createDirectories(folder.resolve("full"));
    Files.writeString(target.resolve("mine.txt"), "mine");
    Command command = Command.run("export", "--run", folder.resolve("run"), "--folders", target);
    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.refusal()).contains("is not empty");
    assertThat(files(target)).hasSize(1);
  }

  @Test
  void imagefolder_says_of_every_image_what_is_known_of_it() throws Exception {
    Path target = export("imagefolder", "imagefolder");
    List<String> lines = Files.readAllLines(target.resolve("metadata.jsonl"));
    assertThat(lines).hasSize(36);
    for (String line : lines) {
      JsonNode row = Json.read(line, JsonNode.class, "a line");
      assertThat(target.resolve(row.get("file_name").asText())).exists();
      assertThat(row.get("label").asText()).isEqualTo(NAMES.get(row.get("path").asText()));
    }
  }

  @Test
  void coco_has_the_fields_that_its_page_lists() throws Exception {
    JsonNode coco = json(export("coco", "coco.json"));
    assertThat(coco.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("info", "licenses", "images", "annotations", "categories");
    assertThat(coco.get("images")).hasSize(36);
    Map<Integer, String> categories = new TreeMap<>();
    coco.get("categories")
        .forEach(c -> categories.put(c.get("id").asInt(), c.get("name").asText()));
    for (int i = 0; i < 36; i++) {
      JsonNode image = coco.get("images").get(i);
      JsonNode annotation = coco.get("annotations").get(i);
      assertThat(annotation.get("image_id")).isEqualTo(image.get("id"));
      assertThat(annotation.get("bbox").get(2)).isEqualTo(image.get("width"));
      assertThat(categories.get(annotation.get("category_id").asInt()))
          .isEqualTo(NAMES.get("file:" + image.get("file_name").asText()));
    }
  }

  @Test
  void label_studio_gets_predictions_for_its_own_interface() throws Exception {
    Path target = export("label-studio", "studio.json");
    JsonNode tasks = json(target);
    assertThat(tasks).hasSize(36);
    assertThat(tasks.findValuesAsText("image"))
        .allMatch(url -> url.startsWith("/data/local-files/?d="))
        .anyMatch(url -> url.endsWith("%3Cb%3E%20%22a%22%20%26%20%C3%BC%20%2B1.jpg"));
    Document config = xml(folder.resolve("studio.config.xml"));
    assertThat(config.getElementsByTagName("Choice").getLength()).isEqualTo(3);
  }

  @Test
  void cvat_gets_a_tag_for_every_image() throws Exception {
    Document cvat = xml(export("cvat", "cvat/annotations.xml"));
    assertThat(cvat.getElementsByTagName("image").getLength()).isEqualTo(36);
    for (int i = 0; i < 36; i++) {
      Element image = (Element) cvat.getElementsByTagName("image").item(i);
      Element tag = (Element) image.getElementsByTagName("tag").item(0);
      String end = "/" + image.getAttribute("name");
      assertThat(NAMES)
          .anySatisfy(
              (path, name) -> {
                assertThat(path).endsWith(end);
                assertThat(name).isEqualTo(tag.getAttribute("label"));
              });
    }
  }

  @Test
  void names_of_any_kind_and_images_that_are_gone() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("named"));
    List<String> names = List.of("2024-05-01 10:22:33.jpg", "e\u0301te\u0301.jpg", "gone.jpg");
    for (int i = 0; i < names.size(); i++) {
      Files.copy(
          Path.of("samples/pizza/image_%04d.jpg".formatted(10 + i)), photos.resolve(names.get(i)));
    }
    // Java makes no name that is not UTF-8.
    Process copy =
        new ProcessBuilder(
                "bash",
                "-c",
                "cp samples/pizza/image_0009.jpg \"$0\"/$'caf\\xe9.jpg'",
                photos.toString())
            .start();
    assertThat(copy.waitFor()).isZero();
    Path run = folder.resolve("named-run");
    Command.done(
        "cluster", "--input", photos, "--method", "kmeans", "--clusters", 2, "--output", run);
    Files.delete(photos.resolve("gone.jpg"));

    Path cvat = folder.resolve("named.xml");
    Path studio = folder.resolve("named.json");
    Path folders = folder.resolve("named-folders");
    Command.done("export", "--run", run, "--cvat", cvat, "--label-studio", studio);
    JsonNode said = Command.done("export", "--run", run, "--folders", folders).lastLine();

    Document tags = xml(cvat);
    assertThat(
            IntStream.range(0, 4)
                .mapToObj(i -> (Element) tags.getElementsByTagName("image").item(i))
                .map(image -> image.getAttribute("name")))
        .containsExactly(
            "2024-05-01 10:22:33.jpg", "caf%E9.jpg", "e\u0301te\u0301.jpg", "gone.jpg");
    assertThat(json(studio).findValuesAsText("image"))
        .anyMatch(url -> url.endsWith("/e%CC%81te%CC%81.jpg"));
    assertThat(files(folders)).hasSize(3).allMatch(Files::isSymbolicLink).allMatch(Files::exists);
    assertThat(said.get("rows").asInt()).isEqualTo(3);
  }

  private static Document xml(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  @ParameterizedTest
  @CsvSource({
    "coco, coco, opened-coco.json",
    "imagefolder, imagefolder, opened-imagefolder",
    "label-studio, label-studio, opened-studio.json",
    "cvat, cvat, opened-cvat/annotations.xml",
    "fiftyone, fiftyone, opened-fiftyone",
    "embedding-atlas, embedding-atlas, opened-atlas.parquet"
  })
  void the_tool_itself_opens_what_was_written(String option, String tool, String name)
      throws Exception {
    String named = System.getenv("NOMEN_TOOLS_PYTHON");
    Path target = export(option, name);
    File output = folder.resolve(tool + ".txt").toFile();
    Process process;
    try {
      process =
          new ProcessBuilder(
                  named == null ? "python3" : named,
                  "src/test/python/open_exports.py",
                  tool,
                  target.toString())
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
    } catch (java.io.IOException e) {
      Assumptions.abort("SKIPPED: there is no python3; name one in NOMEN_TOOLS_PYTHON");
      return;
    }
    int exit = process.waitFor();
    String said = Files.readString(output.toPath(), StandardCharsets.UTF_8);
    Assumptions.assumeTrue(
        exit != 77,
        () -> "SKIPPED: " + said.strip() + "; name a python that has it in NOMEN_TOOLS_PYTHON");
    assertThat(exit).as(said).isZero();
    assertThat(
            said.lines().filter(line -> line.startsWith("label ")).map(line -> line.substring(6)))
        .containsExactlyInAnyOrderElementsOf(NAMES.values());
  }
}
