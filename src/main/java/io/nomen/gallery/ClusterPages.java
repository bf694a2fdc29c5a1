package io.nomen.gallery;

import java.util.List;

/** What one cluster is, and its images. */
final class ClusterPages {
  private final Site site;
  private final ClusterSample cluster;
  private final ClusterCard card;
  private final String first;
  private final Paging<ImageEntry> images;

  ClusterPages(Site site, ClusterSample cluster) {
    this.site = site;
    this.cluster = cluster;
    this.card = cluster.card();
    this.first = Site.clusterPage(card.number());
    this.images = new Paging<>(cluster.shown(), site.limits().imagesPerPage());
  }

  void write(PageSink sink) {
    for (int page = 1; page <= images.pages(); page++) {
      sink.put(Site.paged(first, page), page(page));
    }
  }

  private Html page(int number) {
    Page page = new Page(site, Site.paged(first, number));
    Tiles tiles = new Tiles(site, page);
    return page.with(
        images.pages() == 1 ? card.name() : card.name() + ", page " + number,
        html -> {
          neighbours(html, page);
          html.open("h1").foreign(card.name());
          html.text(number == 1 ? "" : ", page " + number).close();
          if (number == 1) {
            new ClusterPortrait(site, page, cluster).write(html);
            section(html, tiles, "Almost somewhere else", "border", cluster.border(), true);
            section(html, tiles, "Furthest from the rest", "outliers", cluster.outliers(), false);
          }
          images(html, page, tiles, number);
        });
  }

  private void images(Html html, Page page, Tiles tiles, int number) {
    html.open("section", "aria-labelledby", "images");
    html.leaf("h2", "Images, most certain first", "id", "images");
    html.leaf("p", showing(number), "class", "note");
    page.pager(html, "this cluster", first, number, images.pages());
    tiles.row(html, images.page(number), false);
    page.pager(html, "this cluster", first, number, images.pages());
    html.close();
  }

  private String showing(int number) {
    String all = Figures.count(card.size(), "image", "images");
    String shown = Figures.count(cluster.shown().size());
    String part =
        images.pages() == 1
            ? ""
            : " Here are %s to %s."
                .formatted(
                    Figures.count(images.before(number) + 1L),
                    Figures.count(images.before(number) + images.page(number).size()));
    return cluster.complete()
        ? (card.size() == 1 ? "The one image." : "All " + all + ".") + part
        : "Showing %s of %s, taken over the whole range from certain to doubtful.%s"
            .formatted(shown, all, part);
  }

  private static void section(
      Html html, Tiles tiles, String title, String id, List<ImageEntry> images, boolean second) {
    // One picture or two are in the list below anyway.
    if (images.size() < 3) {
      return;
    }
    html.open("section", "aria-labelledby", id);
    html.leaf("h2", title, "id", id);
    tiles.row(html, images, second);
    html.close();
  }

  /** The next larger and the next smaller cluster. */
  private void neighbours(Html html, Page page) {
    List<ClusterSample> all = site.plan().clusters();
    int at = all.indexOf(cluster);
    html.open("nav", "class", "beside", "aria-label", "Clusters by size");
    if (at > 0) {
      link(html, page, all.get(at - 1).card(), "prev", "← ", "");
    }
    html.leaf(
        "span", "%s of %s by size".formatted(Figures.count(at + 1), Figures.count(all.size())));
    if (at < all.size() - 1) {
      link(html, page, all.get(at + 1).card(), "next", "", " →");
    }
    html.close();
  }

  private static void link(
      Html html, Page page, ClusterCard to, String rel, String before, String after) {
    html.open("a", "href", page.to(Site.clusterPage(to.number())), "rel", rel);
    html.text(before).foreign(to.name()).text(after).close();
  }
}
