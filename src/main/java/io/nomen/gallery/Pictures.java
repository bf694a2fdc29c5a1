package io.nomen.gallery;

import io.nomen.gallery.Site.Shown;
import io.nomen.store.Storage;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

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

  /** Bytes that are not a JPEG are left out: what is not a picture is not put on a page. */
  private void thumbnail(String path, String name) {
    Optional<byte[]> jpeg = source.jpeg(path);
    jpeg.flatMap(Thumbnail::size)
        .ifPresent(
            size -> {
              storage.writeBytes(folder + "/" + name, jpeg.orElseThrow());
              written.put(path, new Shown(name, size.width, size.height));
            });
  }

  private void mosaic(ClusterSample cluster) {
    List<BufferedImage> pictures =
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
}
