package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Parquet files with a binary column of images: their schema, and how they are cut into buckets.
 */
final class ParquetImages {
  private ParquetImages() {}

  /** Opens a file's footer. */
  static ParquetFileReader open(Storage storage, String path) throws IOException {
    return ParquetFileReader.open(
        HadoopInputFile.fromPath(Storage.path(path), storage.configuration(path)));
  }

  /**
   * Buckets of consecutive row groups, as many rows in each as plain files in others, or one group.
   *
   * @param number of the first bucket
   * @throws NomenException when it is no Parquet file or lacks a column
   */
  static List<Bucket> buckets(Storage storage, String path, InventoryOptions options, int number) {
    try (ParquetFileReader reader = open(storage, path)) {
      projection(reader.getFooter().getFileMetaData().getSchema(), path, options);
      List<Bucket> buckets = new ArrayList<>();
      long first = 0;
      long rows = 0;
      for (BlockMetaData group : reader.getRowGroups()) {
        if (rows > 0 && rows + group.getRowCount() > options.filesPerBucket()) {
          buckets.add(bucket(number + buckets.size(), path, first, rows, options));
          first += rows;
          rows = 0;
        }
        rows += group.getRowCount();
      }
      if (rows > 0) {
        buckets.add(bucket(number + buckets.size(), path, first, rows, options));
      }
      return buckets;
    } catch (NomenException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw NomenException.input(
          "%s is not a readable Parquet file (%s).".formatted(path, LocalWalk.reason(e)), e);
    }
  }

  private static Bucket bucket(
      int number, String path, long first, long rows, InventoryOptions options) {
    return new ParquetBucket(
        number,
        path,
        first,
        rows,
        options.imageColumn().orElseThrow(),
        options.labelColumn().orElse(""),
        options.pathColumn().orElse(""));
  }

  /** The part of a file's schema that is read. */
  static MessageType projection(MessageType schema, String path, InventoryOptions options) {
    List<Type> columns = new ArrayList<>();
    columns.add(column(schema, path, options.imageColumn().orElseThrow(), "--image-column", true));
    options
        .labelColumn()
        .ifPresent(c -> columns.add(column(schema, path, c, "--label-column", false)));
    options
        .pathColumn()
        .ifPresent(c -> columns.add(column(schema, path, c, "--path-column", false)));
    return new MessageType(schema.getName(), columns.stream().distinct().toList());
  }

  private static Type column(
      MessageType schema, String path, String name, String option, boolean binary) {
    Predicate<Type> fits =
        t ->
            t.isPrimitive()
                && !t.isRepetition(Type.Repetition.REPEATED)
                && (!binary
                    || t.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY);
    Optional<Type> found =
        schema.containsField(name) ? Optional.of(schema.getType(name)) : Optional.empty();
    if (found.filter(fits).isEmpty()) {
      List<String> fitting = schema.getFields().stream().filter(fits).map(Type::getName).toList();
      throw NomenException.usage(
          "%s %s: %s has no such %s column; it has %s."
              .formatted(option, name, path, binary ? "binary" : "plain", fitting));
    }
    return found.get();
  }
}
