package io.nomen.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;

/**
 * A plugin of Spark that makes trouble in exactly the stages that it is told of, at the worst
 * moment: a task has done all its work, and the driver has not heard of it.
 */
public final class StageTrouble implements SparkPlugin {
  /** What happens. */
  enum Kind {
    /** {@code kill -9} of the task's executor. */
    KILL_EXECUTOR,
    /** The same with every executor that tries, not with the first alone. */
    KILL_EVERY_EXECUTOR,
    /** {@code kill -9} of the driver. */
    KILL_DRIVER,
    /** The task takes seconds longer. */
    STALL
  }

  private static final String KIND = "spark.nomen.test.trouble";
  private static final String STAGES = "spark.nomen.test.trouble.stages";
  private static final long STALL_MILLISECONDS = 4000;

  /**
   * What must be set.
   *
   * @param stages as {@link JobLog} calls them
   */
  static Map<String, String> settings(Kind kind, List<String> stages) {
    return Map.of(
        "spark.plugins",
        StageTrouble.class.getName(),
        "spark.executor.extraClassPath",
        Path.of("target/test-classes").toAbsolutePath().toString(),
        KIND,
        kind.name(),
        STAGES,
        String.join(",", stages));
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new AtDriver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new AtExecutor();
  }

  /** Knows what the stages are called, and which are still to be hit. */
  private static final class AtDriver implements DriverPlugin {
    private final Map<Integer, String> names = new ConcurrentHashMap<>();
    private Set<String> targets;
    private Kind kind;
    private JobLog log;

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext context) {
      targets = Arrays.stream(context.conf().get(STAGES).split(",")).collect(Collectors.toSet());
      kind = Kind.valueOf(context.conf().get(KIND));
      log = new JobLog(context.conf());
      if (kind == Kind.KILL_DRIVER) {
        // A driver that is started again by its cluster is told of the same stages.
        targets.removeAll(log.struck());
      }
      spark.addSparkListener(
          new SparkListener() {
            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted stage) {
              names.put(stage.stageInfo().stageId(), JobLog.name(stage.stageInfo()));
            }
          });
      return Map.of();
    }

    /** Takes the number of a stage, answers whether the task that asks is the one. */
    @Override
    public synchronized Object receive(Object stage) {
      // Listeners hear of a stage later than executors do, on a busy machine by many seconds.
      for (int tries = 0; !names.containsKey(stage) && tries < 6000; tries++) {
        Jvm.pause(10);
      }
      String name = names.getOrDefault(stage, "unknown");
      boolean hit =
          kind == Kind.KILL_EVERY_EXECUTOR ? targets.contains(name) : targets.remove(name);
      if (hit) {
        log.say(JobLog.TROUBLE + name);
      }
      if (hit && kind == Kind.KILL_DRIVER) {
        killThisProcess();
      }
      return hit;
    }
  }

  private static final class AtExecutor implements ExecutorPlugin {
    private final ThreadLocal<Integer> stage = new ThreadLocal<>();
    private PluginContext context;
    private Kind kind;

    @Override
    public void init(PluginContext plugin, Map<String, String> extra) {
      context = plugin;
      kind = Kind.valueOf(plugin.conf().get(KIND));
    }

    @Override
    public void onTaskStart() {
      stage.set(TaskContext.get().stageId());
    }

    /** Spark calls this before it tells the driver of the result. */
    @Override
    public void onTaskSucceeded() {
      try {
        if (!(Boolean) context.ask(stage.get())) {
          return;
        }
      } catch (Exception e) {
        throw new IllegalStateException("the driver does not answer", e);
      }
      if (kind == Kind.STALL) {
        Jvm.pause(STALL_MILLISECONDS);
      } else {
        killThisProcess();
      }
    }
  }

  private static void killThisProcess() {
    try {
      new ProcessBuilder("bash", "-c", "kill -9 " + ProcessHandle.current().pid())
          .start()
          .waitFor();
      Thread.sleep(60_000);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
