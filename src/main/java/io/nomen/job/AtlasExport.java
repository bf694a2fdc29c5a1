package io.nomen.job;

import io.nomen.gallery.feed.Positions;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.neighbours.Neighbours;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.run.Assignments;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.ClusterRow;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import io.nomen.tensor.RowBlocks;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.storage.StorageLevel;

/**
 * One Parquet file, written by the driver a partition at a time, that Embedding Atlas opens ({@code
 * --x x --y y --neighbors neighbors}): each image with its place on the map, its cluster, and its
 * nearest images by their row.
 */
public final class AtlasExport {
  private static final int NEIGHBOURS = 10;

  /** Beyond this many rows neighbours are sought in cells. */
  private static final long EXACT = 20_000;

  private static final double RECALL = 0.95;

  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message image {
            required int32 id;
            required binary path (STRING);
            required int32 cluster;
            required binary name (STRING);
            required float confidence;
            optional float x;
            optional float y;
            required group neighbors {
              required group ids (LIST) { repeated group list { required int32 element; } }
              required group distances (LIST) { repeated group list { required float element; } }
            }
          }\
          """);

  private AtlasExport() {}

  /**
   * Writes {@code uri}; images that have no place on the map (of more than 100,000) have no x and
   * y.
   *
   * @return how many images
   */
  public static long write(JobContext context, Snapshot run, String uri) {
    Storage storage = context.storage();
    Table table = run.table("assignments");
    Iterator<PartOfTable> parts = Assignments.inTurn(storage, table);
    Map<Integer, String> names = new HashMap<>();
    run.rows(ClusterRow.SCHEMA).forEach(row -> names.put(row.cluster(), row.name()));
    Positions positions = Positions.of(context, run, run.requireRecord());
    RowBlocks embeddings =
        new EmbeddingTable(context.spark().get(), storage, run.table("embeddings"))
            .embeddings()
            .persist(StorageLevel.MEMORY_AND_DISK());
    Search search =
        embeddings.rows() <= EXACT
            ? new Search.Exact()
            : new Search.InvertedFile((int) Math.sqrt((double) embeddings.rows()), RECALL);
    try (NeighbourLists lists =
            Neighbours.find(context.spark().get(), embeddings, NEIGHBOURS, search);
        ParquetWriter<Group> writer = writer(storage, storage.qualify(uri))) {
      SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);
      PartOfTable part = parts.next();
      for (Iterator<NeighbourBlock> blocks = lists.blocks().toLocalIterator(); blocks.hasNext(); ) {
        NeighbourBlock block = blocks.next();
        for (int i = 0; i < block.rows(); i++) {
          int row = Math.toIntExact(block.firstRow() + i);
          while (row >= part.rows().firstRow() + part.rows().rows()) {
            part = parts.next();
          }
          int place = (int) (row - part.rows().firstRow());
          int cluster = part.rows().cluster()[place];
          Group image =
              groups
                  .newGroup()
                  .append("id", row)
                  .append("path", part.paths().get(place))
                  .append("cluster", cluster)
                  .append("name", names.get(cluster))
                  .append("confidence", part.rows().confidence()[place]);
          positions
              .of(row)
              .ifPresent(point -> image.append("x", point.x()).append("y", -point.y()));
          neighbours(image.addGroup("neighbors"), block, i);
          writer.write(image);
        }
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    } finally {
      embeddings.unpersist();
    }
    return table.totalRows();
  }

  private static void neighbours(Group into, NeighbourBlock block, int i) {
    Group ids = into.addGroup("ids");
    Group distances = into.addGroup("distances");
    for (int k = i * block.count(); k < (i + 1) * block.count(); k++) {
      ids.addGroup("list").append("element", block.neighbours()[k]);
      distances.addGroup("list").append("element", 1 - block.similarities()[k]);
    }
  }

  private static ParquetWriter<Group> writer(Storage storage, String uri) throws IOException {
    return ExampleParquetWriter.builder(
            HadoopOutputFile.fromPath(Storage.path(uri), storage.configuration(uri)))
        .withConf(storage.configuration(uri))
        .withType(SCHEMA)
        .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
        .withCompressionCodec(CompressionCodecName.SNAPPY)
        .build();
  }
}
