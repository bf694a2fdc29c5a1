package io.nomen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;

/**
 * Runs inside a driver, and tells a file what lives on its heap whenever a class of Nomen starts
 * work after another one, and at the end: a line {@code AFTER BYTES} each.
 */
public final class LiveHeap extends SparkListener {
  static final String FILE = "spark.nomen.test.heap";

  private final Path file;
  private String last = "start";

  public LiveHeap(SparkConf conf) {
    this.file = Path.of(conf.get(FILE));
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted stage) {
    String name = JobLog.name(stage.stageInfo());
    if (!name.equals(last)) {
      say(last);
      last = name;
    }
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    say(last);
  }

  private void say(String after) {
    System.gc();
    long bytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    try {
      Files.writeString(
          file, after + " " + bytes + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
