package io.nomen.run;

import io.nomen.store.Storage;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Files that killed, repeated or speculative tasks left beside a table's own. */
public final class Leftovers {
  private Leftovers() {}

  /** Deletes the Parquet files of {@code folder} that are not among {@code kept}. */
  public static void delete(Storage storage, String folder, Collection<String> kept) {
    Set<String> names = new HashSet<>(kept);
    for (Storage.Entry entry : storage.list(folder)) {
      if (entry.name().endsWith(".parquet") && !names.contains(entry.name())) {
        storage.delete(entry.uri());
      }
    }
  }
}
