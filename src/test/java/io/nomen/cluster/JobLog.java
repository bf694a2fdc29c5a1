package io.nomen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Runs inside the driver of a cluster test and tells a file what happens there, a line each: {@code
 * stage EncodeStage}, {@code executor added 0}, {@code task speculative}.
 */
public final class JobLog extends SparkListener {
  static final String FILE = "spark.nomen.test.jobs";

  private final Path file;

  public JobLog(SparkConf conf) {
    this.file = Path.of(conf.get(FILE));
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted stage) {
    // "collect at EncodeStage.java:153"
    say("stage " + stage.stageInfo().name().replaceAll("^.* at |[.]java.*$", ""));
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    if (task.taskInfo().speculative()) {
      say("task speculative");
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

  private synchronized void say(String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
