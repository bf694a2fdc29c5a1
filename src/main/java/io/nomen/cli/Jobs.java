package io.nomen.cli;

import io.nomen.encode.ModelChoice;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.spark.Sessions;
import io.nomen.spark.TaskResources;
import io.nomen.store.Storage;
import io.nomen.tensor.BlasChoice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.api.java.JavaSparkContext;

/** What subcommands need to start a job: its context, its banner, its plan. */
final class Jobs {
  private Jobs() {}

  static JobContext context(Console console) {
    Storage storage = new Storage(Sessions.hadoopConfiguration());
    AtomicReference<JavaSparkContext> session = new AtomicReference<>();
    return new JobContext(
        () -> {
          if (session.get() == null) {
            session.set(
                JavaSparkContext.fromSparkContext(
                    Sessions.open(console.subcommand()).sparkContext()));
          }
          return session.get();
        },
        storage,
        console.progress());
  }

  static RunFolder folder(JobContext context, String uri) {
    return new RunFolder(context.storage(), uri);
  }

  /** Versions, device, precision and the options that count, before anything starts. */
  static void banner(Console console, ModelOptions model) {
    console.line(String.join(" · ", Versions.lines()));
    ModelChoice choice = model.choice();
    boolean offered = TaskResources.gpus() && !model.device.equals("cpu");
    console.line(
        "  model %s on %s in %s · BLAS %s"
            .formatted(
                model.model,
                offered ? "the executors' GPUs" : choice.taskDevice(),
                choice.taskPrecision().word(),
                BlasChoice.take()));
    StringBuilder options = new StringBuilder("  options:");
    console
        .effectiveOptions()
        .forEach((name, value) -> options.append(" --").append(name).append(' ').append(value));
    console.line(options.toString());
  }

  /**
   * The effective options for {@code run.json}, with the whole URI of the run that was assigned to,
   * from wherever it was named.
   */
  static Map<String, String> recorded(Console console, Storage storage) {
    Map<String, String> options = new LinkedHashMap<>(console.effectiveOptions());
    options.computeIfPresent("run", (same, uri) -> storage.qualify(uri));
    return options;
  }

  /** What a dry run answers. */
  static Map<String, Object> planned(Console console, Iterable<String> plan) {
    console.line("Plan (nothing is done):");
    plan.forEach(sentence -> console.line("  " + sentence));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("dry_run", true);
    result.put("plan", plan);
    result.put("options", console.effectiveOptions());
    return result;
  }
}
