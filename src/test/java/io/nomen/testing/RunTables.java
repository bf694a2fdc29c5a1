package io.nomen.testing;

import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.store.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The tables of a finished run, to compare with another's byte by byte. */
public final class RunTables {
  private RunTables() {}

  /**
   * Table → SHA-256 of its files' data in row order. Names of files and folders tell of attempts
   * and do not count; nor do Parquet's footers, which list encodings in another order in every
   * process.
   */
  public static Map<String, String> digests(Storage storage, String run) {
    Snapshot snapshot = new RunFolder(storage, run).snapshot();
    Map<String, String> digests = new TreeMap<>();
    for (String table : snapshot.contents().tables().keySet()) {
      MessageDigest digest = sha256();
      for (String uri : snapshot.table(table).uris()) {
        byte[] file = storage.readBytes(uri);
        digest.update(file, 0, uri.endsWith(".parquet") ? footer(file) : file.length);
      }
      digests.put(table, HexFormat.of().formatHex(digest.digest()));
    }
    return digests;
  }

  /** Where the footer begins: its length stands before the last four bytes. */
  private static int footer(byte[] parquet) {
    int length = ByteBuffer.wrap(parquet).order(ByteOrder.LITTLE_ENDIAN).getInt(parquet.length - 8);
    return parquet.length - 8 - length;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
