package io.nomen.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Seconds by stage, in the order of the stages. */
public final class Stopwatch {
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  public <T> T time(String stage, Supplier<T> work) {
    long began = System.nanoTime();
    try {
      return work.get();
    } finally {
      seconds.merge(stage, (System.nanoTime() - began) / 1e9, Double::sum);
    }
  }

  /** Rounded to milliseconds: more would be noise. */
  public Map<String, Double> seconds() {
    Map<String, Double> rounded = new LinkedHashMap<>();
    seconds.forEach((stage, value) -> rounded.put(stage, Math.round(value * 1000) / 1000.0));
    return rounded;
  }
}
