package io.nomen.run;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A finished table: the files that make it up, in row order.
 *
 * @param name as in {@code docs/output.md}
 * @param folder URI of the attempt that wrote it
 * @param files names inside {@code folder}, or whole URIs of files that lie elsewhere, in row order
 * @param rows rows of each file
 */
public record Table(String name, String folder, List<String> files, List<Long> rows) {
  /** The list of files, beside them; written last, and hidden from Parquet's readers. */
  private static final String LIST = "_files.json";

  /** Files that the driver reads at once: on an object store it waits more than it works. */
  private static final int READERS = 32;

  private static final int TASKS_PER_CORE = 8;

  public long totalRows() {
    return rows.stream().mapToLong(Long::longValue).sum();
  }

  public List<String> uris() {
    return files.stream().map(file -> file.contains(":/") ? file : folder + "/" + file).toList();
  }

  /**
   * A name for a task's file that nobody had before: two attempts at one part never share one,
   * neither within a job nor across jobs that go on from one another. The executors of a driver
   * that was killed write on for a moment, and the next driver numbers its tasks from 0 again.
   *
   * @param number of the part
   */
  public static String newFile(String kind, int number) {
    return RootLocale.format(
        "%s-%06d-%016x.parquet", kind, number, ThreadLocalRandom.current().nextLong());
  }

  /** What {@code read} makes of every file, in row order; files are read side by side. */
  public <T> List<T> eachFile(Function<String, T> read) {
    return sideBySide(uris(), read);
  }

  /**
   * A file, as a task gets it.
   *
   * @param firstRow number of its first row in the table
   */
  public record TableFile(String uri, long firstRow) implements Serializable {}

  /** The files in row order. */
  List<TableFile> inOrder() {
    List<TableFile> all = new ArrayList<>();
    long first = 0;
    List<String> uris = uris();
    for (int file = 0; file < uris.size(); file++) {
      all.add(new TableFile(uris.get(file), first));
      first += rows.get(file);
    }
    return all;
  }

  /** The files in row order, on the cluster: for tables that grow with the images. */
  public JavaRDD<TableFile> onCluster(JavaSparkContext spark) {
    List<TableFile> all = inOrder();
    return spark.parallelize(
        all, Math.max(1, Math.min(all.size(), TASKS_PER_CORE * spark.defaultParallelism())));
  }

  /** What {@code read} makes of every one of {@code uris}, in their order; 32 at a time. */
  public static <T> List<T> sideBySide(List<String> uris, Function<String, T> read) {
    if (uris.size() < 2) {
      return uris.stream().map(read).toList();
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(READERS, uris.size()), DaemonThreads.named("nomen-read"));
    try {
      List<Future<T>> parts = new ArrayList<>();
      uris.forEach(uri -> parts.add(threads.submit(() -> read.apply(uri))));
      List<T> all = new ArrayList<>();
      for (Future<T> part : parts) {
        all.add(part.get());
      }
      return all;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NomenException(
          NomenException.Kind.STOPPED, "Stopped while tables were read; run it again.", e);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Makes the table whole: from here on it counts. */
  void commit(Storage storage) {
    storage.writeText(folder + "/" + LIST, Json.pretty(this));
  }

  /** The table that was committed in {@code folder}, wherever that folder has been moved to. */
  static boolean isThere(Storage storage, String folder) {
    return storage.exists(folder + "/" + LIST);
  }

  static Table open(Storage storage, String folder) {
    String uri = folder + "/" + LIST;
    if (!isThere(storage, folder)) {
      throw NomenException.input(
          "%s is gone: later runs have taken its place; run the command that wants it again."
              .formatted(folder));
    }
    Table written = Json.read(storage.readText(uri), Table.class, uri);
    return new Table(written.name, folder, written.files, written.rows);
  }

  /** Deletes what killed, repeated or slow tasks left beside the table's own files. */
  void deleteLeftovers(Storage storage) {
    Set<String> names = new HashSet<>(files);
    for (Storage.Entry entry : storage.list(folder)) {
      if (entry.name().endsWith(".parquet") && !names.contains(entry.name())) {
        storage.delete(entry.uri());
      }
    }
  }
}
