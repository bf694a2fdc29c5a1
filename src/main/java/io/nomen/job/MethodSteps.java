package io.nomen.job;

import io.nomen.Progress;
import io.nomen.method.MethodProgress;

/** Shows a method's own steps as stages of the job. */
final class MethodSteps implements MethodProgress, AutoCloseable {
  private final Progress progress;
  private String stage = "";
  private Progress.Step step = done -> {};

  MethodSteps(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void at(String name, long done, long total) {
    if (!name.equals(stage)) {
      step.close();
      stage = name;
      step = progress.begin(name, total, "steps");
    }
    step.done(done);
  }

  @Override
  public void close() {
    step.close();
    stage = "";
    step = done -> {};
  }
}
