package io.nomen.gallery;

import io.nomen.store.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Writes the gallery of a finished run: static pages that need neither a network nor scripts, and
 * work from {@code file://}. {@code index.html} is written last, so whoever finds it finds a whole
 * gallery.
 */
public final class GalleryWriter {
  private GalleryWriter() {}

  /** Writes the gallery under {@link GalleryLimits#DEFAULT}. */
  public static void write(
      GalleryData data, ThumbnailSource thumbnails, Storage storage, String folder) {
    write(GalleryPlan.of(data), thumbnails, storage, folder);
  }

  /**
   * Writes the gallery that {@code plan} describes.
   *
   * @param thumbnails asked for exactly the plan's {@link GalleryPlan#images()}
   * @param folder where the pages go; a folder of its own
   */
  public static void write(
      GalleryPlan plan, ThumbnailSource thumbnails, Storage storage, String folder) {
    try (Workers workers = new Workers()) {
      Site site = new Pictures(plan, thumbnails, storage, folder).write(workers);
      storage.writeBytes(folder + "/gallery.css", resource("gallery.css"));
      storage.writeBytes(folder + "/gallery.js", resource("gallery.js"));
      PageSink later =
          (name, page) -> {
            String text = page.page();
            workers.submit(() -> storage.writeText(folder + "/" + name, text));
          };
      for (ClusterSample cluster : plan.clusters()) {
        workers.submit(() -> new ClusterPages(site, cluster).write(now(storage, folder)));
      }
      new NamesPages(site).write(later);
      new FailedPages(site).write(later);
      if (!plan.data().duplicates().isEmpty()) {
        new DuplicatesPages(site).write(later);
      }
      if (!plan.data().outliers().isEmpty()) {
        new OutliersPage(site).write(later);
      }
      if (plan.data().mapLayout().isPresent()) {
        workers.submit(() -> new MapPage(site).write(now(storage, folder)));
      }
      new FactsPage(site).write(later);
      workers.await();
      new OverviewPages(site).write(now(storage, folder));
    }
  }

  private static PageSink now(Storage storage, String folder) {
    return (name, page) -> storage.writeText(folder + "/" + name, page.page());
  }

  private static byte[] resource(String name) {
    try (InputStream in = GalleryWriter.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the resource " + name + " cannot be read", e);
    }
  }
}
