package io.nomen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;

/**
 * Runs inside the driver of a cluster test and tells a file what happens there, a line each: {@code
 * stage EncodeStage}, {@code executor added 0}.
 */
public final class JobLog extends SparkListener {
  static final String FILE = "spark.nomen.test.jobs";
  static final String TROUBLE = "trouble in ";

  private final Path file;
  private final Map<Integer, String> names = new ConcurrentHashMap<>();

  public JobLog(SparkConf conf) {
    this.file = Path.of(conf.get(FILE));
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted stage) {
    names.put(stage.stageInfo().stageId(), name(stage.stageInfo()));
    say("stage " + name(stage.stageInfo()));
  }

  /** The class that started {@code stage}: "EncodeStage" of "collect at EncodeStage.java:153". */
  static String name(StageInfo stage) {
    return stage.name().replaceAll("^.* at |[.]java.*$", "");
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    say("task of " + names.get(task.stageId()) + " was " + task.taskInfo().taskLocality());
    if (task.taskInfo().speculative()) {
      say("speculative task of " + names.get(task.stageId()));
    }
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    say("executor added " + added.executorId());
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    say("executor removed " + removed.executorId());
  }

  /** The stages that an earlier driver of this job was struck in. */
  List<String> struck() {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream()
              .filter(line -> line.startsWith(TROUBLE))
              .map(line -> line.substring(TROUBLE.length()))
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void say(String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
