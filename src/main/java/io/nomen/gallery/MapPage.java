package io.nomen.gallery;

import io.nomen.RootLocale;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import io.nomen.gallery.MapPoints.Patch;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All images on one plane: as points in the colour of their cluster, and as pictures. */
final class MapPage {
  static final int WIDTH = 1200;
  static final int HEIGHT = 800;
  private static final int EDGE = 24;
  private static final double LETTER = 7.6;
  private static final double LABEL_HEIGHT = 18;
  private static final int LONGEST_LABEL = 24;

  /** Room around a label, and most labels: a wall of words would hide the map. */
  private static final double CLEAR = 12;

  private static final int MOST_LABELS = 80;

  private final SiteIndex site;
  private final Page page;
  private final MapPoints points;
  private final List<Patch> drawn;

  MapPage(SiteIndex site, MapPoints points) {
    this.site = site;
    this.page = new Page(site, Page.MAP);
    this.points = points;
    this.drawn = points.patches(site.limits().mapPoints());
  }

  void write(PageSink sink) {
    sink.put(
        Page.MAP,
        page.with(
            "Map",
            html -> {
              html.leaf("h1", "Map of all images");
              html.leaf("p", explanation(), "class", "lead");
              int few = drawn.stream().mapToInt(patch -> patch.images().size()).sum();
              if (few < points.drawn()) {
                html.open("noscript");
                html.leaf(
                    "p",
                    "Without scripts, %s of them are drawn.".formatted(Numbers.count(few)),
                    "class",
                    "note");
                html.close();
              }
              drawing(html);
              legend(html);
              new MapPictures(site, page, points).write(html);
            }));
  }

  private String explanation() {
    String some =
        points.drawn() < site.data().facts().counts().embedded()
            ? "Showing %s of %s images, every cluster by its share. "
                .formatted(
                    Numbers.count(points.drawn()),
                    Numbers.count(site.data().facts().counts().embedded()))
            : "";
    return some
        + "Images that look alike to the model lie side by side; distances across the map mean"
        + " little."
        + " Placed by %s.".formatted(site.data().mapLayout().orElseThrow());
  }

  static double right(MapPoint point) {
    return EDGE + point.x() * (WIDTH - 2 * EDGE);
  }

  static double down(MapPoint point) {
    return EDGE + point.y() * (HEIGHT - 2 * EDGE);
  }

  private void drawing(Html html) {
    html.open("div", "class", "wide plane", "id", "map", "data-map", MapData.POINTS);
    html.open(
        "svg",
        "class",
        "map",
        "viewBox",
        "0 0 " + WIDTH + " " + HEIGHT,
        "role",
        "group",
        "aria-label",
        "Clusters on the map");
    drawn.forEach(patch -> patch(html, patch));
    for (Label label : labels()) {
      html.open(
          "a",
          "class",
          "label",
          "href",
          page.to(SiteIndex.clusterPage(label.patch().card().number())));
      html.leaf(
          "text",
          label.words(),
          "x",
          Numbers.tenths(label.box().getCenterX()),
          "y",
          Numbers.tenths(label.box().getMaxY() - 5));
      html.close();
    }
    html.close().close();
  }

  /** Every cluster with its colour: what the map says in words. */
  private void legend(Html html) {
    html.open("section", "aria-labelledby", "legend-title");
    html.leaf("h2", "Clusters on the map", "id", "legend-title");
    OverviewPages.filter(html, "legend");
    html.open("ul", "class", "legend-list", "id", "legend");
    for (Patch patch : points.patches()) {
      html.open("li", "class", "c" + patch.colour(), "data-cluster", "" + patch.card().number());
      html.leaf("span", "", "class", "chip");
      html.open("a", "href", page.to(SiteIndex.clusterPage(patch.card().number())));
      html.foreign(Numbers.shorten(patch.card().name(), 80)).close();
      html.leaf("span", Numbers.count(patch.card().size()), "class", "note");
      html.close();
    }
    html.close().close();
  }

  /** A cluster's points are one path of dots: a circle each would be four times the page. */
  private void patch(Html html, Patch patch) {
    StringBuilder dots = new StringBuilder();
    for (ImageEntry image : patch.images()) {
      MapPoint place = MapPoints.place(image);
      dots.append('M')
          .append(Numbers.tenths(right(place)))
          .append(' ')
          .append(Numbers.tenths(down(place)))
          .append("h0");
    }
    html.open(
        "a",
        "class",
        "patch",
        "href",
        page.to(SiteIndex.clusterPage(patch.card().number())),
        "tabindex",
        "-1",
        "aria-hidden",
        "true");
    html.leaf("title", patch.card().name());
    html.empty("path", "class", "dots c" + patch.colour(), "d", dots.toString());
    html.close();
  }

  private record Label(Patch patch, String words, Rectangle2D box) {}

  /** Labels of the largest clusters, as many as find room. */
  private List<Label> labels() {
    List<Label> placed = new ArrayList<>();
    for (Patch patch : points.patches()) {
      String words = Numbers.shorten(patch.card().name(), LONGEST_LABEL);
      double wide = words.length() * LETTER + 6;
      double left = Math.max(0, Math.min(WIDTH - wide, right(patch.middle()) - wide / 2));
      Rectangle2D box =
          new Rectangle2D.Double(left, down(patch.middle()) - LABEL_HEIGHT / 2, wide, LABEL_HEIGHT);
      if (placed.size() < MOST_LABELS
          && placed.stream().noneMatch(other -> near(other.box(), box))) {
        placed.add(new Label(patch, words, box));
      }
    }
    return placed;
  }

  private static boolean near(Rectangle2D a, Rectangle2D b) {
    return a.intersects(
        b.getX() - CLEAR, b.getY() - CLEAR / 2, b.getWidth() + 2 * CLEAR, b.getHeight() + CLEAR);
  }

  /** The map again, each part of it shown by the picture nearest to its middle. */
  static final class MapPictures {
    private static final int COLUMNS = 15;
    private static final int ROWS = 10;
    private static final double GAP = 3;

    private final SiteIndex site;
    private final Page page;
    private final MapPoints points;

    MapPictures(SiteIndex site, Page page, MapPoints points) {
      this.site = site;
      this.page = page;
      this.points = points;
    }

    private record Choice(ImageEntry image, double distance) {}

    void write(Html html) {
      Map<Integer, Choice> cells = cells();
      if (cells.isEmpty()) {
        return;
      }
      html.leaf("h2", "The same map in pictures");
      html.leaf(
          "p",
          "One image for each part of the map; it leads to its cluster. The clusters' pages show"
              + " them with their words.",
          "class",
          "note");
      html.open("div", "class", "wide plane");
      html.open(
          "svg",
          "class",
          "map pictures",
          "viewBox",
          RootLocale.format("0 0 %d %d", MapPage.WIDTH, MapPage.HEIGHT),
          "aria-hidden",
          "true");
      cells.forEach((cell, choice) -> picture(html, cell, choice.image()));
      html.close().close();
    }

    private Map<Integer, Choice> cells() {
      Map<Integer, Choice> cells = new LinkedHashMap<>();
      for (MapPoints.Patch patch : points.patches()) {
        for (ImageEntry image : patch.images()) {
          if (site.thumbnail(image.path()).isPresent()) {
            double x = MapPoints.place(image).x() * COLUMNS;
            double y = MapPoints.place(image).y() * ROWS;
            int column = (int) Math.min(COLUMNS - 1, x);
            int row = (int) Math.min(ROWS - 1, y);
            Choice choice = new Choice(image, Math.hypot(x - column - 0.5, y - row - 0.5));
            cells.merge(
                row * COLUMNS + column, choice, (a, b) -> b.distance() < a.distance() ? b : a);
          }
        }
      }
      return cells;
    }

    private void picture(Html html, int cell, ImageEntry image) {
      double wide = (double) MapPage.WIDTH / COLUMNS;
      double tall = (double) MapPage.HEIGHT / ROWS;
      int column = cell % COLUMNS;
      int row = cell / COLUMNS;
      html.open("a", "href", page.to(SiteIndex.clusterPage(image.cluster())), "tabindex", "-1");
      html.leaf("title", site.name(image.cluster()));
      html.empty(
          "image",
          "href",
          page.to(site.thumbnail(image.path()).orElseThrow().name()),
          "x",
          Numbers.tenths(column * wide + GAP / 2),
          "y",
          Numbers.tenths(row * tall + GAP / 2),
          "width",
          Numbers.tenths(wide - GAP),
          "height",
          Numbers.tenths(tall - GAP),
          "preserveAspectRatio",
          "xMidYMid slice");
      html.close();
    }
  }
}
