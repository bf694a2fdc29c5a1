package io.nomen.gallery;

import io.nomen.gallery.GalleryData.AskedImage;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;

/** Images whose answer would help most, each with the clusters that it may belong to. */
final class QuestionsPage {
  private final SiteIndex site;
  private final Page page;

  QuestionsPage(SiteIndex site) {
    this.site = site;
    this.page = new Page(site, Page.QUESTIONS);
  }

  void write(PageSink sink) {
    sink.put(
        Page.QUESTIONS,
        page.with(
            "Questions",
            html -> {
              html.leaf("h1", "Questions");
              html.leaf(
                  "p",
                  "These images would help most to know: each stands for others, is hard to place,"
                      + " and is unlike the rest. Where does it belong?",
                  "class",
                  "lead");
              html.open("noscript");
              html.leaf("p", "Answers need scripts; without them the questions can be read.");
              html.close();
              html.open("ol", "class", "questions", "id", "questions");
              site.data().workbench().questions().forEach(asked -> question(html, asked));
              html.close();
            }));
  }

  private void question(Html html, AskedImage asked) {
    html.open("li", "data-question", MapData.json(asked.image().path()));
    html.open("figure");
    new Tiles(site, page).picture(html, asked.image().path(), "the image in question");
    html.open("figcaption").leaf("bdi", new Tiles.OriginalLink(asked.image().path()).name());
    html.close().close();
    html.open("ul", "class", "near");
    for (int cluster : asked.clusters()) {
      html.open("li", "data-answer", String.valueOf(cluster));
      html.open("a", "href", page.to(SiteIndex.clusterPage(cluster)));
      site.mosaic(cluster).ifPresent(mosaic -> page.image(html, mosaic, ""));
      html.foreign(site.name(cluster)).close();
      html.close();
    }
    html.close().close();
  }
}
