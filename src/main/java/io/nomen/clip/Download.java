package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Digests;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/**
 * One file over https. What came before a connection broke is kept under a temporary name, and the
 * rest is asked for with {@code Range}: at once a few times, and by the next call where the file's
 * digest is known, which is what tells that both parts are of one file.
 */
final class Download {
  private static final int ATTEMPTS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long LOOK_MILLIS = 250;
  private static final long FIRST_PAUSE_MILLIS = 100;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{40}");

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .connectTimeout(PATIENCE)
          .build();
  private static final long LARGEST = 1L << 37;

  private final URI address;
  private final Path target;
  private final OptionalLong size;
  private final Optional<String> sha256;
  private final boolean weights;
  private final LongConsumer progress;
  private Optional<String> declared = Optional.empty();

  /**
   * A file to fetch.
   *
   * @param weights whether it is refused where neither {@code sha256} nor the server tells a digest
   */
  Download(
      URI address,
      Path target,
      OptionalLong size,
      Optional<String> sha256,
      boolean weights,
      LongConsumer progress) {
    boolean local = address.getScheme().equals("http") && isLoopback(address.getHost());
    if (!address.getScheme().equals("https") && !local) {
      throw NomenException.usage("%s is not https.".formatted(address));
    }
    this.address = address;
    this.target = target;
    this.size = size;
    this.sha256 = sha256.map(s -> s.toLowerCase(Locale.ROOT));
    this.weights = weights;
    this.progress = progress;
  }

  /** Fetches, checks and moves into place; gives the digest, or nothing for a 404. */
  Optional<String> run() throws IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    if (sha256.isEmpty() && !weights) {
      // Small, and without a digest nothing tells whether it is the beginning of the same file.
      Files.deleteIfExists(part);
    }
    try {
      fetch(part);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
    String digest = Digests.sha256(part);
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
    if (sha256.isEmpty()) {
      requireDeclared(part, digest);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    return Optional.of(digest);
  }

  /** Holds the file against what the hub says of it: SHA-256 of large files, Git's id of small. */
  private void requireDeclared(Path part, String digest) throws IOException {
    if (declared.isEmpty() && weights) {
      Files.delete(part);
      throw NomenException.usage(
          "%s comes without a digest (unverified); give --sha256 with the one of this file that you trust."
              .formatted(address));
    }
    if (declared.isPresent()) {
      String found = declared.get().length() == 64 ? digest : gitId(part);
      if (!found.equals(declared.get())) {
        Files.delete(part);
        throw NomenException.input(
            "%s has the digest %s where its server says %s; it was thrown away."
                .formatted(address, found, declared.get()));
      }
    }
  }

  /** The name that Git has for a file's contents. */
  private static String gitId(Path file) throws IOException {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
      try (InputStream in = Files.newInputStream(file)) {
        Digests.update(sha1, in);
      }
      return Digests.end(sha1);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The digest that the hub gives with a file, on the way to it or at its end. */
  private static Optional<String> declared(HttpResponse<?> last) {
    for (HttpResponse<?> step = last; step != null; step = step.previousResponse().orElse(null)) {
      for (String header : List.of("X-Linked-ETag", "ETag")) {
        String value = step.headers().firstValue(header).orElse("").replaceAll("^W/|\"", "");
        if (DIGEST.matcher(value).matches()) {
          return Optional.of(value);
        }
      }
    }
    return Optional.empty();
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
                  .formatted(address, e.getMessage() == null ? e.toString() : e.getMessage()),
              e);
        }
      }
      pause(FIRST_PAUSE_MILLIS << attempt);
    }
    throw NomenException.input(
        RootLocale.format(
            "%s broke off %d times with %,d bytes here; the same command goes on from there.",
            address, ATTEMPTS, Files.size(part)));
  }

  /** One request; whether the file is whole afterwards. */
  private boolean attempt(Path part) throws IOException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(PATIENCE);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<Path> response =
        await(CLIENT.sendAsync(request.build(), info -> body(info, part, have)), part);
    declared = declared(response);
    int status = response.statusCode();
    if (status == 404) {
      throw new FileNotFoundException(address.toString());
    }
    if (status == 416) {
      // Nothing is left to ask for: the part is whole, or not of this file, which its digest tells.
      return true;
    }
    if (status != 200 && status != 206) {
      throw NomenException.input(
          "%s answers with status %d; try again later, or copy the checkpoint's folder here and give it to --model."
              .formatted(address, status));
    }
    long from = goesOn(response.statusCode(), response.headers(), have) ? have : 0;
    long promised = promised(response.headers());
    if (promised > most() - from) {
      throw NomenException.input(
          RootLocale.format(
              "%s promises %,d bytes, more than the %,d that it may have.",
              address, promised + from, most()));
    }
    return promised < 0 || Files.size(part) == from + promised;
  }

  /** Takes the body into {@code part}, or, where it is not wanted, hangs up. */
  private HttpResponse.BodySubscriber<Path> body(
      HttpResponse.ResponseInfo info, Path part, long have) {
    boolean goesOn = goesOn(info.statusCode(), info.headers(), have);
    boolean wanted = info.statusCode() == 200 || info.statusCode() == 206;
    if (!wanted || promised(info.headers()) > most() - (goesOn ? have : 0)) {
      return HttpResponse.BodySubscribers.mapping(
          HttpResponse.BodySubscribers.ofInputStream(), unread -> hangUp(unread, part));
    }
    return HttpResponse.BodySubscribers.ofFile(
        part,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static Path hangUp(InputStream body, Path part) {
    try {
      body.close();
      return part;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the whole answer as long as bytes come, and tells of them. */
  private HttpResponse<Path> await(CompletableFuture<HttpResponse<Path>> answer, Path part)
      throws IOException {
    long seen = Files.exists(part) ? Files.size(part) : 0;
    long since = System.nanoTime();
    while (true) {
      boolean done = false;
      try {
        HttpResponse<Path> response = answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        done = true;
        return response;
      } catch (TimeoutException e) {
        if (System.nanoTime() - since > PATIENCE.toNanos()) {
          answer.cancel(true);
          throw new IOException("no bytes came for %d s".formatted(PATIENCE.toSeconds()), e);
        }
      } catch (ExecutionException e) {
        done = true;
        throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
      } catch (InterruptedException e) {
        answer.cancel(true);
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      } finally {
        long now = Files.exists(part) ? Files.size(part) : 0;
        if (now > seen) {
          progress.accept(now - seen);
        }
        since = now == seen ? since : System.nanoTime();
        seen = now;
        if (!done && now > most()) {
          answer.cancel(true);
        }
      }
    }
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private long most() {
    return Math.min(LARGEST, size.orElse(LARGEST));
  }

  private static long promised(HttpHeaders headers) {
    return headers.firstValueAsLong("Content-Length").orElse(-1);
  }

  /** Whether the answer is the rest of what is here. */
  private static boolean goesOn(int status, HttpHeaders headers, long have) {
    return status == 206
        && headers.firstValue("Content-Range").orElse("").startsWith("bytes " + have + "-");
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
