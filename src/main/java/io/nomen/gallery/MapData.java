package io.nomen.gallery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.nomen.RootLocale;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.GalleryData.LayerNode;
import io.nomen.gallery.GalleryData.SearchNumbers;
import io.nomen.gallery.MapPoints.Patch;
import io.nomen.gallery.Page.SiteIndex;
import io.nomen.store.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the map's script reads, told apart so that nothing is loaded before it is wanted: places of
 * all points in one file, their paths in parts. The files are scripts, since a page from {@code
 * file://} may load nothing else; each hands one value to the page by its name.
 */
final class MapData {
  static final String FOLDER = "map/";
  static final String POINTS = "map/points";
  static final String CLUSTERS = "map/clusters";
  static final String WORDS = "map/words";

  /** Paths in one file: half a megabyte where paths are long. */
  static final int PATHS = 2_000;

  /** Codes in one file: 1.3 MB at 96 bytes each. */
  private static final int CODES = 10_000;

  private static final int STEPS = 65_535;

  /** Half a surrogate pair in a file's name survives only as an escape. */
  private static final ObjectWriter WRITER =
      Json.mapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private final SiteIndex site;
  private final MapPoints points;

  MapData(SiteIndex site, MapPoints points) {
    this.site = site;
    this.points = points;
  }

  /** A cluster on the map; its points follow those of the cluster before. */
  private record Cluster(int number, String name, long size, int points, int colour) {}

  /**
   * The name of a cluster of another layer.
   *
   * @param finer whether it is part of one of the run's clusters, rather than made of them
   */
  private record Label(String name, boolean finer, float x, float y) {}

  private Label label(LayerNode node) {
    MapPoint place = node.place().orElseThrow();
    boolean finer =
        site.data().layers().stream().anyMatch(n -> n.own() && n.layer() < node.layer());
    return new Label(node.name(), finer, place.x(), place.y());
  }

  /** Takes finished files; names are relative to the gallery's folder. */
  @FunctionalInterface
  interface ScriptSink {
    void put(String name, String script);
  }

  /** What a cluster is called, for the pages that offer clusters to choose from. */
  private record Name(int number, String name) {}

  static void clusters(SiteIndex site, ScriptSink sink) {
    sink.put(
        CLUSTERS + ".js",
        script(
            CLUSTERS,
            site.plan().clusters().stream()
                .map(cluster -> new Name(cluster.card().number(), cluster.card().name()))
                .toList()));
  }

  /** The words of the scripts in another language. */
  static void words(Language language, ScriptSink sink) {
    if (language != Language.ENGLISH) {
      sink.put(WORDS + ".js", script(WORDS, language.sentences()));
    }
  }

  void write(ScriptSink sink) {
    List<ImageEntry> images = points.patches().stream().flatMap(p -> p.images().stream()).toList();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("run", site.data().facts().runId());
    all.put(
        "clusters",
        points.patches().stream()
            .map(
                (Patch patch) ->
                    new Cluster(
                        patch.card().number(),
                        patch.card().name(),
                        patch.card().size(),
                        patch.images().size(),
                        patch.colour()))
            .toList());
    all.put(
        "layers",
        site.data().layers().stream()
            .filter(node -> !node.own() && node.place().isPresent())
            .sorted(
                Comparator.comparingLong(LayerNode::size)
                    .reversed()
                    .thenComparingInt(LayerNode::cluster))
            .map(node -> label(node))
            .toList());
    all.put("places", base64(places(images)));
    all.put("pictures", base64(pictures(images)));
    sink.put(POINTS + ".js", script(POINTS, all));
    for (int first = 0; first < images.size(); first += PATHS) {
      List<ImageEntry> part = images.subList(first, Math.min(images.size(), first + PATHS));
      String name = RootLocale.format("%spaths-%03d", FOLDER, first / PATHS);
      sink.put(name + ".js", script(name, part.stream().map(ImageEntry::path).toList()));
    }
  }

  /** Codes of points and words, 10,000 to a file, and the words themselves. */
  void write(SearchNumbers search, ScriptSink sink) {
    List<byte[]> images =
        points.patches().stream()
            .flatMap(patch -> patch.images().stream())
            .map(image -> search.images().getOrDefault(image.path(), new byte[search.width()]))
            .toList();
    codes("search/images", images, search.width(), sink);
    codes("search/nouns", search.codes(), search.width(), sink);
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("width", search.width());
    words.put("words", search.words());
    sink.put("search/words.js", script("search/words", words));
  }

  private static void codes(String name, List<byte[]> codes, int width, ScriptSink sink) {
    for (int first = 0; first < codes.size(); first += CODES) {
      List<byte[]> part = codes.subList(first, Math.min(codes.size(), first + CODES));
      ByteBuffer bytes = ByteBuffer.allocate(part.size() * width);
      part.forEach(bytes::put);
      String file = RootLocale.format("%s-%03d", name, first / CODES);
      sink.put(file + ".js", script(file, base64(bytes)));
    }
  }

  /** x and y of each point in 65,535 steps, as unsigned 16-bit numbers. */
  private static ByteBuffer places(List<ImageEntry> images) {
    ByteBuffer places = ByteBuffer.allocate(images.size() * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (ImageEntry image : images) {
      MapPoint place = MapPoints.place(image);
      places.putShort((short) Math.round(place.x() * STEPS));
      places.putShort((short) Math.round(place.y() * STEPS));
    }
    return places;
  }

  /** The number of each point's thumbnail as a 32-bit number, −1 where it has none. */
  private ByteBuffer pictures(List<ImageEntry> images) {
    ByteBuffer pictures = ByteBuffer.allocate(images.size() * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (ImageEntry image : images) {
      pictures.putInt(
          site.thumbnail(image.path()).map(shown -> GalleryPlan.number(shown.name())).orElse(-1));
    }
    return pictures;
  }

  private static String base64(ByteBuffer bytes) {
    byte[] all = new byte[bytes.flip().remaining()];
    bytes.get(all);
    return Base64.getEncoder().encodeToString(all);
  }

  /** A script that hands {@code value} to the page. */
  private static String script(String name, Object value) {
    return "nomen.take(\"%s\", %s);\n".formatted(name, json(value));
  }

  /** JSON in ASCII: what HTML or a file cannot hold as it is stays exact. */
  static String json(Object value) {
    try {
      return WRITER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + value.getClass(), e);
    }
  }
}
