package io.nomen.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local file system without two of its habits: {@code .crc} files beside every file, and a
 * {@code chmod} process for every file that is created where Hadoop's native library is missing. A
 * gallery of a thousand clusters started 26,000 of them. A full disk is an {@link IOException} here
 * as everywhere, where Hadoop throws an error.
 */
public final class LocalFiles extends LocalFileSystem {

  public LocalFiles() {
    super(new WithoutProcesses());
    setWriteChecksum(false);
    setVerifyChecksum(false);
  }

  /**
   * Writes {@code file} so that whoever looks, after whatever death of this process, sees all of
   * its new content or all of the old; object stores do the same by themselves.
   */
  static void replace(java.nio.file.Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    java.nio.file.Path beside =
        file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.write(beside, content);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static final class WithoutProcesses extends RawLocalFileSystem {
    @Override
    public void setPermission(Path path, FsPermission permission) throws IOException {
      String symbols =
          permission.getUserAction().SYMBOL
              + permission.getGroupAction().SYMBOL
              + permission.getOtherAction().SYMBOL;
      Files.setPosixFilePermissions(
          pathToFile(path).toPath(), PosixFilePermissions.fromString(symbols));
    }

    @Override
    protected OutputStream createOutputStreamWithMode(
        Path path, boolean append, FsPermission permission) throws IOException {
      return new WithoutErrors(super.createOutputStreamWithMode(path, append, permission));
    }
  }

  private static final class WithoutErrors extends FilterOutputStream {
    WithoutErrors(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (FSError e) {
        throw new IOException(e.getCause());
      }
    }
  }
}
