package io.nomen.run;

import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.util.List;

/**
 * A finished table: the files that make it up, in row order.
 *
 * @param name as in {@code docs/output.md}
 * @param folder URI of the attempt that wrote it
 * @param files names inside {@code folder}, in row order
 * @param rows rows of each file
 */
public record Table(String name, String folder, List<String> files, List<Long> rows) {
  /** The list of files, beside them; written last, and hidden from Parquet's readers. */
  static final String LIST = "_files.json";

  public long totalRows() {
    return rows.stream().mapToLong(Long::longValue).sum();
  }

  public List<String> uris() {
    return files.stream().map(file -> folder + "/" + file).toList();
  }

  /** Makes the table whole: from here on it counts. */
  public void commit(Storage storage) {
    storage.writeText(folder + "/" + LIST, Json.pretty(this));
  }

  /** The table that was committed in {@code folder}, wherever that folder has been moved to. */
  static Table open(Storage storage, String folder) {
    String uri = folder + "/" + LIST;
    Table written = Json.read(storage.readText(uri), Table.class, uri);
    return new Table(written.name, folder, written.files, written.rows);
  }
}
