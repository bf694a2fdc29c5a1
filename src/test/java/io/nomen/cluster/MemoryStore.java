package io.nomen.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * One bucket in memory behind as much of S3's dialect as S3A speaks: for tens of thousands of
 * objects. {@link S3Server} is nearer to S3, but reads the names of all its objects with every
 * request.
 */
final class MemoryStore implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final Pattern KEY = Pattern.compile("<Key>(.*?)</Key>");
  private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00Z");

  private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final String root;
  private final HttpServer server;

  MemoryStore(String bucket) throws IOException {
    root = "/" + bucket + "/";
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void put(String key, byte[] content) {
    objects.put(key, content);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      String key = path.startsWith(root) ? path.substring(root.length()) : "";
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      switch (exchange.getRequestMethod()) {
        case "GET", "HEAD" -> {
          if (key.isEmpty()) {
            send(exchange, 200, list(query).getBytes(StandardCharsets.UTF_8));
          } else {
            get(exchange, key);
          }
        }
        case "PUT" -> {
          byte[] content = plain(exchange, body);
          objects.put(key, content);
          tell(exchange, content);
          send(exchange, 200, new byte[0]);
        }
        case "DELETE" -> {
          objects.remove(key);
          send(exchange, 204, new byte[0]);
        }
        case "POST" -> {
          Matcher keys = KEY.matcher(new String(body, StandardCharsets.UTF_8));
          while (query.containsKey("delete") && keys.find()) {
            objects.remove(keys.group(1));
          }
          boolean known = query.containsKey("delete");
          send(exchange, known ? 200 : 501, "<DeleteResult/>".getBytes(StandardCharsets.UTF_8));
        }
        default -> send(exchange, 501, new byte[0]);
      }
    }
  }

  private void get(HttpExchange exchange, String key) throws IOException {
    byte[] content = objects.get(key);
    if (content == null) {
      String error = "<Error><Code>NoSuchKey</Code><Message>there is none</Message></Error>";
      send(exchange, 404, error.getBytes(StandardCharsets.UTF_8));
      return;
    }
    tell(exchange, content);
    String asked = exchange.getRequestHeaders().getFirst("Range");
    Matcher range = RANGE.matcher(asked == null ? "" : asked);
    if (!range.matches()) {
      send(exchange, 200, content);
      return;
    }
    int from = Integer.parseInt(range.group(1));
    int last = content.length - 1;
    int to = range.group(2).isEmpty() ? last : Math.min(last, Integer.parseInt(range.group(2)));
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, to, content.length));
    send(exchange, 206, Arrays.copyOfRange(content, from, to + 1));
  }

  private static void tell(HttpExchange exchange, byte[] content) {
    exchange.getResponseHeaders().set("ETag", '"' + DigestUtils.md5Hex(content) + '"');
    exchange
        .getResponseHeaders()
        .set(
            "Last-Modified",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(WRITTEN.atOffset(ZoneOffset.UTC)));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
    }
    boolean none = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
    exchange.sendResponseHeaders(status, none ? -1 : body.length);
    if (!none) {
      exchange.getResponseBody().write(body);
    }
  }

  /** Names behind the last page's, each folder once where a delimiter is asked for. */
  private String list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    String delimiter = query.getOrDefault("delimiter", "");
    String last = query.getOrDefault("continuation-token", query.getOrDefault("start-after", ""));
    int most = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    StringBuilder xml = new StringBuilder("<ListBucketResult>");
    int found = 0;
    for (Map.Entry<String, byte[]> object : objects.tailMap(prefix).entrySet()) {
      String key = object.getKey();
      if (!key.startsWith(prefix)) {
        break;
      }
      int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
      String name = end < 0 ? key : key.substring(0, end + delimiter.length());
      if (name.compareTo(last) <= 0) {
        continue;
      }
      if (found == most) {
        xml.append(
            "<IsTruncated>true</IsTruncated><NextContinuationToken>%s</NextContinuationToken>"
                .formatted(last));
        break;
      }
      xml.append(end < 0 ? contents(key, object.getValue()) : folder(name));
      last = name;
      found++;
    }
    return xml.append("<KeyCount>%d</KeyCount></ListBucketResult>".formatted(found)).toString();
  }

  private static String folder(String name) {
    return "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>".formatted(name);
  }

  private static String contents(String key, byte[] content) {
    return "<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>%s</ETag><Size>%d</Size></Contents>"
        .formatted(key, WRITTEN, DigestUtils.md5Hex(content), content.length);
  }

  /** The body without the signatures that the client puts between its chunks. */
  private static byte[] plain(HttpExchange exchange, byte[] body) {
    if (exchange.getRequestHeaders().getFirst("x-amz-decoded-content-length") == null) {
      return body;
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int at = 0;
    while (at < body.length) {
      int end = at;
      while (body[end] != '\r') {
        end++;
      }
      String head = new String(body, at, end - at, StandardCharsets.US_ASCII);
      int length = Integer.parseInt(head.replaceFirst(";.*", ""), 16);
      content.write(body, end + 2, length);
      at = length == 0 ? body.length : end + 2 + length + 2;
    }
    return content.toByteArray();
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String part : raw == null ? new String[0] : raw.split("&", -1)) {
      String[] pair = part.split("=", 2);
      query.put(
          pair[0], pair.length == 1 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    S3Server.closeClients();
  }
}
