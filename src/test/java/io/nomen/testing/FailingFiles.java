package io.nomen.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Files of this disk as those of a store, {@code failing:/path}, on which a {@link Script} decides
 * what happens. A file's bytes arrive when it is closed, as on an object store.
 */
public final class FailingFiles extends RawLocalFileSystem {
  private static final URI ROOT = URI.create("failing:///");
  private static final AtomicReference<Script> SCRIPT = new AtomicReference<>(change -> 1);

  /** A file that is written, or a file or folder that is deleted. */
  public record Change(boolean deletion, Path path) {}

  /** What happens to the changes, which come from many threads. */
  @FunctionalInterface
  public interface Script {
    /**
     * How much of {@code change} still happens.
     *
     * @return 1 for all of it; 0.5 for a file of which half is there; 0 for nothing
     * @throws IOException when none of it happens, for that reason
     */
    double happens(Change change) throws IOException;

    /** Why the rest of a change does not happen. */
    default String reason() {
      return "the process is dead";
    }

    /** Whether what is there can still be read. */
    default boolean readable() {
      return true;
    }
  }

  /** Plays {@code script} from here on. */
  public static void play(Script script) {
    SCRIPT.set(script);
  }

  /** What Hadoop must be told to find this class. */
  public static final String SETTING = "spark.hadoop.fs.failing.impl";

  /** The URI of a path on this disk. */
  public static String uri(Path path) {
    return "failing:" + path;
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  @Override
  public FSDataOutputStream create(
      org.apache.hadoop.fs.Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return new FSDataOutputStream(new Upload(file), null);
  }

  @Override
  public FSDataOutputStream create(
      org.apache.hadoop.fs.Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(file, overwrite, bufferSize, replication, blockSize, progress);
  }

  private void store(org.apache.hadoop.fs.Path file, byte[] content) throws IOException {
    Script script = SCRIPT.get();
    double share = script.happens(new Change(false, pathToFile(file).toPath()));
    if (share > 0) {
      try (OutputStream out = super.create(file, true, 4096, (short) 1, 1 << 20, null)) {
        out.write(content, 0, (int) (share * content.length));
      }
    }
    if (share < 1) {
      throw new IOException(script.reason());
    }
  }

  @Override
  public boolean delete(org.apache.hadoop.fs.Path path, boolean recursive) throws IOException {
    Script script = SCRIPT.get();
    if (script.happens(new Change(true, pathToFile(path).toPath())) < 1) {
      throw new IOException(script.reason());
    }
    return super.delete(path, recursive);
  }

  @Override
  public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize) throws IOException {
    read();
    return super.open(file, bufferSize);
  }

  @Override
  public FileStatus[] listStatus(org.apache.hadoop.fs.Path folder) throws IOException {
    read();
    return super.listStatus(folder);
  }

  @Override
  public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
    read();
    return super.getFileStatus(path);
  }

  private static void read() throws IOException {
    if (!SCRIPT.get().readable()) {
      throw new IOException(SCRIPT.get().reason());
    }
  }

  private final class Upload extends ByteArrayOutputStream {
    private final org.apache.hadoop.fs.Path file;
    private boolean closed;

    Upload(org.apache.hadoop.fs.Path file) {
      this.file = file;
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        store(file, toByteArray());
      }
    }
  }
}
