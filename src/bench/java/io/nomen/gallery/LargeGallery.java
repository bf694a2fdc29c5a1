package io.nomen.gallery;

import io.nomen.store.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;

/**
 * Measures the gallery of 100,000 images in 1,000 clusters; thumbnails are made of photographs, in
 * turn. {@link MapFrames} measures its map.
 *
 * <pre>java -cp ... io.nomen.gallery.LargeGallery PHOTOGRAPHS FOLDER</pre>
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
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void say(String what, double number) {
    System.out.printf(Locale.ROOT, "%,12.2f %s%n", number, what);
  }
}
