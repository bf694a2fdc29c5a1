package io.nomen.gallery;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Frames a second of the gallery's map with 100,000 made-up images in headless Chromium, which
 * draws without a graphics card: while the map is panned at several depths, and until the first
 * picture stands.
 *
 * <pre>java -cp ... io.nomen.gallery.MapFrames FOLDER [ROUNDS]</pre>
 */
public final class MapFrames {
  private MapFrames() {}

  /** Prints a line per round and depth. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    if (!Files.exists(folder.resolve("map.html"))) {
      TestGallery.write(
          GalleryPlan.of(TestGallery.data(100, 1000)), TestGallery.pictures(), folder);
    }
    Path profile = Files.createTempDirectory("map-frames");
    try (Chromium chromium = new Chromium(Chromium.binary().orElseThrow(), profile)) {
      for (int round = 0; round < rounds; round++) {
        chromium.window(1600, 1000);
        chromium.open(folder.resolve("map.html"));
        chromium.await("nomen.map?.total === 100000");
        System.out.printf(
            Locale.ROOT,
            "first picture after %.0f ms%n",
            chromium
                .evaluate(
                    "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame("
                        + "() => drawn(performance.now()))))")
                .asDouble());
        for (int closer : new int[] {0, 2, 4, 6, 8}) {
          System.out.printf("pan, %s%n", frames(chromium, closer, "ArrowLeft", "ArrowRight"));
          System.out.printf("zoom, %s%n", frames(chromium, closer, "+", "-"));
        }
      }
    }
  }

  /** Presses one key ten times, then the other ten times, a frame each. */
  private static String frames(Chromium chromium, int closer, String one, String other) {
    chromium.evaluate(
        "(() => { const press = (key) => document.querySelector('canvas').dispatchEvent("
            + "new KeyboardEvent('keydown', {key})); press('0');"
            + " nomen.map.reveal(nomen.map.pictures.findIndex((p) => p >= 0), 1);"
            + " for (let i = 0; i < %d; i++) press('+'); })()".formatted(closer));
    // Thumbnails that come into view arrive meanwhile, as they do under a hand.
    return chromium
        .evaluate(
            """
            new Promise((done) => {
              const canvas = document.querySelector('canvas'), from = nomen.map.view.zoom;
              const start = performance.now();
              let last = start, worst = 0, frames = 0;
              const step = (now) => {
                worst = Math.max(worst, now - last);
                last = now;
                if (now - start > 3000) {
                  return done(`from zoom ${from.toFixed(1)}: `
                    + `${(1000 * frames / (now - start)).toFixed(1)} frames a second, `
                    + `the longest ${worst.toFixed(0)} ms`);
                }
                const key = Math.floor(frames++ / 10) %% 2 ? '%s' : '%s';
                canvas.dispatchEvent(new KeyboardEvent('keydown', {key}));
                requestAnimationFrame(step);
              };
              requestAnimationFrame(step);
            })\
            """
                .formatted(other, one))
        .asText();
  }
}
