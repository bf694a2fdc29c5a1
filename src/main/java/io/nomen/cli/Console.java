package io.nomen.cli;

import io.nomen.Progress;
import io.nomen.encode.ModelChoice;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import io.nomen.tensor.BlasChoice;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The two streams of the process: one JSON line on stdout at the end, everything else on stderr.
 *
 * @param effectiveOptions every option of the subcommand with the value that counts
 * @param command the same as the words of a command line, quoted for a shell
 */
record Console(
    PrintStream out,
    PrintStream err,
    Progress progress,
    String subcommand,
    Map<String, String> effectiveOptions,
    List<String> command,
    boolean dryRun) {

  void line(String text) {
    err.println(text);
  }

  /** What a job works with; Spark is opened when it is first asked for. */
  JobContext context() {
    Storage storage = new Storage(Sessions.hadoopConfiguration());
    AtomicReference<JavaSparkContext> session = new AtomicReference<>();
    return new JobContext(
        () -> {
          if (session.get() == null) {
            session.set(
                JavaSparkContext.fromSparkContext(Sessions.open(subcommand).sparkContext()));
          }
          return session.get();
        },
        storage,
        progress);
  }

  /** Versions, device, precision and the options that count, before anything starts. */
  void banner(ModelOptions model) {
    line(String.join(" · ", Main.Versions.lines()));
    ModelChoice choice = model.choice();
    boolean offered = Sessions.offersGpus() && !model.device.equals("cpu");
    line(
        "  model %s on %s in %s · BLAS %s"
            .formatted(
                model.model,
                offered ? "the executors' GPUs" : choice.taskDevice(),
                choice.taskPrecision().word(),
                BlasChoice.take()));
    StringBuilder options = new StringBuilder("  options:");
    effectiveOptions.forEach(
        (name, value) -> options.append(" --").append(name).append(' ').append(value));
    line(options.toString());
  }

  /**
   * The effective options for {@code run.json}, with the whole URI of the run that was assigned to,
   * from wherever it was named.
   */
  Map<String, String> recorded(Storage storage) {
    Map<String, String> options = new LinkedHashMap<>(effectiveOptions);
    options.computeIfPresent("run", (same, uri) -> storage.qualify(uri));
    return options;
  }

  /** Says where the gallery of a run is, and what the last line tells of the run. */
  Map<String, Object> made(RunRecord record, RunFolder folder) {
    line("Gallery: " + folder.uri() + "/gallery/index.html");
    return record.summary(folder.uri());
  }

  /** What a dry run answers. */
  Map<String, Object> planned(Iterable<String> plan) {
    line("Plan (nothing is done):");
    plan.forEach(sentence -> line("  " + sentence));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("dry_run", true);
    result.put("plan", plan);
    result.put("options", effectiveOptions);
    return result;
  }
}
