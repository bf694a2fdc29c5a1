package io.nomen.cluster;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nomen.RootLocale;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands between S3A and an S3 server and does what object stores do on bad days. */
final class FaultProxy implements AutoCloseable {
  /** What happens to a request. */
  enum Fault {
    /** 503 with {@code SlowDown}. */
    BUSY,
    /** The connection is closed in place of an answer. */
    RESET,
    /** The connection is closed in the middle of the answer. */
    CUT,
    /** 400 with {@code ExpiredToken}. */
    EXPIRED,
    /** 401. */
    UNAUTHORIZED,
    /** 429, as Google throttles. */
    THROTTLED,
    /** The answer comes long after the client has given it up. */
    SLOW
  }

  private static final long SLOW_MILLISECONDS = 6000;
  private static final Pattern GOOGLE = Pattern.compile("/(storage|upload|download|batch)/");
  private static final Pattern LISTED =
      Pattern.compile(
          "<(Contents|CommonPrefixes)>.*?<(?:Key|Prefix)>(.*?)</.*?</\\1>", Pattern.DOTALL);

  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "connection", "content-length", "expect", "transfer-encoding", "upgrade");

  private final String target;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger requests = new AtomicInteger();
  private final Map<Fault, AtomicInteger> done = new EnumMap<>(Fault.class);
  private final Set<String> copies = new ConcurrentSkipListSet<>();
  private volatile Map<Fault, Integer> every = Map.of();
  private final Set<String> written = new ConcurrentSkipListSet<>();
  private volatile Optional<Set<String>> listed = Optional.empty();
  private volatile int begin;

  FaultProxy(String target) throws IOException {
    this.target = target;
    Arrays.stream(Fault.values()).forEach(fault -> done.put(fault, new AtomicInteger()));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on every n-th request meets its fault. */
  void inject(Map<Fault, Integer> faults) {
    begin = 0;
    every = Map.copyOf(faults);
  }

  /** The same, once {@code wait} more requests have passed. */
  void injectAfter(int wait, Map<Fault, Integer> faults) {
    begin = requests.get() + wait;
    every = Map.copyOf(faults);
  }

  /** From now on listings show what is there at this moment, whatever is written. */
  void lag() {
    listed = Optional.of(Set.copyOf(written));
  }

  /** From now on listings show everything again. */
  void catchUp() {
    listed = Optional.empty();
  }

  int count(Fault fault) {
    return done.get(fault).get();
  }

  /** Objects that were made by copying, which is what a rename is on an object store. */
  Set<String> copies() {
    return copies;
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    int number = requests.incrementAndGet();
    List<Fault> hit =
        Arrays.stream(Fault.values())
            .filter(fault -> number > begin && number % every.getOrDefault(fault, number + 1) == 0)
            .toList();
    try (exchange) {
      if (hit.isEmpty()) {
        forward(exchange, body, false);
        return;
      }
      done.get(hit.get(0)).incrementAndGet();
      switch (hit.get(0)) {
        case BUSY -> refuse(exchange, 503, "SlowDown", "Please reduce your request rate.");
        case EXPIRED -> refuse(exchange, 400, "ExpiredToken", "The provided token has expired.");
        case UNAUTHORIZED -> refuse(exchange, 401, "authError", "Invalid Credentials");
        case THROTTLED -> refuse(exchange, 429, "rateLimitExceeded", "Too many requests");
        case CUT -> forward(exchange, body, true);
        case SLOW -> {
          Jvm.pause(SLOW_MILLISECONDS);
          forward(exchange, body, false);
        }
        case RESET -> {
          // Closing the exchange without an answer closes the connection.
        }
      }
    }
  }

  private void forward(HttpExchange exchange, byte[] body, boolean cut) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
            .method(
                exchange.getRequestMethod(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    if (exchange.getRequestHeaders().containsKey("x-amz-copy-source")) {
      copies.add(exchange.getRequestURI().getPath());
    }
    if (exchange.getRequestMethod().equals("PUT")) {
      written.add(key(exchange.getRequestURI()));
    }
    HttpResponse<byte[]> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    Headers headers = exchange.getResponseHeaders();
    response.headers().map().forEach((name, values) -> copy(name, values, headers));
    boolean head = exchange.getRequestMethod().equals("HEAD");
    boolean listing = String.valueOf(exchange.getRequestURI().getQuery()).contains("list-type");
    byte[] answer = listing ? asListed(response.body()) : response.body();
    if (head) {
      response
          .headers()
          .firstValue("content-length")
          .ifPresent(l -> headers.set("Content-Length", l));
    }
    exchange.sendResponseHeaders(
        response.statusCode(), head || answer.length == 0 ? -1 : answer.length);
    if (!head && answer.length > 0) {
      exchange.getResponseBody().write(answer, 0, cut ? answer.length / 2 : answer.length);
      exchange.getResponseBody().flush();
    }
  }

  private static String key(URI request) {
    return request.getPath().replaceFirst("^/[^/]*/", "");
  }

  /** A listing without what it does not show yet. */
  private byte[] asListed(byte[] listing) {
    if (listed.isEmpty()) {
      return listing;
    }
    Set<String> shown = listed.get();
    String xml =
        LISTED
            .matcher(new String(listing, StandardCharsets.UTF_8))
            .replaceAll(
                entry ->
                    shown.stream().anyMatch(key -> key.startsWith(entry.group(2)))
                        ? Matcher.quoteReplacement(entry.group())
                        : "");
    return xml.getBytes(StandardCharsets.UTF_8);
  }

  private static void copy(String name, List<String> values, Headers headers) {
    if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT)) && !name.startsWith(":")) {
      values.forEach(value -> headers.add(name, value));
    }
  }

  private static void refuse(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    boolean google = GOOGLE.matcher(exchange.getRequestURI().getPath()).lookingAt();
    String format =
        google
            ? "{\"error\": {\"code\": %1$d, \"message\": \"%3$s\", \"errors\": [{\"reason\": \"%2$s\"}]}}"
            : "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%2$s</Code><Message>%3$s</Message></Error>";
    byte[] body = RootLocale.format(format, status, code, message).getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .set("Content-Type", google ? "application/json" : "application/xml");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
