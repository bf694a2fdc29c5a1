package io.nomen.gallery;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.gallery.DuplicatesPages.OutliersPage;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import io.nomen.gallery.MapData.ScriptSink;
import io.nomen.gallery.OverviewPages.NamesPages;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;
import io.nomen.gallery.Page.SiteIndex.Shown;
import io.nomen.store.Storage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
      SiteIndex site = new ThumbnailFiles(plan, thumbnails, storage, folder).write(workers);
      for (String file :
          List.of("gallery.css", "gallery.js", "map.js", "search.js", "changes.js")) {
        storage.writeBytes(folder + "/" + file, resource(file));
      }
      PageSink later =
          (name, page) -> {
            String text = page.page();
            workers.submit(() -> storage.writeText(folder + "/" + name, text));
          };
      for (ClusterSample cluster : plan.clusters()) {
        workers.submit(() -> new ClusterPages(site, cluster).write(now(storage, folder)));
      }
      ScriptSink scripts =
          (name, script) -> workers.submit(() -> storage.writeText(folder + "/" + name, script));
      MapData.clusters(site, scripts);
      MapData.words(plan.language(), scripts);
      new NamesPages(site).write(later);
      if (!plan.data().layers().isEmpty()) {
        new LayersPage(site).write(later);
      }
      if (!plan.data().workbench().questions().isEmpty()) {
        new QuestionsPage(site).write(later);
      }
      plan.data()
          .workbench()
          .comparison()
          .ifPresent(change -> new ComparisonPage(site, change).write(later));
      new FailedPages(site).write(later);
      if (!plan.data().duplicates().isEmpty()) {
        new DuplicatesPages(site).write(later);
      }
      if (!plan.data().outliers().isEmpty()) {
        new OutliersPage(site).write(later);
      }
      if (plan.data().mapLayout().isPresent()) {
        MapPoints points = new MapPoints(plan);
        MapData mapData = new MapData(site, points);
        mapData.write(scripts);
        plan.data().workbench().search().ifPresent(search -> mapData.write(search, scripts));
        workers.submit(() -> new MapPage(site, points).write(now(storage, folder)));
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

  /** Writes thumbnails under generated names, and a mosaic for each cluster. */
  static final class ThumbnailFiles {
    private final GalleryPlan plan;
    private final ThumbnailSource source;
    private final Storage storage;
    private final String folder;
    private final Map<String, Shown> written = new ConcurrentHashMap<>();
    private final Map<Integer, Boolean> mosaics = new ConcurrentHashMap<>();

    ThumbnailFiles(GalleryPlan plan, ThumbnailSource source, Storage storage, String folder) {
      this.plan = plan;
      this.source = source;
      this.storage = storage;
      this.folder = folder;
    }

    /** Writes everything; afterwards pages can be made. */
    SiteIndex write(Workers workers) {
      plan.thumbnails().forEach((path, name) -> workers.submit(() -> thumbnail(path, name)));
      plan.clusters().forEach(cluster -> workers.submit(() -> mosaic(cluster)));
      workers.await();
      return new SiteIndex(plan, Map.copyOf(written), Map.copyOf(mosaics));
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
        storage.writeBytes(folder + "/" + SiteIndex.mosaicFile(number), Mosaic.jpeg(pictures));
        mosaics.put(number, true);
      }
    }
  }

  /** Where the gallery gets its small pictures. Asked from several threads at once. */
  @FunctionalInterface
  public interface ThumbnailSource {
    /**
     * The thumbnail of an image: a JPEG that {@link Thumbnail} made, or nothing where there is none
     * (the page then shows the file's name in its place).
     */
    Optional<byte[]> jpeg(String path);
  }

  /**
   * Writes many small files at once: on an object store each costs a round trip, and one after
   * another they would cost minutes.
   */
  static final class Workers implements AutoCloseable {
    private static final int THREADS = 16;

    private final ExecutorService threads =
        Executors.newFixedThreadPool(THREADS, DaemonThreads.named("gallery-writer"));
    private final List<Future<?>> pending = new ArrayList<>();

    void submit(Runnable work) {
      pending.add(threads.submit(work));
    }

    /** Waits for everything submitted so far, and throws what went wrong first. */
    void await() {
      try {
        for (Future<?> work : pending) {
          work.get();
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException known) {
          throw known;
        }
        throw new IllegalStateException("a page of the gallery could not be made", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NomenException(
            NomenException.Kind.STOPPED,
            "Stopped while the gallery was written; run nomen gallery to make it again.",
            e);
      } finally {
        pending.clear();
      }
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }
}
