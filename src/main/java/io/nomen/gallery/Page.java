package io.nomen.gallery;

import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.GalleryPlan.GalleryLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The frame of every page: head, policy, navigation, footer. */
final class Page {
  /** Nothing but files beside the page may load; nothing may be sent anywhere. */
  static final String POLICY =
      "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self';"
          + " base-uri 'none'; form-action 'none'";

  static final String OVERVIEW = "index.html";
  static final String NAMES = "names.html";
  static final String MAP = "map.html";
  static final String LAYERS = "layers.html";
  static final String QUESTIONS = "questions.html";
  static final String COMPARISON = "comparison.html";
  static final String DUPLICATES = "duplicates.html";
  static final String OUTLIERS = "outliers.html";
  static final String FAILED = "failed.html";
  static final String FACTS = "run.html";

  private final SiteIndex site;
  private final String name;

  /** The page called {@code name}, for example {@code clusters/7.html}. */
  Page(SiteIndex site, String name) {
    this.site = site;
    this.name = name;
  }

  /** The page's way to the file {@code target} of the gallery. */
  String to(String target) {
    return (name.contains("/") ? "../" : "") + target;
  }

  /** The whole page around {@code main}, with one of the gallery's own titles. */
  Html with(String title, Consumer<Html> main) {
    return named(site.plan().language().say(title), main);
  }

  /** The same, called after something that has its own name. */
  Html named(String title, Consumer<Html> main) {
    Language language = site.plan().language();
    Html html = Html.document(language);
    html.open("html", "lang", language.code());
    head(html, title);
    html.open("body", "data-run", site.data().facts().runId());
    html.leaf("a", "Skip to the content", "class", "skip", "href", "#main");
    navigation(html);
    html.open("main", "id", "main", "tabindex", "-1");
    main.accept(html);
    html.close();
    footer(html);
    return html.close().close();
  }

  private void head(Html html, String title) {
    html.open("head");
    html.empty("meta", "charset", "utf-8");
    html.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.empty("meta", "name", "referrer", "content", "no-referrer");
    html.leaf("title", title + " · " + site.data().facts().title());
    // An empty icon, or a browser that is served the gallery asks for one.
    html.empty("link", "rel", "icon", "href", "data:,");
    html.empty("link", "rel", "stylesheet", "href", to("gallery.css"));
    html.leaf("script", "", "src", to("gallery.js"), "defer", "");
    if (site.plan().language() != Language.ENGLISH) {
      html.leaf("script", "", "src", to(MapData.WORDS + ".js"), "defer", "");
    }
    if (name.equals(MAP)) {
      html.leaf("script", "", "src", to("map.js"), "defer", "");
      if (site.data().workbench().search().isPresent()) {
        html.leaf("script", "", "src", to("search.js"), "defer", "");
      }
    }
    html.leaf("script", "", "src", to("changes.js"), "defer", "");
    html.close();
  }

  private record Entry(String target, String words) {}

  private void navigation(Html html) {
    GalleryData data = site.data();
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(OVERVIEW, "Clusters"));
    entries.add(new Entry(NAMES, "Names"));
    if (!data.layers().isEmpty()) {
      entries.add(new Entry(LAYERS, "Layers"));
    }
    if (data.mapLayout().isPresent()) {
      entries.add(new Entry(MAP, "Map"));
    }
    if (!data.workbench().questions().isEmpty()) {
      entries.add(new Entry(QUESTIONS, "Questions"));
    }
    if (data.workbench().comparison().isPresent()) {
      entries.add(new Entry(COMPARISON, "Since the run before"));
    }
    if (!data.duplicates().isEmpty()) {
      entries.add(new Entry(DUPLICATES, "Duplicates"));
    }
    if (!data.outliers().isEmpty()) {
      entries.add(new Entry(OUTLIERS, "Outliers"));
    }
    entries.add(new Entry(FAILED, "Failed images"));
    entries.add(new Entry(FACTS, "About this run"));

    html.open("header", "class", "top").open("nav", "aria-label", "Gallery").open("ul");
    for (Entry entry : entries) {
      html.open("li");
      if (entry.target().equals(name)) {
        html.leaf("a", entry.words(), "href", to(entry.target()), "aria-current", "page");
      } else {
        html.leaf("a", entry.words(), "href", to(entry.target()));
      }
      html.close();
    }
    html.close().close().close();
  }

  private void footer(Html html) {
    RunFacts facts = site.data().facts();
    html.open("footer").open("p");
    html.text(
        "Made by Nomen on "
            + Numbers.moment(facts.created(), site.plan().language().locale())
            + " · run ");
    html.foreign(facts.runId()).text(". This page asks nothing of the network.");
    html.close().close();
  }

  /** A picture, loaded when it comes into view. */
  void image(Html html, SiteIndex.Shown shown, String alternative) {
    html.empty(
        "img",
        "src",
        to(shown.name()),
        "width",
        String.valueOf(shown.width()),
        "height",
        String.valueOf(shown.height()),
        "alt",
        alternative,
        "loading",
        "lazy",
        "decoding",
        "async");
  }

  /** Links to the parts of something that is cut into pages; nothing where there is one. */
  void pager(Html html, String what, String first, int page, int pages) {
    if (pages < 2) {
      return;
    }
    html.open("nav", "class", "pager", "aria-label", "Pages of " + what).open("ul");
    for (int i = 1; i <= pages; i++) {
      // First, last and the neighbourhood; the rest would be a wall of numbers.
      if (i > 1 && i < pages && Math.abs(i - page) > 3) {
        if (Math.abs(i - page) == 4) {
          html.leaf("li", "…", "aria-hidden", "true");
        }
        continue;
      }
      html.open("li");
      String target = to(SiteIndex.paged(first, i));
      if (i == page) {
        html.leaf("a", String.valueOf(i), "href", target, "aria-current", "page");
      } else if (i == page + 1) {
        html.leaf("a", String.valueOf(i), "href", target, "rel", "next");
      } else if (i == page - 1) {
        html.leaf("a", String.valueOf(i), "href", target, "rel", "prev");
      } else {
        html.leaf("a", String.valueOf(i), "href", target);
      }
      html.close();
    }
    html.close().close();
  }

  /** Takes finished pages; names are relative to the gallery's folder. */
  @FunctionalInterface
  interface PageSink {
    void put(String name, Html page);
  }

  /** A list cut into pages, which are counted from 1; an empty list has one empty page. */
  record Paging<T>(List<T> items, int perPage) {
    int pages() {
      return Math.max(1, (items.size() + perPage - 1) / perPage);
    }

    List<T> page(int number) {
      return items.subList(before(number), Math.min(number * perPage, items.size()));
    }

    /** How many items come before page {@code number}. */
    int before(int number) {
      return (number - 1) * perPage;
    }
  }

  /**
   * What every page needs to know of the others.
   *
   * @param thumbnails by path of the image, those that exist
   * @param mosaics whether a cluster has a mosaic, by number
   */
  record SiteIndex(GalleryPlan plan, Map<String, Shown> thumbnails, Map<Integer, Boolean> mosaics) {

    /** A picture in the gallery's folder, with its size in pixels. */
    record Shown(String name, int width, int height) {}

    GalleryData data() {
      return plan.data();
    }

    GalleryLimits limits() {
      return plan.limits();
    }

    Optional<Shown> thumbnail(String path) {
      return Optional.ofNullable(thumbnails.get(path));
    }

    Optional<Shown> mosaic(int cluster) {
      return mosaics.getOrDefault(cluster, false)
          ? Optional.of(new Shown(mosaicFile(cluster), Mosaic.WIDTH, Mosaic.HEIGHT))
          : Optional.empty();
    }

    /** What a cluster is called; an unknown one is called by its number. */
    String name(int cluster) {
      return plan.cluster(cluster).map(c -> c.card().name()).orElse("cluster " + cluster);
    }

    static String clusterPage(int cluster) {
      return "clusters/" + cluster + ".html";
    }

    static String mosaicFile(int cluster) {
      return "m/" + cluster + ".jpg";
    }

    /** The name of page {@code page} (from 1) of the page called {@code first}. */
    static String paged(String first, int page) {
      return page == 1 ? first : first.replace(".html", "-" + page + ".html");
    }
  }
}
