package io.nomen.gallery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.store.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** One headless Chromium with one tab, spoken to over the DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final String LISTENING = "DevTools listening on ";

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private final String session;

  /** The browser of this machine: {@code CHROME}, or one on the path. */
  static Optional<Path> binary() {
    Stream<Path> named = Optional.ofNullable(System.getenv("CHROME")).map(Path::of).stream();
    Stream<Path> found =
        Stream.of(System.getenv("PATH").split(":"))
            .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
    return Stream.concat(named, found).filter(Files::isExecutable).findFirst();
  }

  Chromium(Path binary, Path profile) throws IOException {
    process =
        new ProcessBuilder(
                binary.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address()), new Listener())
            .orTimeout(30, TimeUnit.SECONDS)
            .join();
    String target =
        call("", "Target.createTarget", Map.of("url", "about:blank")).at("/targetId").asText();
    session =
        call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .at("/sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network", "DOM", "Accessibility")) {
      call(domain + ".enable", Map.of());
    }
  }

  /** A browser of this machine; without one the tests are skipped, and say so. */
  static Chromium orSkip(Path profile) throws IOException {
    Optional<Path> binary = binary();
    Assumptions.assumeTrue(
        binary.isPresent(), "SKIPPED: no chromium on the path; install it or name it in CHROME");
    return new Chromium(binary.orElseThrow(), profile);
  }

  private String address() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    List<String> said = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread drain = new Thread(() -> lines.lines().forEach(rest -> {}), "chromium-output");
        drain.setDaemon(true);
        drain.start();
        return line.substring(LISTENING.length());
      }
      said.add(line);
    }
    throw new IOException("Chromium ended without opening DevTools: " + said);
  }

  /** Calls a method of the tab. */
  JsonNode call(String method, Map<String, ?> parameters) {
    return call(session, method, parameters);
  }

  private JsonNode call(String inSession, String method, Map<String, ?> parameters) {
    int id = ids.incrementAndGet();
    ObjectNode message = Json.mapper().createObjectNode().put("id", id).put("method", method);
    message.set("params", Json.mapper().valueToTree(parameters));
    if (!inSession.isEmpty()) {
      message.put("sessionId", inSession);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket.sendText(message.toString(), true).join();
    JsonNode result = answer.orTimeout(60, TimeUnit.SECONDS).join();
    if (result.has("error")) {
      throw new IllegalStateException(method + ": " + result.get("error"));
    }
    return result.get("result");
  }

  /** A window of a desk, in pixels. */
  void window(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** What the page has logged or thrown since it was opened. */
  List<JsonNode> complaints() {
    return Stream.of("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        .flatMap(kind -> events(kind).stream())
        .toList();
  }

  /** Opens a page and waits until it is loaded; events before it are forgotten. */
  void open(Path page) {
    events.clear();
    call("Page.navigate", Map.of("url", page.toUri().toString()));
    awaitLoad();
  }

  /** Presses a key that leads to another page, and waits until that is loaded. */
  void follow(String key, int code) {
    events.clear();
    press(key, code);
    awaitLoad();
  }

  void press(String key, int code) {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
    }
  }

  /** Writes a text where the cursor is, as a keyboard does. */
  void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /** Chooses a file in the input that {@code selector} finds, as its dialogue does. */
  void choose(String selector, Path file) {
    int root = call("DOM.getDocument", Map.of("depth", 0)).at("/root/nodeId").asInt();
    int input =
        call("DOM.querySelector", Map.of("nodeId", root, "selector", selector))
            .get("nodeId")
            .asInt();
    call("DOM.setFileInputFiles", Map.of("nodeId", input, "files", List.of(file.toString())));
  }

  /** One event of a mouse: {@code mousePressed}, {@code mouseMoved} or {@code mouseReleased}. */
  void mouse(String type, double x, double y, boolean shift) {
    call(
        "Input.dispatchMouseEvent",
        Map.of(
            "type", type,
            "x", x,
            "y", y,
            "button", type.equals("mouseMoved") ? "none" : "left",
            "buttons", type.equals("mouseReleased") ? 0 : 1,
            "clickCount", type.equals("mouseMoved") ? 0 : 1,
            "modifiers", shift ? 8 : 0));
  }

  /** Moves the mouse there without a button. */
  void hover(double x, double y) {
    call("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
  }

  void click(double x, double y) {
    hover(x, y);
    mouse("mousePressed", x, y, false);
    mouse("mouseReleased", x, y, false);
  }

  /**
   * Clicks the middle of the element that {@code selector} finds, which is moved into view, once it
   * stands still and nothing lies on it.
   */
  void click(String selector) {
    JsonNode middle =
        evaluate(
            """
            (async () => {
              const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
              let last = "";
              for (let frames = 0; frames < 600; frames++) {
                const e = document.querySelector(%s);
                e?.scrollIntoView({ block: "center" });
                const b = e?.getBoundingClientRect();
                const at = b && [b.left + b.width / 2, b.top + b.height / 2];
                if (at && String(at) === last && e.contains(document.elementFromPoint(...at))) {
                  return at;
                }
                last = String(at);
                await frame();
              }
            })()\
            """
                .formatted(Json.line(selector)));
    if (middle.isMissingNode() || middle.isNull()) {
      throw new IllegalStateException("never at rest and in front: " + selector);
    }
    click(middle.get(0).asDouble(), middle.get(1).asDouble());
  }

  /** Drags the mouse along {@code corners}, x and y in turns. */
  void drag(boolean shift, double... corners) {
    hover(corners[0], corners[1]);
    mouse("mousePressed", corners[0], corners[1], shift);
    for (int i = 2; i < corners.length; i += 2) {
      mouse("mouseMoved", corners[i], corners[i + 1], shift);
    }
    mouse("mouseReleased", corners[corners.length - 2], corners[corners.length - 1], shift);
  }

  void wheel(double x, double y, double down) {
    call(
        "Input.dispatchMouseEvent",
        Map.of("type", "mouseWheel", "x", x, "y", y, "deltaX", 0, "deltaY", down));
  }

  /** Waits until a JavaScript expression holds. */
  void await(String expression) {
    await(() -> evaluate(expression).asBoolean(), expression);
  }

  private void awaitLoad() {
    await(() -> !events("Page.loadEventFired").isEmpty(), "a page is loaded");
  }

  private static void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within 60 s: " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** What the tab shows, as PNG. */
  byte[] screenshot() {
    return Base64.getDecoder()
        .decode(call("Page.captureScreenshot", Map.of("format", "png")).get("data").asText());
  }

  /** The value of a JavaScript expression in the page. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.at("/result/value");
  }

  /** Parameters of the events called {@code method} since the page was opened. */
  List<JsonNode> events(String method) {
    return events.stream()
        .filter(event -> event.path("method").asText().equals(method))
        .map(event -> event.get("params"))
        .toList();
  }

  /** The accessibility tree's nodes that a screen reader would meet. */
  List<JsonNode> accessibility() {
    List<JsonNode> nodes = new ArrayList<>();
    call("Accessibility.getFullAXTree", Map.of())
        .get("nodes")
        .forEach(
            node -> {
              if (!node.path("ignored").asBoolean()) {
                nodes.add(node);
              }
            });
    return nodes;
  }

  @Override
  public void close() {
    // Asked, it also takes its lock files away.
    call("", "Browser.close", Map.of());
    socket.abort();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonNode message = Json.read(text.toString(), JsonNode.class, "DevTools");
        text.setLength(0);
        if (message.has("id")) {
          answers.remove(message.get("id").asInt()).complete(message);
        } else {
          events.add(message);
        }
      }
      from.request(1);
      return null;
    }
  }
}
