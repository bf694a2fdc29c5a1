package io.nomen.gallery;

import io.nomen.gallery.Site.Shown;
import io.nomen.store.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Writes thumbnails under generated names, and a mosaic for each cluster. */
final class Pictures {
  private final GalleryPlan plan;
  private final ThumbnailSource source;
  private final Storage storage;
  private final String folder;
  private final Map<String, Shown> written = new ConcurrentHashMap<>();
  private final Map<Integer, Boolean> mosaics = new ConcurrentHashMap<>();

  Pictures(GalleryPlan plan, ThumbnailSource source, Storage storage, String folder) {
    this.plan = plan;
    this.source = source;
    this.storage = storage;
    this.folder = folder;
  }

  /** Writes everything; afterwards pages can be made. */
  Site write(Workers workers) {
    plan.thumbnails().forEach((path, name) -> workers.submit(() -> thumbnail(path, name)));
    plan.clusters().forEach(cluster -> workers.submit(() -> mosaic(cluster)));
    workers.await();
    return new Site(plan, Map.copyOf(written), Map.copyOf(mosaics));
  }

  private void thumbnail(String path, String name) {
    source
        .jpeg(path)
        .ifPresent(
            jpeg ->
                size(jpeg)
                    .ifPresent(
                        size -> {
                          storage.writeBytes(folder + "/" + name, jpeg);
                          written.put(path, new Shown(name, size[0], size[1]));
                        }));
  }

  private void mosaic(ClusterSample cluster) {
    var pictures =
        cluster.mosaic().stream()
            .flatMap(image -> source.jpeg(image.path()).stream())
            .flatMap(jpeg -> Thumbnail.decode(jpeg).stream())
            .toList();
    if (!pictures.isEmpty()) {
      int number = cluster.card().number();
      storage.writeBytes(folder + "/" + Site.mosaic(number), Mosaic.jpeg(pictures));
      mosaics.put(number, true);
    }
  }

  /** Width and height of a JPEG; nothing for other bytes, which then are not put on a page. */
  private static Optional<int[]> size(byte[] jpeg) {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        return Optional.empty();
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return reader.getFormatName().equalsIgnoreCase("jpeg")
            ? Optional.of(new int[] {reader.getWidth(0), reader.getHeight(0)})
            : Optional.empty();
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
