package io.nomen.gallery;

import io.nomen.store.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;

/**
 * Measures the gallery of 100,000 images in 1,000 clusters; run by hand.
 *
 * <p>{@code LargeGallery PHOTOGRAPHS FOLDER}: thumbnails are made of the photographs, in turn. Then
 * Chromium opens the map of all 100,000 and moves it by hand.
 */
final class LargeGallery {
  private LargeGallery() {}

  public static void main(String[] arguments) throws IOException {
    List<Path> photographs;
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      photographs = files.filter(f -> f.toString().endsWith(".jpg")).sorted().toList();
    }
    long start = System.nanoTime();
    List<byte[]> thumbnails = new ArrayList<>();
    for (Path photograph : photographs) {
      thumbnails.add(Thumbnail.jpeg(ImageIO.read(photograph.toFile())));
    }
    say(
        "ms for each thumbnail, decoding included",
        (System.nanoTime() - start) / 1e6 / photographs.size());

    GalleryData data = TestGallery.data(1000, 100);
    start = System.nanoTime();
    GalleryPlan plan = GalleryPlan.of(data);
    say("seconds for the plan", seconds(start));
    say("images in the plan", plan.images().size());
    start = System.nanoTime();
    GalleryWriter.write(
        plan,
        path -> Optional.of(thumbnails.get(Math.floorMod(path.hashCode(), thumbnails.size()))),
        new Storage(new Configuration()),
        Path.of(arguments[1]).toUri().toString());
    say("seconds for the gallery", seconds(start));

    Map<String, String> pages = TestGallery.pages(Path.of(arguments[1]));
    say("pages", pages.size());
    for (String page :
        List.of(
            "index.html",
            "names.html",
            "map.html",
            "clusters/500.html",
            "failed.html",
            "run.html")) {
      say("kB of " + page, Files.size(Path.of(arguments[1], page)) / 1e3);
    }
    say(
        "kB of the largest page",
        pages.values().stream().mapToInt(String::length).max().orElseThrow() / 1e3);
    try (Stream<Path> files = Files.walk(Path.of(arguments[1]))) {
      say("MB in all", files.mapToLong(f -> f.toFile().length()).sum() / 1e6);
    }
    say("kB of map/points.js", Files.size(Path.of(arguments[1], "map/points.js")) / 1e3);
    map(Path.of(arguments[1]));
  }

  static void map(Path gallery) throws IOException {
    Path profile = Files.createTempDirectory("chromium");
    try (Chromium chromium = new Chromium(Chromium.binary().orElseThrow(), profile)) {
      chromium.call(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", 1280, "height", 900, "deviceScaleFactor", 1, "mobile", false));
      chromium.call(
          "Page.addScriptToEvaluateOnNewDocument",
          Map.of(
              "source",
              "window.frames_ = []; const put = CanvasRenderingContext2D.prototype.putImageData;"
                  + " CanvasRenderingContext2D.prototype.putImageData = function (...a) {"
                  + " frames_.push(performance.now()); return put.apply(this, a); };"));
      for (String page : List.of("map.html", "map.html")) {
        chromium.open(gallery.resolve(page));
        chromium.await("frames_.length > 0");
        say("ms to the first picture of the map", chromium.evaluate("frames_[0]").asDouble());
      }
      double x = 640;
      double y = 600;
      moving(chromium, "a drag of the whole map", () -> drag(chromium, x, y));
      moving(chromium, "zoom by the wheel", () -> zoom(chromium, x, y, -30));
      moving(chromium, "a drag close up", () -> drag(chromium, x, y));
      moving(chromium, "zoom back", () -> zoom(chromium, x, y, 30));
      for (int i = 0; i < 3; i++) {
        chromium.wheel(x, y, -150);
      }
      moving(chromium, "a drag at three times", () -> drag(chromium, x, y));
    }
  }

  private static void moving(Chromium chromium, String what, Runnable hand) {
    chromium.evaluate("frames_.length = 0");
    Duration before = browserTime();
    hand.run();
    double spent = browserTime().minus(before).toMillis();
    say(
        "  ms of all the browser's processes for a frame of " + what,
        spent / chromium.evaluate("frames_.length").asDouble());
    say(
        "frames a second of " + what,
        chromium
            .evaluate("1000 * (frames_.length - 1) / (frames_.at(-1) - frames_[0])")
            .asDouble());
    say(
        "  longest gap in ms",
        chromium
            .evaluate("Math.max(...frames_.slice(1).map((t, i) => t - frames_[i]))")
            .asDouble());
  }

  /** What other programs of the machine do is not in it. */
  private static Duration browserTime() {
    return ProcessHandle.current()
        .descendants()
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static void drag(Chromium chromium, double x, double y) {
    chromium.hover(x, y);
    chromium.mouse("mousePressed", x, y, false);
    for (int i = 0; i < 150; i++) {
      chromium.mouse("mouseMoved", x + 120 * Math.sin(i / 9.0), y + 90 * Math.cos(i / 7.0), false);
    }
    chromium.mouse("mouseReleased", x, y, false);
  }

  private static void zoom(Chromium chromium, double x, double y, double by) {
    for (int i = 0; i < 60; i++) {
      chromium.wheel(x, y, by);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @SuppressWarnings("SystemOut")
  private static void say(String what, double number) {
    System.out.printf(Locale.ROOT, "%,12.2f %s%n", number, what);
  }
}
