package io.nomen.gallery;

import java.util.List;
import java.util.OptionalDouble;

/** The images that are furthest from all others, furthest first. */
final class OutliersPage {
  private final Site site;

  OutliersPage(Site site) {
    this.site = site;
  }

  void write(PageSink sink) {
    Page page = new Page(site, Page.OUTLIERS);
    List<ImageEntry> outliers = site.data().outliers();
    sink.put(
        Page.OUTLIERS,
        page.with(
            "Outliers",
            html -> {
              html.leaf("h1", "Outliers");
              html.leaf(
                  "p",
                  "The %s furthest from everything else, furthest first. The number is the mean distance to the nearest images; what is far away is rare, broken, or in the wrong set."
                      .formatted(Figures.count(outliers.size(), "image", "images")),
                  "class",
                  "lead");
              html.open("ul", "class", "tiles");
              outliers.forEach(image -> tile(html, page, image));
              html.close();
            }));
  }

  private void tile(Html html, Page page, ImageEntry image) {
    html.open("li").open("figure");
    new Tiles(site, page).picture(html, image.path(), "image of " + site.name(image.cluster()));
    html.open("figcaption");
    OptionalDouble score = image.outlierScore();
    score.ifPresent(value -> html.leaf("span", Figures.decimal(value), "class", "share"));
    html.open("a", "href", page.to(Site.clusterPage(image.cluster())));
    html.foreign(site.name(image.cluster())).close();
    html.leaf("bdi", new Original(image.path()).name(), "class", "file");
    html.close().close().close();
  }
}
