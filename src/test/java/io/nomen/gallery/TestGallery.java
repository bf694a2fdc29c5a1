package io.nomen.gallery;

import io.nomen.gallery.GalleryData.AskedImage;
import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.Curve;
import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.FailedImage;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.GalleryData.LayerNode;
import io.nomen.gallery.GalleryData.RunChange;
import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.GalleryData.SearchNumbers;
import io.nomen.gallery.GalleryData.Workbench;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import io.nomen.gallery.GalleryWriter.ThumbnailSource;
import io.nomen.store.Storage;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** Made-up runs for tests, of any size, with names that try to break out of the page. */
final class TestGallery {
  static final List<String> HOSTILE =
      List.of(
          "<script>window.broken=1</script>",
          "\"><img src=x onerror=\"window.broken=1\">",
          "' onmouseover='window.broken=1",
          "\u202etxt.exe",
          "عنقود من الصور",
          "two\nlines\u0000 & &lt;entities&gt;",
          "</title></style></svg><h1>out</h1>",
          "a name that goes on and on, longer than any noun would be, to see what a card does with"
              + " it");

  private TestGallery() {}

  /** {@code clusters} clusters of {@code each} images; the first ones have hostile names. */
  static GalleryData data(int clusters, int each) {
    Random random = new Random(7);
    Map<Integer, List<ImageEntry>> images = new HashMap<>();
    List<ClusterCard> cards = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      List<ImageEntry> entries = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        entries.add(entry(c, clusters, i, random));
      }
      images.put(c, entries);
      cards.add(card(c, clusters, each));
    }
    List<FailedImage> failed =
        IntStream.range(0, Math.max(HOSTILE.size(), clusters * each / 50))
            .mapToObj(
                i ->
                    new FailedImage(
                        "/images/" + name(i) + ".jpg",
                        i % 3 == 0 ? "empty" : "corrupt",
                        name(i + 1)))
            .toList();
    List<DuplicateGroup> duplicates =
        IntStream.range(0, Math.max(2, clusters / 2))
            .mapToObj(
                g ->
                    new DuplicateGroup(
                        g % 2 == 0,
                        List.of(
                            new DuplicateGroup.Member(path(g % clusters, 0), g % clusters),
                            new DuplicateGroup.Member(path(g % clusters, each - 1), g % clusters))))
            .toList();
    return new GalleryData(
        facts((long) clusters * each, failed.size()),
        cards,
        images,
        failed,
        duplicates,
        images.values().stream().map(entries -> entries.get(0)).toList(),
        new Workbench(
            layers(clusters, each),
            questions(images, clusters),
            Optional.of(search(images, clusters)),
            Optional.of(change(images, clusters, each))),
        Optional.of("a made-up layout"));
  }

  private static List<AskedImage> questions(Map<Integer, List<ImageEntry>> images, int clusters) {
    return IntStream.range(0, Math.min(5, clusters))
        .mapToObj(
            c ->
                new AskedImage(
                    images.get(c).get(0),
                    IntStream.range(0, Math.min(5, clusters))
                        .mapToObj(i -> (c + i) % clusters)
                        .toList()))
        .toList();
  }

  /** A word points where the images of its cluster lie. */
  private static SearchNumbers search(Map<Integer, List<ImageEntry>> images, int clusters) {
    int width = 16;
    List<byte[]> codes = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      byte[] code = new byte[width];
      new Random(c).nextBytes(code);
      codes.add(code);
    }
    Map<String, byte[]> byPath = new HashMap<>();
    images.forEach((c, entries) -> entries.forEach(e -> byPath.put(e.path(), codes.get(c))));
    return new SearchNumbers(
        width, byPath, IntStream.range(0, clusters).mapToObj(TestGallery::name).toList(), codes);
  }

  private static RunChange change(Map<Integer, List<ImageEntry>> images, int clusters, int each) {
    int half = Math.max(1, each / 2);
    return new RunChange(
        "run-" + HOSTILE.get(0),
        List.of(
            new RunChange.Flow(0, HOSTILE.get(1), each, 0, half),
            new RunChange.Flow(0, HOSTILE.get(1), each, clusters - 1, half)),
        clusters - 1L,
        5,
        List.of(images.get(0).get(0)),
        1,
        2,
        3);
  }

  /** Two clusters make one of the coarser layer, and each is cut in two. */
  private static List<LayerNode> layers(int clusters, int each) {
    List<LayerNode> nodes = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      int top = c - c % 2;
      Optional<MapPoint> place = Optional.of(new MapPoint(c % 37 / 37f, c % 23 / 23f));
      if (c == top) {
        long size = (long) each * Math.min(2, clusters - c);
        nodes.add(new LayerNode(0, false, top, List.of(top), "kind of " + name(c), size, place));
      }
      nodes.add(new LayerNode(1, true, c, List.of(top, c), name(c), each, place));
      if (each > 1) {
        nodes.add(
            new LayerNode(2, false, c, List.of(top, c, c), "sort of " + name(c), each - 1, place));
        int part = clusters + c;
        nodes.add(
            new LayerNode(2, false, part, List.of(top, c, part), "other " + name(c), 1, place));
      }
    }
    return nodes;
  }

  static String path(int cluster, int image) {
    return "/images/%s/%06d %%20#?.jpg".formatted(name(cluster).replace('/', '_'), image);
  }

  private static String name(int i) {
    return i < HOSTILE.size() ? HOSTILE.get(i) : "thing " + i;
  }

  private static ImageEntry entry(int cluster, int clusters, int image, Random random) {
    double confidence = 0.5 + random.nextDouble() / 2;
    return new ImageEntry(
        path(cluster, image),
        cluster,
        confidence,
        clusters == 1
            ? Optional.empty()
            : Optional.of(new ImageEntry.RunnerUp((cluster + 1) % clusters, 1 - confidence)),
        Optional.of(
            new ImageEntry.MapPoint(
                (float) ((cluster % 37) / 37.0 + random.nextDouble() / 40),
                (float) ((cluster % 23) / 23.0 + random.nextDouble() / 25))),
        OptionalDouble.of(random.nextDouble()));
  }

  private static ClusterCard card(int cluster, int clusters, int size) {
    List<ClusterCard.NounScore> nouns =
        IntStream.range(0, 5)
            .mapToObj(
                i ->
                    new ClusterCard.NounScore(
                        name(cluster + i),
                        0.3 / (i + 1),
                        Optional.of("what a " + name(cluster) + " is"),
                        Optional.of("thing.n.0" + i)))
            .toList();
    return new ClusterCard(
        cluster,
        name(cluster),
        cluster % 5 != 4,
        size,
        0.75,
        OptionalDouble.of(0.21),
        Optional.of(new ClusterCard.WordsFit("in part", 0.72)),
        Optional.of("what a " + name(cluster) + " is"),
        nouns,
        Optional.of(name(cluster + 1)),
        List.of(name(cluster), name(cluster + 2)),
        List.of(name(cluster), "<i>made</i> & more"),
        Optional.of(path(cluster, size / 2)),
        IntStream.range(1, Math.min(5, clusters))
            .mapToObj(i -> new ClusterCard.NearCluster((cluster + i) % clusters, 0.9 / i, i == 1))
            .toList());
  }

  private static RunFacts facts(long embedded, long bad) {
    double[] x = IntStream.range(0, 1000).asDoubleStream().toArray();
    double[] y =
        IntStream.range(0, 1000).mapToDouble(i -> i == 3 ? Double.NaN : 1.0 / (i + 1)).toArray();
    return new RunFacts(
        "run-" + HOSTILE.get(0),
        "A run of " + HOSTILE.get(1),
        Instant.parse("2025-01-01T12:00:00Z"),
        HOSTILE.get(2),
        Optional.of(HOSTILE.get(3)),
        Optional.of(HOSTILE.get(6)),
        new RunFacts.Counts(embedded + bad, embedded, bad),
        Map.of("encode", 12.5),
        42,
        Map.of("Java", "17"),
        new TreeMap<>(Map.of("--input", HOSTILE.get(5))),
        Map.of("silhouette", 0.3),
        Map.of("acc", 61.2),
        List.of(HOSTILE.get(4)),
        List.of(
            new Curve(HOSTILE.get(0), "epoch", List.of(new Curve.Series(HOSTILE.get(1), x, y)))),
        Optional.of("nomen cluster --input " + HOSTILE.get(0)));
  }

  /** Plain pictures of eight shapes and colours. */
  static ThumbnailSource pictures() {
    List<byte[]> jpegs = IntStream.range(0, 8).mapToObj(TestGallery::picture).toList();
    return path -> Optional.of(jpegs.get(Math.floorMod(path.hashCode(), jpegs.size())));
  }

  private static byte[] picture(int kind) {
    BufferedImage picture = new BufferedImage(100 + kind * 20, 120, BufferedImage.TYPE_INT_RGB);
    var graphics = picture.createGraphics();
    graphics.setColor(Color.getHSBColor(kind / 8f, 0.5f, 0.8f));
    graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    graphics.dispose();
    return Thumbnail.jpeg(picture);
  }

  /** Bounds so small that a small run has samples and pages. */
  static final GalleryLimits SMALL = new GalleryLimits(20, 1000, 10, 6, 5, 40, 1000);

  static void write(GalleryPlan plan, ThumbnailSource source, Path folder) {
    GalleryWriter.write(plan, source, new Storage(new Configuration()), folder.toUri().toString());
  }

  /** Every page of a gallery by its name, for example {@code clusters/3.html}. */
  static Map<String, String> pages(Path folder) {
    Map<String, String> pages = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".html")).toList()) {
        pages.put(folder.relativize(file).toString(), Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pages;
  }
}
