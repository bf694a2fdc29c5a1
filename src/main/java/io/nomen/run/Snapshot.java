package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A published run: its tables and its record, which never change. {@code _CURRENT} is asked once
 * for it, and whoever holds it works on it to the end, whatever is published meanwhile; its files
 * stay until the next run but one is published.
 */
public final class Snapshot {
  private final Storage storage;
  private final String uri;
  private final Contents contents;

  /**
   * What the file {@code _CURRENT} says.
   *
   * @param run id of the run that published it
   * @param published ISO-8601 instant
   * @param tables name of each table → folder relative to the run's
   * @param sources tables of another folder that the run was made from: name → URI of the attempt
   * @param record the file that tells of the run, relative to its folder; nothing where only
   *     embeddings or nouns were made
   */
  public record Contents(
      String run,
      String published,
      Map<String, String> tables,
      Map<String, String> sources,
      Optional<String> record) {

    public Contents {
      tables = new TreeMap<>(tables);
      sources = sources == null ? Map.of() : new TreeMap<>(sources);
      record = record == null ? Optional.empty() : record;
    }
  }

  Snapshot(Storage storage, String uri, Contents contents) {
    this.storage = storage;
    this.uri = uri;
    this.contents = contents;
  }

  /** The folder of the run. */
  public String uri() {
    return uri;
  }

  public Storage storage() {
    return storage;
  }

  public Contents contents() {
    return contents;
  }

  /** Id of the run. */
  public String run() {
    return contents.run();
  }

  /** Whether there is a table {@code name}, here or where the run was made from. */
  public boolean has(String name) {
    return contents.tables().containsKey(name) || contents.sources().containsKey(name);
  }

  /** Whether the table {@code name} can be read: what the run was made from may be gone. */
  public boolean isThere(String name) {
    return has(name) && Table.isThere(storage, folder(name));
  }

  /** URI of the table {@code name}; null where there is none. */
  private String folder(String name) {
    String here = contents.tables().get(name);
    return here == null ? contents.sources().get(name) : uri + "/" + here;
  }

  /** The table {@code name}, here or where the run was made from. */
  public Table table(String name) {
    String folder = folder(name);
    if (folder == null) {
      throw NomenException.input(
          "The run in %s has no table \"%s\"; it has %s."
              .formatted(uri, name, new TreeSet<>(contents.tables().keySet())));
    }
    return Table.open(storage, folder);
  }

  /** All rows of a small table. */
  public <R extends Record> List<R> rows(TableSchema<R> schema) {
    List<R> rows = new ArrayList<>();
    table(schema.name()).eachFile(file -> schema.read(storage, file)).forEach(rows::addAll);
    return rows;
  }

  /** All rows of a table that grows with the images, on the cluster, in row order. */
  public <R extends Record> JavaRDD<R> rows(JavaSparkContext spark, TableSchema<R> schema) {
    Storage files = storage;
    return table(schema.name())
        .onCluster(spark)
        .flatMap(file -> schema.read(files, file.uri()).iterator());
  }

  /** What was run, where this is a run of {@code cluster} or {@code assign}. */
  public Optional<RunRecord> record() {
    return contents
        .record()
        .map(file -> uri + "/" + file)
        .map(file -> Json.read(storage.readText(file), RunRecord.class, file));
  }

  /** What was run; embeddings or nouns alone are an input error, and so are earlier versions'. */
  public RunRecord requireRecord() {
    return record()
        .orElseThrow(
            () ->
                NomenException.input(
                    has("clusters")
                        ? "The run in %s was written by an earlier version of Nomen, which did not publish a record with it; run the command again that made it (it stands in %1$s/run.json)."
                            .formatted(uri)
                        : "%s holds no clusters, only %s; name the folder of a cluster or assign run."
                            .formatted(uri, contents.tables().keySet())));
  }
}
