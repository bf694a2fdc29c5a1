package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.Curve;
import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.FailedImage;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;

/**
 * A gallery to look at, without a model: clusters are the folders of a tree of photographs, and
 * confidence is how near a photograph's coarse colours are to those of its folder. The pages say
 * so.
 *
 * <p>{@code DemoGallery PHOTOGRAPHS FOLDER}
 */
final class DemoGallery {
  private static final int GRID = 6;
  private static final int WIDTH = GRID * GRID * 3;

  private record Photo(String path, int cluster, float[] colours, byte[] thumbnail) {}

  private final List<String> names;
  private final List<Photo> photos = new ArrayList<>();
  private final float[][] means;

  private DemoGallery(Path photographs) throws IOException {
    List<Path> folders = sorted(photographs);
    names = folders.stream().map(f -> f.getFileName().toString()).toList();
    for (int c = 0; c < folders.size(); c++) {
      for (Path file : sorted(folders.get(c))) {
        BufferedImage picture = ImageIO.read(file.toFile());
        photos.add(new Photo(file.toUri().getPath(), c, colours(picture), Thumbnail.jpeg(picture)));
      }
    }
    means = new float[names.size()][];
    for (int c = 0; c < means.length; c++) {
      means[c] = mean(c);
    }
  }

  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]), Path.of(arguments[1]));
  }

  /** Writes the gallery of the folders in {@code photographs} to {@code folder}. */
  static void write(Path photographs, Path folder) throws IOException {
    DemoGallery demo = new DemoGallery(photographs);
    Map<String, byte[]> thumbnails = new HashMap<>();
    demo.photos.forEach(photo -> thumbnails.put(photo.path(), photo.thumbnail()));
    GalleryWriter.write(
        demo.data(),
        path -> Optional.ofNullable(thumbnails.get(path)),
        new Storage(new Configuration()),
        folder.toUri().toString());
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> !f.endsWith("README.md")).sorted().toList();
    }
  }

  private static float[] colours(BufferedImage picture) {
    BufferedImage small = Thumbnail.crop(picture, GRID, GRID);
    float[] colours = new float[WIDTH];
    for (int i = 0; i < GRID * GRID; i++) {
      int rgb = small.getRGB(i % GRID, i / GRID);
      for (int channel = 0; channel < 3; channel++) {
        colours[i * 3 + channel] = (rgb >> (16 - 8 * channel) & 255) / 255f;
      }
    }
    return colours;
  }

  private float[] mean(int cluster) {
    float[] mean = new float[WIDTH];
    List<Photo> members = photos.stream().filter(p -> p.cluster() == cluster).toList();
    for (Photo photo : members) {
      for (int i = 0; i < WIDTH; i++) {
        mean[i] += photo.colours()[i] / members.size();
      }
    }
    return mean;
  }

  private static double distance(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> (a[i] - b[i]) * (a[i] - b[i])).sum();
  }

  /** Softmax of negative distances to the folders' mean colours. */
  private double[] shares(Photo photo) {
    double[] shares = new double[means.length];
    double sum = 0;
    for (int c = 0; c < means.length; c++) {
      // The folder is given: a head start stands for what colours cannot know.
      double distance = distance(photo.colours(), means[c]) - (c == photo.cluster() ? 6 : 0);
      shares[c] = Math.exp(-distance / 2);
      sum += shares[c];
    }
    for (int c = 0; c < means.length; c++) {
      shares[c] /= sum;
    }
    return shares;
  }

  private GalleryData data() {
    float[] rows = new float[photos.size() * (WIDTH + names.size())];
    for (int i = 0; i < photos.size(); i++) {
      int at = i * (WIDTH + names.size());
      System.arraycopy(photos.get(i).colours(), 0, rows, at, WIDTH);
      rows[at + WIDTH + photos.get(i).cluster()] = 2;
    }
    int width = WIDTH + names.size();
    MapLayout layout = MapLayout.fit(rows, width, 0);
    String algorithm = layout.algorithm(photos.size());
    float[] places = layout.place(new Matrix(photos.size(), width, rows));
    Map<Integer, List<ImageEntry>> images = new HashMap<>();
    for (int i = 0; i < photos.size(); i++) {
      Photo photo = photos.get(i);
      double[] shares = shares(photo);
      int second =
          IntStream.range(0, shares.length)
              .filter(c -> c != photo.cluster())
              .boxed()
              .max(Comparator.comparingDouble(c -> shares[c]))
              .orElseThrow();
      images
          .computeIfAbsent(photo.cluster(), c -> new ArrayList<>())
          .add(
              new ImageEntry(
                  photo.path(),
                  photo.cluster(),
                  shares[photo.cluster()],
                  Optional.of(new ImageEntry.RunnerUp(second, shares[second])),
                  Optional.of(new ImageEntry.MapPoint(places[2 * i], places[2 * i + 1])),
                  OptionalDouble.of(distance(photo.colours(), means[photo.cluster()]))));
    }
    List<ClusterCard> cards =
        IntStream.range(0, names.size()).mapToObj(c -> card(c, images.get(c))).toList();
    return new GalleryData(
        facts(),
        cards,
        images,
        failed(),
        duplicates(),
        List.of(),
        GalleryData.Workbench.NONE,
        Optional.of(algorithm));
  }

  private ClusterCard card(int cluster, List<ImageEntry> images) {
    List<Integer> near =
        IntStream.range(0, names.size())
            .filter(c -> c != cluster)
            .boxed()
            .sorted(Comparator.comparingDouble(c -> distance(means[c], means[cluster])))
            .limit(4)
            .toList();
    boolean named = cluster % 11 != 10;
    List<ClusterCard.NounScore> nouns = new ArrayList<>();
    nouns.add(
        new ClusterCard.NounScore(
            names.get(cluster), 0.31, Optional.of("the name of the folder"), Optional.empty()));
    for (int i = 0; i < near.size(); i++) {
      nouns.add(
          new ClusterCard.NounScore(
              names.get(near.get(i)),
              0.12 / (i + 1),
              Optional.of("a folder whose colours are near"),
              Optional.empty()));
    }
    return new ClusterCard(
        cluster,
        named ? names.get(cluster) : "cluster " + cluster,
        named,
        images.size(),
        images.stream().mapToDouble(ImageEntry::confidence).average().orElseThrow(),
        OptionalDouble.of(0.4),
        Optional.of(new ClusterCard.WordsFit("in part", 0.75)),
        Optional.of("what the folder \"" + names.get(cluster) + "\" holds"),
        nouns,
        Optional.of("folder"),
        List.of(),
        List.of(),
        images.stream()
            .min(Comparator.comparingDouble(i -> i.outlierScore().orElseThrow()))
            .map(ImageEntry::path),
        near.stream()
            .map(
                c -> {
                  double similarity = 1 / (1 + distance(means[c], means[cluster]));
                  return new ClusterCard.NearCluster(c, similarity, similarity > 0.6);
                })
            .toList());
  }

  /** The six pairs of photographs whose coarse colours are nearest. */
  private List<DuplicateGroup> duplicates() {
    List<int[]> pairs = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      for (int j = 0; j < i; j++) {
        pairs.add(new int[] {j, i});
      }
    }
    return pairs.stream()
        .sorted(
            Comparator.comparingDouble(
                p -> distance(photos.get(p[0]).colours(), photos.get(p[1]).colours())))
        .limit(6)
        .map(p -> new DuplicateGroup(false, List.of(member(p[0]), member(p[1]))))
        .toList();
  }

  private DuplicateGroup.Member member(int photo) {
    return new DuplicateGroup.Member(photos.get(photo).path(), photos.get(photo).cluster());
  }

  private static List<FailedImage> failed() {
    return List.of(
        new FailedImage(
            "/photographs/a <script>alert(1)</script>.jpg", "empty", "The file is 0 bytes long."),
        new FailedImage("/photographs/two\nlines.png", "truncated", "The end marker is missing."),
        new FailedImage("/photographs/\u202egpj.exe", "not-an-image", "It begins with 4d 5a."),
        new FailedImage("s3a://bucket/a b/c.webp", "corrupt", "The VP8 frame ends early."));
  }

  private RunFacts facts() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("inventory", 0.4);
    seconds.put("encode", 14.2);
    seconds.put("cluster", 192.0);
    double[] epochs = IntStream.range(0, 20).asDoubleStream().toArray();
    double[] loss = IntStream.range(0, 20).mapToDouble(e -> 4 * Math.exp(-e / 6.0) + 1.2).toArray();
    double[] entropy = IntStream.range(0, 20).mapToDouble(e -> 3.1 - 2 / (e + 1.0)).toArray();
    return new RunFacts(
        "demo-0001",
        "Photographs of 24 things",
        Instant.parse("2025-01-01T12:00:00Z"),
        "folders",
        Optional.empty(),
        Optional.of("the folders"),
        new RunFacts.Counts(photos.size() + 4L, photos.size(), 4),
        seconds,
        0,
        Map.of("Java", System.getProperty("java.version")),
        Map.of("--clusters", String.valueOf(names.size()), "--seed", "0"),
        Map.of("silhouette", 0.4),
        Map.of(),
        List.of(
            "No model was run: each cluster is a folder, confidence comes from coarse colours, and"
                + " the curves are made up, to show what the pages look like."),
        List.of(
            new Curve(
                "Loss",
                "epoch",
                List.of(
                    new Curve.Series("loss", epochs, loss),
                    new Curve.Series("balance entropy", epochs, entropy)))),
        Optional.of("nomen gallery --run OUT"));
  }
}
