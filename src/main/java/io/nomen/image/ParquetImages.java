package io.nomen.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.image.Bucket.ParquetBucket;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Parquet files with a column of images: their schema, and how they are cut into buckets. Images
 * are a binary column, or, as Hugging Face's {@code datasets} writes them, a struct of bytes and
 * path, or a list of either.
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
  static List<Bucket> buckets(
      Storage storage, ListedFile file, InventoryOptions options, int number) {
    String path = file.path();
    try (ParquetFileReader reader = open(storage, path)) {
      projection(reader.getFooter().getFileMetaData().getSchema(), path, options);
      List<Bucket> buckets = new ArrayList<>();
      long first = 0;
      long rows = 0;
      for (BlockMetaData group : reader.getRowGroups()) {
        if (rows > 0 && rows + group.getRowCount() > options.filesPerBucket()) {
          buckets.add(bucket(number + buckets.size(), file, first, rows, options));
          first += rows;
          rows = 0;
        }
        rows += group.getRowCount();
      }
      if (rows > 0) {
        buckets.add(bucket(number + buckets.size(), file, first, rows, options));
      }
      return buckets;
    } catch (NomenException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw unreadable(path, e);
    }
  }

  private static NomenException unreadable(String path, Exception e) {
    return NomenException.input(
        "%s is not a readable Parquet file (%s).".formatted(path, LocalWalk.reason(e)), e);
  }

  /** What to say of Parquet files that nothing was said about. */
  static NomenException withoutColumn(Storage storage, String path) {
    try (ParquetFileReader reader = open(storage, path)) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      List<String> images = columnsOfImages(schema);
      return NomenException.usage(
          images.isEmpty()
              ? "%s is a Parquet file without a column of bytes that could be images; it has %s. Lists of paths or URLs are not read: fetch them first, for example by img2dataset, whose .tar shards are read."
                  .formatted(path, names(schema))
              : "%s is a Parquet file; say which of its columns %s holds the images, with --image-column %s."
                  .formatted(path, images, images.get(0)));
    } catch (IOException | RuntimeException e) {
      return unreadable(path, e);
    }
  }

  private static Bucket bucket(
      int number, ListedFile file, long first, long rows, InventoryOptions options) {
    return new ParquetBucket(
        number,
        file.path(),
        file.modified(),
        first,
        rows,
        options.imageColumn().orElseThrow(),
        options.labelColumn().orElse(""),
        options.pathColumn().orElse(""));
  }

  /** The part of a file's schema that is read: whole top-level columns. */
  static MessageType projection(MessageType schema, String path, InventoryOptions options) {
    TreeSet<String> wanted = new TreeSet<>();
    String image = options.imageColumn().orElseThrow();
    wanted.add(leaf(schema, path, image).get(0));
    options.labelColumn().ifPresent(c -> wanted.add(text(schema, path, c, "--label-column")[0]));
    options.pathColumn().ifPresent(c -> wanted.add(text(schema, path, c, "--path-column")[0]));
    return new MessageType(
        schema.getName(),
        schema.getFields().stream().filter(field -> wanted.contains(field.getName())).toList());
  }

  /** The fields on the way to a column's bytes: {@code image}, or {@code image, bytes}. */
  static List<String> leaf(MessageType schema, String path, String column) {
    String[] names = schema.containsField(column) ? new String[] {column} : column.split("[.]", -1);
    List<String> leaf = new ArrayList<>();
    Type at = schema;
    for (String name : names) {
      if (at.isPrimitive() || !at.asGroupType().containsField(name)) {
        throw missing(schema, path, column);
      }
      at = at.asGroupType().getType(name);
      leaf.add(name);
    }
    return bytes(at, leaf).orElseThrow(() -> missing(schema, path, column));
  }

  private static NomenException missing(MessageType schema, String path, String column) {
    boolean there = schema.containsField(column);
    return NomenException.usage(
        "--image-column %s: %s %s; columns that may hold images: %s, all columns: %s."
            .formatted(
                column,
                path,
                there ? "has text or numbers there, not the bytes of images" : "has no such column",
                columnsOfImages(schema),
                names(schema)));
  }

  private static List<String> names(MessageType schema) {
    return schema.getFields().stream().map(Type::getName).toList();
  }

  private static List<String> columnsOfImages(MessageType schema) {
    return schema.getFields().stream()
        .filter(field -> bytes(field, List.of(field.getName())).isPresent())
        .map(Type::getName)
        .toList();
  }

  /** Down from {@code type} to its bytes, through lists and through structs that have some. */
  private static Optional<List<String>> bytes(Type type, List<String> way) {
    if (type.isPrimitive()) {
      boolean binary =
          type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
              && type.getLogicalTypeAnnotation() == null;
      return binary ? Optional.of(way) : Optional.empty();
    }
    GroupType group = type.asGroupType();
    boolean wrapper = group.getFieldCount() == 1;
    for (Type field : group.getFields()) {
      if (wrapper || field.getName().equals("bytes")) {
        List<String> further = new ArrayList<>(way);
        further.add(field.getName());
        Optional<List<String>> found = bytes(field, further);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The field, or the two, on the way to a text or number. */
  static String[] text(MessageType schema, String path, String column, String option) {
    String[] names = schema.containsField(column) ? new String[] {column} : column.split("[.]", 2);
    if (isPlain(schema, names)) {
      return names;
    }
    List<String> fitting =
        schema.getFields().stream()
            .map(Type::getName)
            .filter(name -> isPlain(schema, new String[] {name}))
            .toList();
    throw NomenException.usage(
        "%s %s: %s has no such plain column; it has %s.".formatted(option, column, path, fitting));
  }

  private static boolean isPlain(GroupType schema, String[] names) {
    if (!schema.containsField(names[0])) {
      return false;
    }
    Type type = schema.getType(names[0]);
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return false;
    }
    return names.length == 1
        ? type.isPrimitive()
        : !type.isPrimitive()
            && isPlain(type.asGroupType(), Arrays.copyOfRange(names, 1, names.length));
  }

  /**
   * The images of one row.
   *
   * @param leaf as {@link #leaf} gives it
   * @return for each its bytes, unless they are null, and the path that stands beside them
   */
  static List<Stored> images(Group row, List<String> leaf) {
    List<Stored> found = new ArrayList<>();
    collect(row, leaf, Optional.empty(), found);
    return found;
  }

  /** Bytes in a row, and the name that a struct has for them. */
  record Stored(Optional<byte[]> bytes, Optional<String> path) {}

  private static void collect(
      Group group, List<String> way, Optional<String> path, List<Stored> found) {
    String name = way.get(0);
    int count = group.getFieldRepetitionCount(name);
    if (way.size() == 1) {
      Optional<String> beside =
          name.equals("bytes") && isText(group.getType(), "path")
              ? Optional.of(group)
                  .filter(g -> g.getFieldRepetitionCount("path") > 0)
                  .map(g -> g.getString("path", 0))
              : path;
      for (int i = 0; i < count; i++) {
        found.add(new Stored(Optional.of(group.getBinary(name, i).getBytes()), beside));
      }
      if (count == 0) {
        found.add(new Stored(Optional.empty(), beside));
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      collect(group.getGroup(name, i), way.subList(1, way.size()), path, found);
    }
  }

  private static boolean isText(GroupType type, String name) {
    return type.containsField(name)
        && LogicalTypeAnnotation.stringType().equals(type.getType(name).getLogicalTypeAnnotation());
  }

  /** The columns alone that name images: the one that was asked for, and that beside the bytes. */
  static MessageType names(
      MessageType schema, String path, Optional<String> pathColumn, List<String> leaf) {
    List<List<String>> columns = new ArrayList<>();
    pathColumn.ifPresent(
        column -> columns.add(List.of(text(schema, path, column, "--path-column"))));
    List<String> struct = leaf.subList(0, leaf.size() - 1);
    boolean inStruct = !struct.isEmpty() && leaf.get(struct.size()).equals("bytes");
    if (inStruct && isText(schema.getType(struct.toArray(String[]::new)).asGroupType(), "path")) {
      columns.add(Stream.concat(struct.stream(), Stream.of("path")).toList());
    }
    MessageType names = new MessageType(schema.getName());
    for (List<String> column : columns) {
      names = names.union(new MessageType(schema.getName(), only(schema, column)));
    }
    return names;
  }

  private static Type only(GroupType from, List<String> column) {
    Type next = from.getType(column.get(0));
    return next.isPrimitive()
        ? next
        : next.asGroupType()
            .withNewFields(only(next.asGroupType(), column.subList(1, column.size())));
  }

  /** Hugging Face's names of the classes of a column of numbers; empty where it has none. */
  static List<String> classNames(FileMetaData file, String column) {
    String text = file.getKeyValueMetaData().get("huggingface");
    if (text == null) {
      return List.of();
    }
    try {
      List<String> names = new ArrayList<>();
      JsonNode features = Json.mapper().readTree(text).path("info").path("features");
      features.path(column).path("names").forEach(name -> names.add(name.asText()));
      return names;
    } catch (IOException e) {
      // Labels are then the numbers.
      return List.of();
    }
  }
}
