package io.nomen.bench;

import io.nomen.evaluate.Scores;
import io.nomen.refine.Changes;
import io.nomen.refine.Changes.Change;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * What answers to a run's own questions gain: clusters images, asks, answers each question as the
 * names of folders have it (the image belongs to the first offered cluster most of whose images are
 * of its folder, otherwise to none of them), and refines.
 *
 * <pre>java -cp ... io.nomen.bench.QuestionsBenchmark IMAGES CLUSTERS QUESTIONS SEEDS FOLDER</pre>
 */
public final class QuestionsBenchmark {
  private static final Pattern QUESTION = Pattern.compile("data-question=\"([^\"]*)\"");
  private static final Pattern ANSWER = Pattern.compile("data-answer=\"(\\d+)\"");

  private QuestionsBenchmark() {}

  /** Prints a line per seed. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[4]));
    Path embeddings = folder.resolve("embeddings");
    Path nouns = folder.resolve("nouns");
    Command.done("encode", "--input", args[0], "--output", embeddings);
    Command.done("vocabulary", "--output", nouns);
    for (int seed = 0; seed < Integer.parseInt(args[3]); seed++) {
      Path run = folder.resolve("run-" + seed);
      Command.done(
          "cluster",
          "--embeddings",
          embeddings,
          "--vocabulary",
          nouns,
          "--clusters",
          args[1],
          "--seed",
          seed,
          "--questions",
          args[2],
          "--output",
          run);
      Map<String, Integer> before = clusters(run);
      List<Change> answers = answers(run, before);
      Path changes = folder.resolve("changes-" + seed + ".json");
      String id = new RunFolder(new Storage(new Configuration()), run.toString()).snapshot().run();
      Files.writeString(
          changes, Json.pretty(new Changes(Changes.FORMAT, Changes.VERSION, id, answers)));
      Path refined = folder.resolve("refined-" + seed);
      Command.done("refine", "--run", run, "--changes", changes, "--output", refined);
      Map<String, Integer> after = clusters(refined);
      System.out.printf(
          Locale.ROOT,
          "seed %d: ACC %.2f, after %d answers (%d belong elsewhere, %d to none) %.2f;"
              + " %d images moved, %d of them better, %d worse%n",
          seed,
          acc(before),
          Integer.parseInt(args[2]),
          answers.stream()
              .filter(
                  change ->
                      change instanceof Changes.Belongs belongs
                          && before.get(belongs.paths().get(0)) != belongs.cluster())
              .count(),
          answers.stream()
              .filter(Changes.Apart.class::isInstance)
              .flatMap(change -> change.paths().stream())
              .distinct()
              .count(),
          acc(after),
          moved(before, after, -1),
          moved(before, after, 1),
          moved(before, after, 0));
    }
  }

  private static Map<String, Integer> clusters(Path run) {
    Map<String, Integer> clusters = new TreeMap<>();
    TableRow.of(run, "assignments")
        .forEach(row -> clusters.put(row.string("path"), row.integer("cluster")));
    return clusters;
  }

  private static String label(String path) {
    String parent = path.substring(0, path.lastIndexOf('/'));
    return parent.substring(parent.lastIndexOf('/') + 1);
  }

  /** Cluster → the folder that most of its images are of. */
  private static Map<Integer, String> majorities(Map<String, Integer> clusters) {
    Map<Integer, Map<String, Integer>> counts = new HashMap<>();
    clusters.forEach(
        (path, cluster) ->
            counts
                .computeIfAbsent(cluster, any -> new TreeMap<>())
                .merge(label(path), 1, Integer::sum));
    Map<Integer, String> majorities = new HashMap<>();
    counts.forEach(
        (cluster, labels) ->
            majorities.put(
                cluster,
                labels.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey()));
    return majorities;
  }

  private static List<Change> answers(Path run, Map<String, Integer> clusters) throws Exception {
    Map<Integer, String> majorities = majorities(clusters);
    String page = Files.readString(run.resolve("gallery/questions.html"));
    List<Change> answers = new ArrayList<>();
    String[] questions = page.split("(?=<li data-question=)", -1);
    for (String question : Arrays.copyOfRange(questions, 1, questions.length)) {
      MatchResult asked = QUESTION.matcher(question).results().findFirst().orElseThrow();
      String path =
          Json.read(
              asked.group(1).replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"),
              String.class,
              "the question");
      List<Integer> offered =
          ANSWER.matcher(question).results().map(m -> Integer.valueOf(m.group(1))).toList();
      offered.stream()
          .filter(cluster -> majorities.get(cluster).equals(label(path)))
          .findFirst()
          .ifPresentOrElse(
              cluster -> answers.add(new Changes.Belongs(cluster, List.of(path))),
              () -> offered.forEach(c -> answers.add(new Changes.Apart(c, List.of(path)))));
    }
    return answers;
  }

  private static double acc(Map<String, Integer> clusters) {
    List<String> names =
        clusters.keySet().stream().map(QuestionsBenchmark::label).distinct().toList();
    return Scores.of(
            clusters.keySet().stream().mapToInt(path -> names.indexOf(label(path))).toArray(),
            clusters.values().stream().mapToInt(Integer::intValue).toArray())
        .acc();
  }

  /** Images in another cluster: all, those now among their own (1), those among them before (0). */
  private static long moved(Map<String, Integer> before, Map<String, Integer> after, int which) {
    Map<Integer, String> majorities = majorities(before);
    return before.entrySet().stream()
        .filter(image -> !after.get(image.getKey()).equals(image.getValue()))
        .filter(
            image -> {
              int cluster = which == 1 ? after.get(image.getKey()) : image.getValue();
              return which < 0
                  || label(image.getKey()).equals(majorities.getOrDefault(cluster, ""));
            })
        .count();
  }
}
