package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * One file over https. What came before a connection broke is kept under a temporary name, and the
 * rest is asked for with {@code Range}: at once a few times, and by the next call where the file's
 * digest is known, which is what tells that both parts are of one file.
 */
final class Download {
  private static final int ATTEMPTS = 5;
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final long LARGEST = 1L << 37;

  private final URI address;
  private final Path target;
  private final OptionalLong size;
  private final Optional<String> sha256;
  private final LongConsumer progress;

  Download(
      URI address, Path target, OptionalLong size, Optional<String> sha256, LongConsumer progress) {
    boolean local = address.getScheme().equals("http") && isLoopback(address.getHost());
    if (!address.getScheme().equals("https") && !local) {
      throw NomenException.usage("%s is not https.".formatted(address));
    }
    this.address = address;
    this.target = target;
    this.size = size;
    this.sha256 = sha256.map(s -> s.toLowerCase(Locale.ROOT));
    this.progress = progress;
  }

  /** Fetches, checks and moves into place; gives the digest, or nothing for a 404. */
  Optional<String> run() throws IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    if (sha256.isEmpty()) {
      Files.deleteIfExists(part);
    }
    try {
      fetch(part);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
    String digest = digest(part);
    long length = Files.size(part);
    if (size.isPresent() && size.getAsLong() != length) {
      Files.delete(part);
      throw NomenException.input(
          RootLocale.format(
              "%s has %,d bytes where the list says %,d; it was thrown away.",
              address, length, size.getAsLong()));
    }
    if (sha256.isPresent() && !sha256.get().equals(digest)) {
      Files.delete(part);
      throw NomenException.input(
          "%s has SHA-256 %s where %s is expected; it was thrown away."
              .formatted(address, digest, sha256.get()));
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    return Optional.of(digest);
  }

  private void fetch(Path part) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        if (attempt(part)) {
          return;
        }
      } catch (FileNotFoundException e) {
        throw e;
      } catch (IOException e) {
        if (!Files.exists(part)) {
          throw NomenException.input(
              "%s cannot be reached (%s); without a network, copy the checkpoint's folder here and give it to --model."
                  .formatted(address, e.getMessage()),
              e);
        }
      }
    }
    throw NomenException.input(
        RootLocale.format(
            "%s broke off %d times with %,d bytes here; the same command goes on from there.",
            address, ATTEMPTS, Files.size(part)));
  }

  /** One request; whether the file is whole afterwards. */
  private boolean attempt(Path part) throws IOException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setRequestProperty("Accept-Encoding", "identity");
    if (have > 0) {
      connection.setRequestProperty("Range", "bytes=" + have + "-");
    }
    try {
      int status = connection.getResponseCode();
      if (status == 404) {
        throw new FileNotFoundException(address.toString());
      }
      if (status == 416) {
        // Nothing is left to ask for: the part is whole, or not of this file, which its digest
        // tells.
        return true;
      }
      if (status != 200 && status != 206) {
        throw NomenException.input(
            "%s answers with status %d; try again later, or copy the checkpoint's folder here and give it to --model."
                .formatted(address, status));
      }
      boolean goesOn =
          status == 206
              && String.valueOf(connection.getHeaderField("Content-Range"))
                  .startsWith("bytes " + have + "-");
      return copy(connection, part, goesOn ? have : 0);
    } finally {
      connection.disconnect();
    }
  }

  private boolean copy(HttpURLConnection connection, Path part, long from) throws IOException {
    long promised = connection.getContentLengthLong();
    long most = Math.min(LARGEST, size.orElse(LARGEST)) - from;
    if (promised > most) {
      throw NomenException.input(
          RootLocale.format(
              "%s promises %,d bytes, more than the %,d that it may have.",
              address, promised + from, most + from));
    }
    long received = 0;
    try (InputStream in = connection.getInputStream();
        OutputStream out =
            Files.newOutputStream(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        received += n;
        if (received > most) {
          throw NomenException.input("%s sends more than it may have.".formatted(address));
        }
        out.write(buffer, 0, n);
        progress.accept(n);
      }
    }
    return promised < 0 || received == promised;
  }

  private static String digest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 20];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
