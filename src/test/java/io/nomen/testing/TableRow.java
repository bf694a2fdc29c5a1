package io.nomen.testing;

import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** A row of any Parquet file by the names of its columns, whatever wrote it. */
public final class TableRow {
  private final Group row;

  private TableRow(Group row) {
    this.row = row;
  }

  /** All rows of one Parquet file. */
  public static List<TableRow> read(Storage storage, String uri) {
    List<TableRow> rows = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), Storage.path(uri))
            .withConf(storage.configuration(uri))
            .build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        rows.add(new TableRow(group));
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
    return rows;
  }

  /** All rows of a table of the run in {@code folder}. */
  public static List<TableRow> of(Path folder, String table) {
    Storage storage = new Storage(new Configuration());
    return new RunFolder(storage, folder.toString())
        .snapshot().table(table).uris().stream()
            .flatMap(uri -> read(storage, uri).stream())
            .toList();
  }

  public String string(String column) {
    return row.getString(column, 0);
  }

  public Optional<String> optionalString(String column) {
    return present(column) ? Optional.of(string(column)) : Optional.empty();
  }

  public int integer(String column) {
    return row.getInteger(column, 0);
  }

  public long longInteger(String column) {
    return row.getLong(column, 0);
  }

  public float number(String column) {
    return row.getFloat(column, 0);
  }

  public Optional<Float> optionalNumber(String column) {
    return present(column) ? Optional.of(number(column)) : Optional.empty();
  }

  public boolean flag(String column) {
    return row.getBoolean(column, 0);
  }

  public List<String> strings(String column) {
    List<String> values = new ArrayList<>();
    Group list = row.getGroup(column, 0);
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      values.add(list.getGroup(0, i).getString(0, 0));
    }
    return values;
  }

  public float[] numbers(String column) {
    Group list = row.getGroup(column, 0);
    float[] values = new float[list.getFieldRepetitionCount(0)];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.getGroup(0, i).getFloat(0, 0);
    }
    return values;
  }

  public int[] integers(String column) {
    Group list = row.getGroup(column, 0);
    int[] values = new int[list.getFieldRepetitionCount(0)];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.getGroup(0, i).getInteger(0, 0);
    }
    return values;
  }

  private boolean present(String column) {
    return row.getFieldRepetitionCount(column) > 0;
  }
}
