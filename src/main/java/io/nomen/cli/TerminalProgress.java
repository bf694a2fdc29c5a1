package io.nomen.cli;

import io.nomen.Progress;
import io.nomen.RootLocale;
import java.io.PrintStream;
import java.time.Duration;

/** Progress on stderr: one line that rewrites itself on a terminal, a line every 30 s otherwise. */
final class TerminalProgress implements Progress {
  private static final long QUIET_INTERVAL = Duration.ofSeconds(30).toNanos();
  private static final long TERMINAL_INTERVAL = Duration.ofMillis(200).toNanos();

  private final PrintStream err;
  private final boolean terminal;

  TerminalProgress(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public void say(String sentence) {
    err.println("  " + sentence);
  }

  @Override
  public Step begin(String stage, long total, String unit) {
    return new Line(stage, total, unit);
  }

  private final class Line implements Step {
    private final String stage;
    private final long total;
    private final String unit;
    private final long began = System.nanoTime();
    private long shown = System.nanoTime();
    private long latest;
    private boolean drawn;

    Line(String stage, long total, String unit) {
      this.stage = stage;
      this.total = total;
      this.unit = unit;
    }

    @Override
    public synchronized void done(long count) {
      latest = count;
      long now = System.nanoTime();
      if (now - shown >= (terminal ? TERMINAL_INTERVAL : QUIET_INTERVAL)) {
        shown = now;
        String text = text(now, true);
        err.print(terminal ? "\r" + text + "\u001b[K" : text + "\n");
        err.flush();
        drawn = terminal;
      }
    }

    @Override
    public synchronized void close() {
      if (drawn) {
        err.print("\r\u001b[K");
      }
      err.println(text(System.nanoTime(), false));
    }

    private String text(long now, boolean running) {
      double seconds = (now - began) / 1e9;
      StringBuilder text = new StringBuilder("  ").append(stage);
      if (latest > 0 && total != 1) {
        text.append(RootLocale.format(": %,d", latest));
        if (running && total > 0) {
          text.append(RootLocale.format(" of %,d", total));
        }
        text.append(' ').append(unit);
        text.append(", ").append(rate(latest / seconds));
        if (running && total > latest) {
          double left = seconds / latest * (total - latest);
          text.append(", ").append(duration(left)).append(" left");
        }
      }
      return text.append(running ? "" : " (" + duration(seconds) + ")").toString();
    }
  }

  /**
   * How fast something goes: {@code 1,234 a second}, {@code 4.2 a second}, {@code 7.5 a minute}.
   */
  static String rate(double perSecond) {
    if (perSecond < 1) {
      return RootLocale.format("%.1f a minute", 60 * perSecond);
    }
    return RootLocale.format(perSecond < 10 ? "%.1f a second" : "%,.0f a second", perSecond);
  }

  /** A time span as people say it: {@code 3.2 s}, {@code 4 min 10 s}, {@code 2 h 5 min}. */
  static String duration(double seconds) {
    if (seconds < 100) {
      return RootLocale.format("%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 6000
        ? RootLocale.format("%d min %d s", whole / 60, whole % 60)
        : RootLocale.format("%d h %d min", whole / 3600, whole % 3600 / 60);
  }
}
