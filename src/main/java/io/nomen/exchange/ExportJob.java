package io.nomen.exchange;

import io.nomen.Progress;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.run.TableWriter;
import io.nomen.safetensors.SafetensorsWriter;
import io.nomen.store.Storage;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables of a finished run as files for other tools; always in the order of paths. */
public final class ExportJob {
  /** What a safetensors file calls the matrix of embeddings, and the lengths that they had. */
  static final String EMBEDDINGS = "embeddings";

  static final String NORMS = "norm";

  private ExportJob() {}

  /**
   * Embeddings as {@code npy} [n, d] float32, and their paths, one a line, in {@code npy} with its
   * ending replaced by {@code .txt}; newlines, carriage returns and backslashes inside a path are
   * written as {@code \n}, {@code \r} and {@code \\}.
   *
   * @param raw whether rows are multiplied by their norm
   * @return n
   */
  public static long npy(JobContext context, RunFolder folder, String npy, boolean raw) {
    Storage storage = context.storage();
    PathOrder rows = PathOrder.of(context, folder);
    String target = storage.qualify(npy);
    try (NpyWriter writer = new NpyWriter(storage, target, rows.size(), rows.width());
        Progress.Step step = context.progress().begin("export", rows.size(), "rows")) {
      rows.each(
          (path, values, norm) -> writer.write(raw ? PathOrder.scaled(values, norm) : values),
          step);
    }
    PathLines.write(storage, target.replaceFirst("\\.npy$", "") + ".txt", rows.paths());
    return rows.size();
  }

  /**
   * Embeddings as a safetensors file: the tensor {@code embeddings} [n, d] float32 and, unless
   * {@code raw}, the tensor {@code norm} [n]; paths as for {@link #npy}.
   */
  public static long safetensors(JobContext context, RunFolder folder, String uri, boolean raw) {
    Storage storage = context.storage();
    PathOrder rows = PathOrder.of(context, folder);
    String target = storage.qualify(uri);
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(EMBEDDINGS, List.of(rows.size(), (long) rows.width()));
    if (!raw) {
      shapes.put(NORMS, List.of(rows.size()));
    }
    try (SafetensorsWriter writer = new SafetensorsWriter(storage, target, shapes, Map.of());
        Progress.Step step = context.progress().begin("export", rows.size(), "rows")) {
      rows.each(
          (path, values, norm) -> writer.write(raw ? PathOrder.scaled(values, norm) : values),
          step);
      if (!raw) {
        rows.eachNorm((path, none, norm) -> writer.write(new float[] {norm}));
      }
    }
    PathLines.write(storage, target.replaceFirst("\\.safetensors$", "") + ".txt", rows.paths());
    return rows.size();
  }

  /**
   * Embeddings as one Parquet file with the columns {@code path}, {@code embedding}, {@code norm}.
   */
  public static long parquet(JobContext context, RunFolder folder, String uri, boolean raw) {
    Storage storage = context.storage();
    PathOrder rows = PathOrder.of(context, folder);
    try (TableWriter<EmbeddingTable.Row> writer =
            new TableWriter<>(storage, storage.qualify(uri), EmbeddingTable.SCHEMA);
        Progress.Step step = context.progress().begin("export", rows.size(), "rows")) {
      rows.each(
          (path, values, norm) ->
              writer.write(
                  new EmbeddingTable.Row(
                      path, raw ? PathOrder.scaled(values, norm) : values, raw ? 1 : norm)),
          step);
    }
    return rows.size();
  }

  /** The name of every cluster of a run, by number. */
  public static Map<Integer, String> clusterNames(Snapshot run) {
    Map<Integer, String> names = new HashMap<>();
    run.rows(ClusterRow.SCHEMA).forEach(row -> names.put(row.cluster(), row.name()));
    return names;
  }
}
