package io.nomen.clip;

import static io.nomen.clip.ClipCheckpointTest.assertInput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nomen.NomenException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of this machine has a small model's files, and every fault that servers have. */
class ModelPullTest {
  private static final String WEIGHTS = "model.safetensors";

  @TempDir Path folder;

  private HttpServer server;
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());

  /** Bytes of the weights after which a connection is cut; 0 to send all. */
  private int cutAfter;

  private int cuts;

  /** The file whose digest the hub tells wrong. */
  private String lyingAbout = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/tiny/", this::serve);
    server.createContext(
        "/moved/",
        exchange -> {
          String name = exchange.getRequestURI().getPath().replace("/moved/", "/tiny/");
          exchange.getResponseHeaders().add("Location", name);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext("/hub/", this::redirectAsTheHub);
    server.createContext(
        "/broken/",
        exchange -> {
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void a_checkpoint_is_fetched_whole_and_can_be_opened() throws Exception {
    AtomicLong bytes = new AtomicLong();
    ModelPull pulled =
        ModelPull.fetch(
            model("tiny/"), folder, Optional.of(digest()), Goldens.STORAGE, bytes::addAndGet);
    Path other = Files.createDirectory(folder.resolve("other"));
    assertThat(pulled.model().digest())
        .isEqualTo(new TestCheckpoint(other).open().model().digest());
    assertThat(pulled.digests()).containsEntry(WEIGHTS, digest()).hasSize(4);
    assertThat(bytes.get()).isGreaterThan(TestCheckpoint.file(WEIGHTS).length);
    assertThat(folder.resolve(WEIGHTS + ".part")).doesNotExist();
    assertThat(pull("tiny/", digest()).digests()).isEmpty();
  }

  @Test
  void a_connection_that_breaks_half_way_goes_on_where_it_broke() throws Exception {
    cutAfter = 50_000;
    cuts = 2;
    assertThat(pull("tiny/", digest()).digests()).containsEntry(WEIGHTS, digest());
    assertThat(ranges).containsExactly("none", "bytes=50000-", "bytes=100000-");
  }

  @Test
  void a_later_call_goes_on_where_an_earlier_one_gave_up() throws Exception {
    byte[] weights = TestCheckpoint.file(WEIGHTS);
    Files.write(folder.resolve(WEIGHTS + ".part"), Arrays.copyOf(weights, 70_000));
    assertThat(pull("tiny/", digest()).digests()).containsEntry(WEIGHTS, digest());
    assertThat(ranges).containsExactly("bytes=70000-");
  }

  @Test
  void a_server_that_always_breaks_is_given_up() throws Exception {
    cutAfter = 1000;
    cuts = 100;
    assertInput(() -> pull("tiny/", digest()), "broke off 5 times with 5,000 bytes");
    assertThat(folder.resolve(WEIGHTS)).doesNotExist();
    assertThat(Files.size(folder.resolve(WEIGHTS + ".part"))).isEqualTo(5000);
  }

  @Test
  void a_wrong_digest_or_size_is_thrown_away() throws Exception {
    String wrong = "0".repeat(64);
    assertInput(() -> pull("tiny/", wrong), "has SHA-256 " + digest() + " where " + wrong);
    assertThat(folder.resolve(WEIGHTS)).doesNotExist();
    assertThat(folder.resolve(WEIGHTS + ".part")).doesNotExist();
    KnownModel listed =
        new KnownModel(
            "listed",
            address("tiny/"),
            List.of(
                new KnownModel.RemoteFile(
                    List.of(WEIGHTS), false, true, OptionalLong.of(77), Optional.of(digest()))));
    assertInput(
        () -> ModelPull.fetch(listed, folder, Optional.empty(), Goldens.STORAGE, n -> {}),
        "more than the 77");
  }

  @Test
  void every_file_is_held_against_the_hub_s_own_digest_where_the_list_has_none() throws Exception {
    ModelPull pulled =
        ModelPull.fetch(model("hub/"), folder, Optional.empty(), Goldens.STORAGE, n -> {});
    assertThat(pulled.digests()).containsEntry(WEIGHTS, digest()).hasSize(4);
    for (String damaged : List.of("config.json", WEIGHTS)) {
      Path other = Files.createTempDirectory(folder, "other");
      lyingAbout = damaged;
      assertInput(
          () -> ModelPull.fetch(model("hub/"), other, Optional.empty(), Goldens.STORAGE, n -> {}),
          "where its server says");
      assertThat(other.resolve(damaged)).doesNotExist();
    }
  }

  @Test
  void the_list_is_pinned_to_revisions_that_never_change() {
    assertThat(KnownModel.LIST)
        .allSatisfy(m -> assertThat(m.folder().getPath()).matches(".*/resolve/[0-9a-f]{40}/"));
  }

  @Test
  void redirects_are_followed() throws Exception {
    assertThat(pull("moved/", digest()).model().projectionWidth()).isEqualTo(24);
  }

  @Test
  void what_is_not_there_is_named() throws Exception {
    assertInput(() -> pull("elsewhere/", digest()), "has no config.json (404)");
    assertInput(() -> pull("broken/", digest()), "answers with status 503");
  }

  @Test
  void without_a_network_there_is_one_sentence() throws Exception {
    KnownModel model = model("tiny/");
    server.stop(0);
    assertInput(
        () -> ModelPull.fetch(model, folder, Optional.of(digest()), Goldens.STORAGE, n -> {}),
        "cannot be reached");
  }

  @Test
  void an_unverified_entry_asks_for_a_digest_and_plain_http_is_refused() {
    assertThatThrownBy(
            () ->
                ModelPull.fetch(model("tiny/"), folder, Optional.empty(), Goldens.STORAGE, n -> {}))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("unverified")
        .hasMessageContaining("--sha256");
    assertThat(folder.resolve(WEIGHTS)).doesNotExist();
    assertThatThrownBy(() -> KnownModel.named("openai/clip"))
        .hasMessageContaining("laion/CLIP-ViT");
    assertThatThrownBy(
            () ->
                new Download(
                    URI.create("http://192.0.2.1/config.json"),
                    folder.resolve("x"),
                    OptionalLong.empty(),
                    Optional.empty(),
                    false,
                    n -> {}))
        .hasMessageContaining("is not https");
  }

  private ModelPull pull(String path, String sha256) {
    return ModelPull.fetch(model(path), folder, Optional.of(sha256), Goldens.STORAGE, n -> {});
  }

  private KnownModel model(String path) {
    return new KnownModel(
        "test", address(path), KnownModel.named("openai/clip-vit-base-patch32").files());
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
  }

  private static String digest() throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(TestCheckpoint.file(WEIGHTS)));
  }

  /** Small files with Git's id, large ones with a redirect that has their SHA-256. */
  private void redirectAsTheHub(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().replace("/hub/", "");
    boolean there = TestCheckpoint.FILES.contains(name);
    if (there) {
      byte[] bytes = TestCheckpoint.file(name);
      boolean large = name.equals(WEIGHTS);
      String id = large ? sha("SHA-256", bytes) : sha("SHA-1", git(bytes));
      String told =
          name.equals(lyingAbout) ? (id.charAt(0) == '0' ? '1' : '0') + id.substring(1) : id;
      exchange.getResponseHeaders().add(large ? "X-Linked-ETag" : "ETag", '"' + told + '"');
      if (!large) {
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
        return;
      }
    }
    exchange.getResponseHeaders().add("Location", "/tiny/" + name);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  private static byte[] git(byte[] bytes) {
    byte[] head = ("blob " + bytes.length + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + bytes.length);
    System.arraycopy(bytes, 0, all, head.length, bytes.length);
    return all;
  }

  private static String sha(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().replace("/tiny/", "");
    if (!TestCheckpoint.FILES.contains(name)) {
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
      return;
    }
    byte[] bytes = TestCheckpoint.file(name);
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    boolean cut = name.equals(WEIGHTS) && cutAfter > 0 && cuts-- > 0;
    if (name.equals(WEIGHTS)) {
      ranges.add(range == null ? "none" : range);
    }
    if (range != null) {
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(bytes, from, cut ? cutAfter : bytes.length - from);
    out.flush();
    // Closed before all promised bytes are sent, the exchange closes the connection.
    exchange.close();
  }
}
