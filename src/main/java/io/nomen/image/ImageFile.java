package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataInputStream;

/** Opens the files that images lie in; local ones by the bytes of their names. */
final class ImageFile {
  private ImageFile() {}

  /** The file's bytes from {@code offset} on. */
  static InputStream open(Storage storage, String uri, long offset) throws IOException {
    if (LocalPath.isLocal(uri)) {
      return openLocal(LocalPath.of(uri), offset);
    }
    try {
      FSDataInputStream in = storage.open(uri);
      in.seek(offset);
      return in;
    } catch (NomenException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
  }

  /**
   * Reads a stream to its end.
   *
   * @param expected how many bytes it should have; one allocation where that is right
   * @param most reading stops at this many bytes
   */
  static byte[] readAll(InputStream in, long expected, long most) throws IOException {
    byte[] bytes = new byte[(int) Math.min(expected, most)];
    int filled = in.readNBytes(bytes, 0, bytes.length);
    int next = filled < bytes.length || filled >= most ? -1 : in.read();
    if (next < 0) {
      return filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled);
    }
    // It has grown since it was listed.
    byte[] rest = in.readNBytes((int) most - filled - 1);
    byte[] all = Arrays.copyOf(bytes, filled + 1 + rest.length);
    all[filled] = (byte) next;
    System.arraycopy(rest, 0, all, filled + 1, rest.length);
    return all;
  }

  /** Whether bytes begin like what gzip has compressed. */
  static boolean isGzip(byte[] start) {
    return start.length > 1 && start[0] == 0x1f && start[1] == (byte) 0x8b;
  }

  private static InputStream openLocal(Path path, long offset) throws IOException {
    // A pipe that has taken a file's place would block for ever.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException("not a file");
    }
    SeekableByteChannel channel = Files.newByteChannel(path);
    try {
      channel.position(offset);
      return Channels.newInputStream(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
