package io.nomen.cli;

import io.nomen.NomenException;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord.Platform;
import io.nomen.spark.Sessions;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line: finds the subcommand, reports all that is wrong with it at once, runs it. */
@Command(
    name = "nomen",
    description = "Clusters images by meaning, and says what each cluster is.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Versions.class,
    synopsisSubcommandLabel = "SUBCOMMAND",
    subcommands = {
      DemoCommand.class,
      ClusterCommand.class,
      AssignCommand.class,
      RefineCommand.class,
      EncodeCommand.class,
      VocabularyCommand.class,
      EvaluateCommand.class,
      GalleryCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      ModelCommand.class
    },
    footer = {
      "",
      "Try: ./nomen demo",
      "     ./nomen cluster --input FOLDER --clusters 20 --output RUN",
      "Exit codes: 0 done, 1 internal error, 2 wrong command or job file, 3 input or model cannot"
          + " be",
      "used, 4 too many bad images, 5 another job holds the output, 6 stopped and resumable.",
      "Before the subcommand: --runner MASTER, another Spark master, or spark-submit. NOMEN_MEMORY",
      "is the driver's memory, NOMEN_CACHE_DIR where models' archives and nouns are kept."
    })
public final class Main {
  /** What no shell takes for more than it says. */
  private static final Pattern PLAIN = Pattern.compile("[\\p{Alnum}_./:=@%+,-]+");

  /** Together longer than the three minutes after which a lease may be taken over. */
  private static final Duration LEASE_PAUSE = Duration.ofSeconds(30);

  private static final int LEASE_TRIES = 8;

  Main() {}

  /**
   * Runs one command line as this process.
   *
   * @throws NomenException in YARN's application master, which takes that for failure and its
   *     message for the application's diagnostics; it takes an exit, even with 0, for a crash
   */
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    StopSignal.install(err);
    if (Sessions.inApplicationMaster()) {
      runInApplicationMaster(args, out, err);
      return;
    }
    Outcome outcome = outcome(args, out, err);
    StopSignal.finished();
    Sessions.stop(outcome.exitCode());
    System.exit(outcome.exitCode());
  }

  private static void runInApplicationMaster(String[] args, PrintStream out, PrintStream err) {
    // Without a session the application master is never registered, and nothing that it says of
    // its end counts: not even that all was done before.
    SparkContext spark = Sessions.open(args.length == 0 ? "" : args[0]).sparkContext();
    boolean later = spark.applicationAttemptId().exists(id -> !id.equals("1"));
    Outcome outcome = outcome(args, out, err);
    for (int tries = 0; later && outcome.isLocked() && tries < LEASE_TRIES; tries++) {
      // An earlier attempt that was lost with its machine holds the output for minutes yet.
      pause(LEASE_PAUSE);
      outcome = outcome(args, out, err);
    }
    StopSignal.finished();
    if (outcome.exitCode() != 0) {
      NomenException failure = new NomenException(NomenException.Kind.INTERNAL, outcome.message());
      failure.setStackTrace(new StackTraceElement[0]);
      throw failure;
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs one command line.
   *
   * @param out takes one line of JSON at the very end
   * @param err takes everything else
   * @return the exit code
   */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return outcome(args, out, err).exitCode();
  }

  /**
   * How a command ended.
   *
   * @param message what its user reads where it failed
   */
  private record Outcome(int exitCode, String message) {
    static final Outcome DONE = new Outcome(0, "");

    static Outcome of(NomenException.Kind kind, String message) {
      return new Outcome(kind.exitCode(), message);
    }

    boolean isLocked() {
      return exitCode == NomenException.Kind.LOCKED.exitCode();
    }
  }

  private static Outcome outcome(String[] args, PrintStream out, PrintStream err) {
    try {
      return parseAndRun(args, out, err);
    } catch (NomenException e) {
      return failed(e, out, err);
    } catch (Throwable e) {
      // Spark throws checked exceptions that no signature tells of. An Error that passes here would
      // end the process as if somebody had stopped it, and a scheduler would try for ever.
      return nomenCause(e)
          .or(() -> ResourceErrors.in(e))
          .map(cause -> failed(cause, out, err))
          .orElseGet(() -> defect(e, out, err));
    }
  }

  private static Outcome parseAndRun(String[] args, PrintStream out, PrintStream err) {
    Violations violations = new Violations();
    ParseResult parsed = deepest(parse(args, violations));
    if (help(parsed, out, err)) {
      return Outcome.DONE;
    }
    Optional<String> job = jobFile(parsed);
    if (job.isPresent()) {
      Storage storage = new Storage(Sessions.hadoopConfiguration());
      List<String> all = new ArrayList<>(Arrays.asList(args));
      violations = new Violations();
      all.addAll(JobFile.read(storage, job.get()).arguments(parsed, violations));
      parsed = deepest(parse(all.toArray(String[]::new), violations));
    }
    if (!(parsed.commandSpec().userObject() instanceof Subcommand subcommand)) {
      if (violations.isEmpty()) {
        violations.add("Name what to do: one of " + names(parsed) + ".");
      }
      return refused(violations, parsed, out, err);
    }
    if (!violations.isEmpty()) {
      setDefaults(parsed);
    }
    refusePasswords(parsed, violations);
    subcommand.check(violations);
    if (!violations.isEmpty()) {
      return refused(violations, parsed, out, err);
    }
    Console console =
        new Console(
            out,
            err,
            new TerminalProgress(err, Boolean.getBoolean("nomen.terminal")),
            parsed.commandSpec().qualifiedName().replaceFirst("^nomen ", ""),
            effective(parsed),
            command(parsed),
            parsed.hasMatchedOption("--dry-run"));
    Map<String, Object> result = new LinkedHashMap<>(subcommand.run(console));
    result.putIfAbsent("exit", "done");
    out.println(Json.line(result));
    return Outcome.DONE;
  }

  private static ParseResult parse(String[] args, Violations violations) {
    CommandLine line = new CommandLine(new Main());
    line.getCommandSpec().parser().collectErrors(true);
    line.getSubcommands().values().forEach(Main::collectErrors);
    line.setOverwrittenOptionsAllowed(false);
    // Else an option that takes several values swallows a misspelt option as one of them.
    line.setUnmatchedOptionsAllowedAsOptionParameters(false);
    ParseResult result = line.parseArgs(args);
    for (ParseResult level = result; level != null; level = level.subcommand()) {
      for (Exception error : level.errors()) {
        violations.add(error, level.commandSpec());
      }
    }
    return result;
  }

  private static void collectErrors(CommandLine line) {
    line.getCommandSpec().parser().collectErrors(true);
    line.getSubcommands().values().forEach(Main::collectErrors);
  }

  private static ParseResult deepest(ParseResult result) {
    ParseResult level = result;
    while (level.hasSubcommand()) {
      level = level.subcommand();
    }
    return level;
  }

  private static boolean help(ParseResult parsed, PrintStream out, PrintStream err) {
    CommandLine line = parsed.commandSpec().commandLine();
    boolean bare = parsed.commandSpec().parent() == null && parsed.originalArgs().isEmpty();
    if (parsed.isUsageHelpRequested() || bare) {
      line.usage(parsed.isUsageHelpRequested() ? out : err);
      return parsed.isUsageHelpRequested();
    }
    if (parsed.isVersionHelpRequested()) {
      line.printVersionHelp(out);
      return true;
    }
    return false;
  }

  private static Optional<String> jobFile(ParseResult parsed) {
    return parsed.hasMatchedOption("--job")
        ? parsed.matchedOption("--job").stringValues().stream().findFirst()
        : Optional.empty();
  }

  static Map<String, String> effective(ParseResult parsed) {
    Map<String, String> options = new LinkedHashMap<>();
    for (OptionSpec option : parsed.commandSpec().options()) {
      Object value = option.getValue();
      if (value != null && !option.usageHelp() && !option.versionHelp()) {
        String shown =
            value instanceof Optional<?> o
                ? o.map(String::valueOf).orElse("")
                : String.valueOf(value);
        if (!shown.isEmpty() && !shown.equals("[]")) {
          options.put(option.longestName().substring(2), shown);
        }
      }
    }
    return options;
  }

  /** The whole command line, with defaults and a job file's options, to be pasted into a shell. */
  static List<String> command(ParseResult parsed) {
    List<String> words = new ArrayList<>(List.of(parsed.commandSpec().qualifiedName().split(" ")));
    for (OptionSpec option : parsed.commandSpec().options()) {
      Object value = option.getValue();
      if (value instanceof Optional<?> optional) {
        value = optional.orElse(null);
      }
      boolean said =
          value != null
              && !Boolean.FALSE.equals(value)
              && !option.longestName().equals("--job")
              && !(value instanceof Collection<?> values && values.isEmpty());
      if (said) {
        Collection<?> values = value instanceof Collection<?> all ? all : List.of(value);
        for (Object each : values) {
          words.add(option.longestName());
          if (!Boolean.TRUE.equals(each)) {
            words.add(quoted(String.valueOf(each)));
          }
        }
      }
    }
    return words;
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * Whatever option it stands in: what has been accepted is shown, and kept in {@code run.json}.
   */
  private static void refusePasswords(ParseResult parsed, Violations violations) {
    for (OptionSpec option : parsed.matchedOptions()) {
      for (String value : option.stringValues()) {
        if (!Storage.withoutPasswords(value).equals(value)) {
          CommonOptions.checkUri(violations, option.longestName(), value);
        }
      }
    }
  }

  /**
   * Gives options that were not given their defaults. picocli leaves all of them out when the last
   * value of a command line cannot be converted, and what else is wrong could not be told.
   */
  private static void setDefaults(ParseResult parsed) {
    for (OptionSpec option : parsed.commandSpec().options()) {
      if (option.defaultValue() != null && !parsed.hasMatchedOption(option)) {
        option.setValue(typed(option.type(), option.defaultValue()));
      }
    }
  }

  private static Object typed(Class<?> type, String value) {
    if (type == int.class) {
      return Integer.valueOf(value);
    }
    if (type == long.class) {
      return Long.valueOf(value);
    }
    if (type == double.class) {
      return Double.valueOf(value);
    }
    return type == boolean.class ? (Object) Boolean.valueOf(value) : value;
  }

  private static String names(ParseResult parsed) {
    return String.join(", ", parsed.commandSpec().subcommands().keySet());
  }

  private static Outcome refused(
      Violations violations, ParseResult parsed, PrintStream out, PrintStream err) {
    List<String> sentences =
        violations.sentences().stream().map(Storage::withoutPasswords).distinct().toList();
    sentences.forEach(sentence -> err.println("nomen: " + sentence));
    err.println("Help: ./" + parsed.commandSpec().qualifiedName() + " --help");
    out.println(Json.line(Map.of("exit", "wrong command", "violations", sentences)));
    return Outcome.of(NomenException.Kind.USAGE, String.join("\n", sentences));
  }

  private static Outcome failed(NomenException e, PrintStream out, PrintStream err) {
    String sentence = Storage.withoutPasswords(String.valueOf(e.getMessage()));
    err.println("nomen: " + sentence);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("exit", e.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    line.put("reason", sentence);
    line.putAll(e.details());
    out.println(Json.line(line));
    return Outcome.of(e.kind(), sentence);
  }

  /** Spark wraps what a task threw; the sentence for the user is somewhere inside. */
  private static Optional<NomenException> nomenCause(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof NomenException nomen) {
        return Optional.of(nomen);
      }
    }
    return Optional.empty();
  }

  private static Outcome defect(Throwable e, PrintStream out, PrintStream err) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace, true));
    String report;
    try {
      Path file = Files.createTempFile("nomen-report-", ".txt");
      Files.writeString(file, String.join("\n", Versions.lines()) + "\n\n" + trace);
      report = "the report is in " + file;
    } catch (IOException unwritable) {
      report = "no report could be written; this is it:\n" + trace;
    }
    err.println("nomen: This is a defect of Nomen (" + e + "); " + report);
    out.println(Json.line(Map.of("exit", "internal error", "reason", String.valueOf(e))));
    return Outcome.of(NomenException.Kind.INTERNAL, "This is a defect of Nomen: " + trace);
  }

  /**
   * Turns an interrupt (Ctrl-C, {@code kill}) into exit code 6: what is finished is kept, the lease
   * is given back, and the same command goes on from there.
   */
  static final class StopSignal {
    private static volatile boolean finished;

    private StopSignal() {}

    static void install(PrintStream err) {
      // Right after the lease, and before Spark and the file systems end, which take their time.
      ShutdownHookManager.get().addShutdownHook(() -> stop(err), RunFolder.HOOK_PRIORITY - 1);
    }

    private static void stop(PrintStream err) {
      if (!finished) {
        err.println();
        err.println("nomen: Stopped; the same command goes on where this one ended.");
        Runtime.getRuntime().halt(NomenException.Kind.STOPPED.exitCode());
      }
    }

    /** The command has ended by itself: from here on a shutdown is an ordinary one. */
    static void finished() {
      finished = true;
    }
  }

  /** One subcommand: its fields are its options, filled in by the parser. */
  interface Subcommand {

    /** Says what is wrong with the options beyond their types; nothing is opened or read here. */
    void check(Violations violations);

    /**
     * Does the work.
     *
     * @return what the last line on stdout says, as one JSON object
     */
    Map<String, Object> run(Console console);
  }

  /** What runs here: for {@code --version}, the banner and reports. */
  static final class Versions implements IVersionProvider {

    static List<String> lines() {
      return Platform.versions().entrySet().stream()
          .map(entry -> entry.getKey() + " " + entry.getValue())
          .toList();
    }

    @Override
    public String[] getVersion() {
      return lines().toArray(String[]::new);
    }
  }
}
