package io.nomen.gallery;

import java.util.List;
import java.util.Optional;

/** Rows of small pictures. */
final class Tiles {
  private final Site site;
  private final Page page;

  Tiles(Site site, Page page) {
    this.site = site;
    this.page = page;
  }

  /** Pictures with their confidence; {@code runnerUp} adds the cluster that came second. */
  void row(Html html, List<ImageEntry> images, boolean runnerUp) {
    html.open("ul", "class", runnerUp ? "tiles border" : "tiles");
    for (ImageEntry image : images) {
      html.open("li").open("figure");
      picture(html, image.path(), alternative(image));
      html.open("figcaption");
      html.leaf("span", Figures.percent(image.confidence()), "class", "share");
      if (runnerUp) {
        image.runnerUp().ifPresent(second -> second(html, second));
      }
      html.leaf("bdi", new Original(image.path()).name(), "class", "file");
      html.close().close().close();
    }
    html.close();
  }

  /** One picture, linked to its original where that is a file of this machine. */
  void picture(Html html, String path, String alternative) {
    Optional<String> original = new Original(path).link();
    original.ifPresent(link -> html.open("a", "href", link));
    Optional<Site.Shown> thumbnail = site.thumbnail(path);
    if (thumbnail.isPresent()) {
      html.empty(
          "img",
          "src",
          page.to(thumbnail.get().name()),
          "width",
          String.valueOf(thumbnail.get().width()),
          "height",
          String.valueOf(thumbnail.get().height()),
          "alt",
          alternative,
          "loading",
          "lazy",
          "decoding",
          "async");
    } else {
      html.leaf("span", "no picture", "class", "blank", "role", "img", "aria-label", alternative);
    }
    original.ifPresent(link -> html.close());
  }

  private String alternative(ImageEntry image) {
    return "image of %s, confidence %s"
        .formatted(site.name(image.cluster()), Figures.percent(image.confidence()));
  }

  private void second(Html html, ImageEntry.RunnerUp second) {
    html.open("span", "class", "second").text("or ");
    html.open("a", "href", page.to(Site.clusterPage(second.cluster())));
    html.foreign(site.name(second.cluster())).close();
    html.text(" " + Figures.percent(second.confidence())).close();
  }
}
