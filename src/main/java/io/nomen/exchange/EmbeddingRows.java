package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.exchange.ImportJob.ImportSource;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import io.nomen.tensor.MatrixReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;

/** Embeddings from elsewhere, part by part. */
interface EmbeddingRows extends Closeable {
  /** Most numbers of a part: 128 MB. */
  int NUMBERS_AT_ONCE = 1 << 25;

  /**
   * Some rows.
   *
   * @param values [n, width]
   * @param paths [n] or empty, what the source calls them
   * @param labels [n] or empty, what the source says of their class
   */
  record Part(
      float[] values,
      int width,
      Optional<List<String>> paths,
      Optional<List<Optional<String>>> labels) {}

  long rows();

  /** The next part; empty behind the last. */
  Optional<Part> next();

  @Override
  void close();

  static EmbeddingRows open(Storage storage, ImportSource source) {
    String uri = storage.qualify(source.uri());
    if (source instanceof ImportSource.Npy) {
      return new MatrixRows(NpyFiles.open(storage, source.uri()), Optional.empty());
    }
    if (source instanceof ImportSource.Safetensors safetensors) {
      return safetensors(SafetensorsReader.open(storage, uri), safetensors);
    }
    return ParquetVectors.open(storage, (ImportSource.Parquet) source);
  }

  /** One {@code .npy}, or several as one matrix: clip-retrieval writes {@code img_emb_0.npy}, …. */
  final class NpyFiles implements MatrixReader {
    private final Storage storage;
    private final List<String> files;
    private final long rows;
    private final int width;
    private int next;
    private Optional<NpyReader> open = Optional.empty();

    private NpyFiles(Storage storage, List<String> files) {
      this.storage = storage;
      this.files = files;
      long all = 0;
      int columns = 0;
      for (String file : files) {
        try (NpyReader reader = NpyReader.open(storage, file)) {
          if (reader.isVector()) {
            throw NomenException.input(
                "%s has one dimension, %d numbers; give an array [n, d], numpy's x[None] for one embedding."
                    .formatted(file, reader.rows()));
          }
          if (columns > 0 && reader.width() != columns) {
            throw NomenException.input(
                "%s has %d columns and %s has %d; all must have as many."
                    .formatted(file, reader.width(), files.get(0), columns));
          }
          columns = reader.width();
          all += reader.rows();
        }
      }
      this.rows = all;
      this.width = columns;
    }

    /** A file, a folder of them or a glob; numbers in names count as such, so 10 follows 9. */
    static MatrixReader open(Storage storage, String source) {
      List<String> files =
          files(storage, source).stream()
              .filter(file -> file.endsWith(".npy"))
              .sorted(Comparator.comparing(NpyFiles::withWideNumbers))
              .toList();
      return new NpyFiles(storage, files.isEmpty() ? List.of(storage.qualify(source)) : files);
    }

    private static List<String> files(Storage storage, String source) {
      String uri = storage.qualify(source);
      try {
        FileStatus[] matches = storage.fileSystem(uri).globStatus(Storage.path(uri));
        return Stream.ofNullable(matches)
            .flatMap(Arrays::stream)
            .flatMap(
                match ->
                    match.isDirectory()
                        ? storage.list(match.getPath().toString()).stream().map(Storage.Entry::uri)
                        : Stream.of(match.getPath().toString()))
            .toList();
      } catch (IOException e) {
        throw StorageFailure.cannot("list", uri, e);
      }
    }

    private static String withWideNumbers(String name) {
      return Pattern.compile("\\d+")
          .matcher(name)
          .replaceAll(
              number -> "0".repeat(Math.max(0, 20 - number.group().length())) + number.group());
    }

    @Override
    public long rows() {
      return rows;
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public float[] next(int count) {
      while (true) {
        if (open.isEmpty()) {
          open = Optional.of(NpyReader.open(storage, files.get(next++)));
        }
        float[] values = open.get().next(count);
        if (values.length > 0 || next == files.size()) {
          return values;
        }
        close();
      }
    }

    @Override
    public void skip(long count) {
      throw new UnsupportedOperationException("read one after the other");
    }

    @Override
    public void close() {
      open.ifPresent(NpyReader::close);
      open = Optional.empty();
    }
  }

  private static EmbeddingRows safetensors(
      SafetensorsReader reader, ImportSource.Safetensors source) {
    List<String> matrices =
        reader.tensors().entrySet().stream()
            .filter(t -> t.getValue().shape().length == 2)
            .map(Map.Entry::getKey)
            .toList();
    Optional<String> chosen =
        source
            .tensor()
            .or(
                () ->
                    matrices.contains(ExportJob.EMBEDDINGS)
                        ? Optional.of(ExportJob.EMBEDDINGS)
                        : matrices.stream().filter(name -> matrices.size() == 1).findFirst());
    String name =
        chosen.orElseThrow(
            () ->
                NomenException.usage(
                    "%s has the matrices %s; name one with --tensor."
                        .formatted(source.uri(), matrices)));
    return new MatrixRows(reader.matrix(name), norms(reader));
  }

  private static Optional<MatrixReader> norms(SafetensorsReader reader) {
    SafetensorsReader.Tensor norms = reader.tensors().get(ExportJob.NORMS);
    return norms == null || norms.shape().length != 1
        ? Optional.empty()
        : Optional.of(reader.matrix(ExportJob.NORMS));
  }

  /** A file that holds nothing but numbers. */
  final class MatrixRows implements EmbeddingRows {
    private final MatrixReader reader;
    private final Optional<MatrixReader> norms;
    private long read;

    MatrixRows(MatrixReader reader, Optional<MatrixReader> norms) {
      this.reader = reader;
      this.norms = norms;
    }

    @Override
    public long rows() {
      return reader.rows();
    }

    @Override
    public Optional<Part> next() {
      if (read == reader.rows()) {
        return Optional.empty();
      }
      int width = reader.width();
      float[] values = reader.next(Math.max(1, NUMBERS_AT_ONCE / width));
      int count = values.length / width;
      norms
          .filter(all -> all.rows() == reader.rows())
          .ifPresent(all -> scale(values, width, all.next(count)));
      read += count;
      return Optional.of(new Part(values, width, Optional.empty(), Optional.empty()));
    }

    @Override
    public void close() {
      reader.close();
      norms.ifPresent(MatrixReader::close);
    }
  }

  /** Gives unit rows the lengths that they had; a missing length leaves its row as it is. */
  static void scale(float[] values, int width, float[] norms) {
    for (int i = 0; i < values.length; i++) {
      float norm = norms[i / width];
      values[i] *= Float.isNaN(norm) ? 1 : norm;
    }
  }

  /** Parquet files, row group by row group. */
  final class ParquetVectors implements EmbeddingRows {
    private final Storage storage;
    private final ImportSource.Parquet source;
    private final Iterator<String> files;
    private final long rows;
    private final boolean hasPaths;
    private final boolean hasNorms;
    private final String column;
    private Optional<VectorFile> open = Optional.empty();
    private int width;

    private ParquetVectors(Storage storage, ImportSource.Parquet source, List<String> files) {
      this.storage = storage;
      this.source = source;
      this.files = files.iterator();
      try (VectorFile first = VectorFile.open(storage, files.get(0))) {
        List<String> vectors = first.vectors();
        this.column =
            source
                .embeddingColumn()
                .or(() -> vectors.stream().filter(v -> vectors.size() == 1).findFirst())
                .orElseThrow(
                    () ->
                        NomenException.usage(
                            "%s has the vector columns %s; name one with --embedding-column."
                                .formatted(files.get(0), vectors)));
        this.hasPaths = source.pathColumn().isPresent() || first.has("path");
        this.hasNorms = first.has("norm");
      }
      this.rows = files.stream().mapToLong(this::count).sum();
    }

    static ParquetVectors open(Storage storage, ImportSource.Parquet source) {
      String uri = storage.qualify(source.uri());
      List<String> inside =
          storage.list(uri).stream()
              .filter(e -> !e.folder() && e.name().endsWith(".parquet"))
              .map(Storage.Entry::uri)
              .toList();
      return new ParquetVectors(storage, source, inside.isEmpty() ? List.of(uri) : inside);
    }

    private long count(String uri) {
      try (VectorFile file = VectorFile.open(storage, uri)) {
        return file.rows();
      }
    }

    @Override
    public long rows() {
      return rows;
    }

    @Override
    public Optional<Part> next() {
      while (true) {
        Optional<Part> part = open.flatMap(VectorFile::next).map(this::part);
        if (part.isPresent()) {
          return part;
        }
        close();
        if (!files.hasNext()) {
          return Optional.empty();
        }
        open = Optional.of(VectorFile.open(storage, files.next()));
      }
    }

    private Part part(VectorFile.RowGroup group) {
      float[] values = group.embeddings(column, width);
      width = values.length / Math.max(1, group.rows());
      if (hasNorms) {
        scale(values, width, group.numbers("norm"));
      }
      Optional<List<String>> paths =
          hasPaths
              ? Optional.of(
                  group.texts(source.pathColumn().orElse("path")).stream()
                      .map(path -> path.orElse(""))
                      .toList())
              : Optional.empty();
      return new Part(values, width, paths, source.labelColumn().map(group::texts));
    }

    @Override
    public void close() {
      open.ifPresent(VectorFile::close);
      open = Optional.empty();
    }
  }
}
