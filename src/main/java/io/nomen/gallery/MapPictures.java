package io.nomen.gallery;

import io.nomen.RootLocale;
import java.util.LinkedHashMap;
import java.util.Map;

/** The map again, each part of it shown by the picture nearest to its middle. */
final class MapPictures {
  private static final int COLUMNS = 15;
  private static final int ROWS = 10;
  private static final double GAP = 3;

  private final Site site;
  private final Page page;
  private final MapPoints points;

  MapPictures(Site site, Page page, MapPoints points) {
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
        "One image for each part of the map; it leads to its cluster. The clusters' pages show them"
            + " with their words.",
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
        "true",
        "data-zoom",
        "");
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
    html.open("a", "href", page.to(Site.clusterPage(image.cluster())), "tabindex", "-1");
    html.leaf("title", site.name(image.cluster()));
    html.empty(
        "image",
        "href",
        page.to(site.thumbnail(image.path()).orElseThrow().name()),
        "x",
        Figures.tenths(column * wide + GAP / 2),
        "y",
        Figures.tenths(row * tall + GAP / 2),
        "width",
        Figures.tenths(wide - GAP),
        "height",
        Figures.tenths(tall - GAP),
        "preserveAspectRatio",
        "xMidYMid slice");
    html.close();
  }
}
