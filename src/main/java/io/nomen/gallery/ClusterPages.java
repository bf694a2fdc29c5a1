package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.ClusterCard.NearCluster;
import io.nomen.gallery.GalleryData.ClusterCard.NounScore;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.GalleryData.LayerNode;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.Paging;
import io.nomen.gallery.Page.SiteIndex;
import java.util.List;
import java.util.Optional;

/** What one cluster is, and its images. */
final class ClusterPages {
  private final SiteIndex site;
  private final ClusterSample cluster;
  private final ClusterCard card;
  private final String first;
  private final Paging<ImageEntry> images;

  ClusterPages(SiteIndex site, ClusterSample cluster) {
    this.site = site;
    this.cluster = cluster;
    this.card = cluster.card();
    this.first = SiteIndex.clusterPage(card.number());
    this.images = new Paging<>(cluster.shown(), site.limits().imagesPerPage());
  }

  void write(PageSink sink) {
    for (int page = 1; page <= images.pages(); page++) {
      sink.put(SiteIndex.paged(first, page), page(page));
    }
  }

  private Html page(int number) {
    Page page = new Page(site, SiteIndex.paged(first, number));
    Tiles tiles = new Tiles(site, page);
    return page.named(
        images.pages() == 1 ? card.name() : card.name() + " · " + number,
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
    html.open(
        "section",
        "aria-labelledby",
        "images",
        "data-cluster-page",
        String.valueOf(card.number()),
        "data-cluster-size",
        String.valueOf(card.size()));
    html.leaf("h2", "Images, most certain first", "id", "images");
    html.leaf("p", showing(number), "class", "note");
    page.pager(html, "this cluster", first, number, images.pages());
    tiles.row(html, images.page(number), false);
    page.pager(html, "this cluster", first, number, images.pages());
    html.close();
  }

  private String showing(int number) {
    String all = Numbers.count(card.size(), "image", "images");
    String shown = Numbers.count(cluster.shown().size());
    String part =
        images.pages() == 1
            ? ""
            : " Here are %s to %s."
                .formatted(
                    Numbers.count(images.before(number) + 1L),
                    Numbers.count(images.before(number) + images.page(number).size()));
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
        "span", "%s of %s by size".formatted(Numbers.count(at + 1), Numbers.count(all.size())));
    if (at < all.size() - 1) {
      link(html, page, all.get(at + 1).card(), "next", "", " →");
    }
    html.close();
  }

  private static void link(
      Html html, Page page, ClusterCard to, String rel, String before, String after) {
    html.open("a", "href", page.to(SiteIndex.clusterPage(to.number())), "rel", rel);
    html.text(before).foreign(to.name()).text(after).close();
  }

  /** The top of a cluster's page: the most typical image, what the name means, what is near. */
  static final class ClusterPortrait {
    private final SiteIndex site;
    private final Page page;
    private final ClusterSample cluster;
    private final ClusterCard card;

    ClusterPortrait(SiteIndex site, Page page, ClusterSample cluster) {
      this.site = site;
      this.page = page;
      this.cluster = cluster;
      this.card = cluster.card();
    }

    void write(Html html) {
      html.open("div", "class", "portrait");
      cluster.medoid().ifPresent(medoid -> medoid(html, medoid));
      html.open("div", "class", "words");
      meaning(html);
      layers(html);
      facts(html);
      nouns(html);
      centreNouns(html);
      html.close().close();
      near(html);
    }

    private void medoid(Html html, ImageEntry medoid) {
      html.open("figure", "class", "medoid");
      new Tiles(site, page)
          .picture(html, medoid.path(), "the most typical image of " + card.name());
      html.leaf("figcaption", "The most typical image").close();
    }

    private void meaning(Html html) {
      if (!card.named()) {
        html.leaf(
            "p",
            "No noun stands out in this cluster, so it has no name; the nearest nouns are hints.",
            "class",
            "lead");
      }
      card.gloss().ifPresent(gloss -> html.open("p", "class", "lead").foreign(gloss).close());
      if (card.hypernym().isPresent() || !card.sisters().isEmpty()) {
        html.open("p");
        card.hypernym().ifPresent(kind -> html.text("A kind of ").foreign(kind).text(". "));
        if (!card.sisters().isEmpty()) {
          html.text("Found side by side here: ");
          html.foreign(String.join(", ", card.sisters())).text(".");
        }
        html.close();
      }
    }

    /** The way up and down. */
    private void layers(Html html) {
      Optional<LayerNode> own = site.data().node(card.number());
      if (own.isEmpty()) {
        return;
      }
      List<LayerNode> above = site.data().above(own.get());
      List<LayerNode> parts = site.data().parts(own.get());
      if (!above.isEmpty()) {
        links(html, "Part of: ", above);
      }
      if (parts.size() > 1) {
        links(html, "Made of: ", parts);
      }
    }

    private void links(Html html, String words, List<LayerNode> nodes) {
      html.open("p", "class", "layer-links").text(words);
      for (int i = 0; i < nodes.size(); i++) {
        html.text(i == 0 ? "" : ", ");
        html.open("a", "href", page.to(Page.LAYERS) + "#" + LayersPage.anchor(nodes.get(i)));
        html.foreign(nodes.get(i).name()).close();
      }
      html.close();
    }

    private void facts(Html html) {
      html.open("dl", "class", "facts");
      fact(html, "Images", Numbers.count(card.size()));
      fact(html, "Mean confidence", Numbers.percent(card.meanConfidence()));
      card.silhouette().ifPresent(s -> fact(html, "Silhouette", Numbers.decimal(s)));
      card.wordsFit()
          .ifPresent(
              fit ->
                  fact(
                      html,
                      "The words fit",
                      "%s (ρ %s)".formatted(fit.degree(), Numbers.decimal(fit.rho()))));
      fact(html, "Number in the tables", String.valueOf(card.number()));
      html.close();
    }

    static void fact(Html html, String name, String value) {
      html.open("div").leaf("dt", name).leaf("dd", value).close();
    }

    private void nouns(Html html) {
      List<NounScore> nouns = card.nouns();
      if (nouns.isEmpty()) {
        return;
      }
      double best = Math.max(1e-9, nouns.get(0).score());
      html.leaf("h2", card.named() ? "Nearest nouns" : "Nearest nouns, as hints", "id", "nouns");
      html.open("ul", "class", "scores", "aria-labelledby", "nouns");
      for (NounScore noun : nouns) {
        html.open("li");
        html.open("span", "class", "word").foreign(noun.word()).close();
        bar(html, Math.max(0, noun.score()) / best);
        html.leaf("span", Numbers.decimal(noun.score()), "class", "score");
        noun.gloss().ifPresent(gloss -> html.leaf("bdi", gloss, "class", "gloss"));
        html.close();
      }
      html.close();
    }

    private void centreNouns(Html html) {
      if (card.centreNouns().isEmpty()) {
        return;
      }
      html.leaf("h2", "Nouns that made this centre", "id", "made");
      html.open("p", "class", "note", "aria-labelledby", "made");
      html.foreign(String.join(", ", card.centreNouns())).close();
    }

    /** A bar of {@code share} of its full length; the number stands beside it. */
    private static void bar(Html html, double share) {
      html.open(
          "svg",
          "class",
          "bar",
          "viewBox",
          "0 0 100 4",
          "aria-hidden",
          "true",
          "preserveAspectRatio",
          "none");
      html.empty("rect", "class", "ground", "width", "100", "height", "4");
      html.empty("rect", "class", "value", "width", Numbers.tenths(share * 100), "height", "4");
      html.close();
    }

    private void near(Html html) {
      if (card.nearest().isEmpty()) {
        return;
      }
      html.open("section", "aria-labelledby", "near").leaf("h2", "Nearest clusters", "id", "near");
      html.open("ul", "class", "near");
      for (NearCluster near : card.nearest()) {
        html.open("li");
        html.open("a", "href", page.to(SiteIndex.clusterPage(near.number())));
        site.mosaic(near.number()).ifPresent(mosaic -> page.image(html, mosaic, ""));
        html.foreign(site.name(near.number())).close();
        html.leaf("span", "similarity " + Numbers.decimal(near.similarity()), "class", "note");
        if (near.nearlySame()) {
          html.leaf("strong", "nearly the same");
        }
        html.close();
      }
      html.close().close();
    }
  }
}
