package io.nomen.gallery.feed;

import io.nomen.NomenException;
import io.nomen.exchange.ImportJob;
import io.nomen.gallery.GalleryData.FailedImage;
import io.nomen.gallery.Thumbnail;
import io.nomen.image.Decoded;
import io.nomen.image.ImageBytes;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.RgbImage;
import io.nomen.run.ImageRow;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import io.nomen.tensor.TreeReduce;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.Serializable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code images} of a run, as the gallery needs it: who failed, and where the others lie.
 */
final class ListedImages {
  private static final Logger LOG = LoggerFactory.getLogger(ListedImages.class);

  /** What could not be used is shown up to so many; the table has them all. */
  private static final int MOST_FAILED = 20_000;

  private static final int BYTES_OF_FAILED = 384;

  private final JavaSparkContext spark;
  private final Storage storage;
  private final Table table;

  ListedImages(JavaSparkContext spark, Snapshot run) {
    this.spark = spark;
    this.storage = run.storage();
    this.table = run.table("images");
  }

  /** Images that could not be used, the first by status and path. */
  List<FailedImage> failed() {
    Storage files = storage;
    JavaRDD<Failed> all =
        table.onCluster(spark).flatMap(file -> failed(files, file.uri()).iterator());
    return TreeReduce.first(all, MOST_FAILED, Comparator.naturalOrder(), BYTES_OF_FAILED).stream()
        .map(image -> new FailedImage(image.path(), image.status(), image.reason()))
        .toList();
  }

  private record Failed(String status, String path, String reason)
      implements Comparable<Failed>, Serializable {
    @Override
    public int compareTo(Failed other) {
      int byStatus = status.compareTo(other.status);
      return byStatus != 0 ? byStatus : path.compareTo(other.path);
    }
  }

  private static List<Failed> failed(Storage storage, String uri) {
    List<String> statuses = new TableColumn(storage, uri, "status").strings();
    if (statuses.stream().allMatch(ImageRow.OK::equals)) {
      return List.of();
    }
    List<String> paths = new TableColumn(storage, uri, "path").strings();
    List<Optional<String>> reasons = new TableColumn(storage, uri, "reason").optionalStrings();
    return IntStream.range(0, paths.size())
        .filter(row -> !statuses.get(row).equals(ImageRow.OK))
        .mapToObj(row -> new Failed(statuses.get(row), paths.get(row), reasons.get(row).orElse("")))
        .toList();
  }

  /** Where an image's bytes are. */
  record Place(String path, long offset, long bytes) implements Comparable<Place>, Serializable {

    /** Images in one file come in the order in which they lie there. */
    @Override
    public int compareTo(Place other) {
      int byFile = file().compareTo(other.file());
      return byFile != 0 ? byFile : Long.compare(offset, other.offset);
    }

    private String file() {
      int inside = path.indexOf("!/");
      return inside < 0 ? path : path.substring(0, inside);
    }

    /** Its small picture by its path; nothing where the image can no longer be read. */
    Map<String, byte[]> thumbnail(ImageBytes images) {
      try {
        byte[] encoded = images.read(path, offset, bytes);
        DecodeOptions options = DecodeOptions.defaults();
        return ImageDecoder.decode(encoded, options) instanceof Decoded.Ok ok
            ? Map.of(path, Thumbnail.jpeg(picture(ok.image())))
            : Map.of();
      } catch (NomenException e) {
        StorageFailure.stopUnlessOfOneFile(path, e);
        // The page shows the file's name in its place; the run's tables do not depend on it.
        return Map.of();
      } catch (RuntimeException | OutOfMemoryError e) {
        // Nor may a picture that cannot be made smaller end a job whose work is done.
        LOG.warn("{} has no thumbnail: {}", path, e.toString());
        return Map.of();
      }
    }

    private static BufferedImage picture(RgbImage image) {
      BufferedImage picture =
          new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
      int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
      byte[] rgb = image.rgb();
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] =
            ((rgb[3 * i] & 0xff) << 16) | ((rgb[3 * i + 1] & 0xff) << 8) | (rgb[3 * i + 2] & 0xff);
      }
      return picture;
    }
  }

  /**
   * Where the images called {@code wanted} are, file by file; rows that were never images are left
   * out.
   */
  List<Place> places(List<String> wanted) {
    Storage files = storage;
    Broadcast<HashSet<String>> names = spark.broadcast(new HashSet<>(wanted));
    Map<String, Place> found = new HashMap<>();
    table
        .onCluster(spark)
        .flatMap(file -> places(files, file.uri(), names.value()).iterator())
        .collect()
        .forEach(place -> found.put(place.path(), place));
    names.destroy();
    return wanted.stream().filter(found::containsKey).map(found::get).sorted().toList();
  }

  private static List<Place> places(Storage storage, String uri, Set<String> names) {
    List<String> paths = new TableColumn(storage, uri, "path").strings();
    if (paths.stream().noneMatch(names::contains)) {
      return List.of();
    }
    List<Optional<String>> formats = new TableColumn(storage, uri, "format").optionalStrings();
    long[] offsets = new TableColumn(storage, uri, "offset").longs();
    long[] bytes = new TableColumn(storage, uri, "bytes").longs();
    return IntStream.range(0, paths.size())
        .filter(row -> !formats.get(row).equals(Optional.of(ImportJob.FORMAT)))
        .filter(row -> names.contains(paths.get(row)))
        .mapToObj(row -> new Place(paths.get(row), offsets[row], bytes[row]))
        .toList();
  }
}
