package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ClusterCard;
import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.Paging;
import io.nomen.gallery.Page.SiteIndex;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A card for every cluster, largest first. */
final class OverviewPages {
  private final SiteIndex site;
  private final Paging<ClusterSample> clusters;

  OverviewPages(SiteIndex site) {
    this.site = site;
    this.clusters = new Paging<>(site.plan().clusters(), site.limits().cardsPerPage());
  }

  /** All pages, the first one last: who can open it finds everything behind it. */
  void write(PageSink sink) {
    for (int page = clusters.pages(); page >= 1; page--) {
      sink.put(SiteIndex.paged(Page.OVERVIEW, page), page(page));
    }
  }

  private Html page(int number) {
    Page page = new Page(site, SiteIndex.paged(Page.OVERVIEW, number));
    int pages = clusters.pages();
    return page.with(
        pages == 1 ? "Clusters" : "Clusters, page " + number,
        html -> {
          if (number == 1) {
            introduction(html, page);
          } else {
            html.leaf("h1", "Clusters, page " + number);
          }
          if (pages == 1) {
            filter(html, "cards");
          }
          page.pager(html, "clusters", Page.OVERVIEW, number, pages);
          html.open("ul", "class", "cards", "id", "cards");
          clusters.page(number).forEach(cluster -> card(html, page, cluster));
          html.close();
          page.pager(html, "clusters", Page.OVERVIEW, number, pages);
        });
  }

  /** A field that the script makes live; without the script it stays hidden. */
  static void filter(Html html, String list) {
    html.open("p", "class", "filter", "hidden", "", "data-filter", list);
    html.leaf("label", "Find by word", "for", "find");
    html.empty("input", "id", "find", "type", "search", "autocomplete", "off");
    html.leaf("output", "", "for", "find");
    html.close();
  }

  private void introduction(Html html, Page page) {
    RunFacts facts = site.data().facts();
    html.open("h1").foreign(facts.title()).close();
    html.open("p", "class", "lead");
    html.text(
        "%s in %s, found by "
            .formatted(
                Numbers.count(facts.counts().embedded(), "image", "images"),
                Numbers.count(site.plan().clusters().size(), "cluster", "clusters")));
    html.leaf("b", facts.method());
    facts.model().ifPresent(model -> html.text(" with the model ").leaf("b", model));
    facts.vocabulary().ifPresent(words -> html.text(" and words from ").leaf("b", words));
    html.text(". ");
    if (facts.counts().bad() > 0) {
      html.open("a", "href", page.to(Page.FAILED));
      html.text(
          "%s of %s listed could not be used"
              .formatted(
                  Numbers.count(facts.counts().bad()), Numbers.count(facts.counts().listed())));
      html.close().text(". ");
    }
    long unnamed = site.plan().clusters().stream().filter(c -> !c.card().named()).count();
    if (unnamed > 0) {
      html.text(
          unnamed == 1
              ? "One cluster has no name, because no noun stands out in it."
              : Numbers.count(unnamed) + " clusters have no name, because no noun stands out.");
    }
    if (clusters.pages() > 1) {
      html.text(" Largest first; ");
      html.leaf("a", "find one by its name", "href", page.to(Page.NAMES)).text(".");
    }
    html.close();
  }

  private void card(Html html, Page page, ClusterSample cluster) {
    ClusterCard card = cluster.card();
    html.open("li", "class", "card");
    site.mosaic(card.number())
        .ifPresentOrElse(
            mosaic -> page.image(html, mosaic, "typical images of " + card.name()),
            () -> html.leaf("span", "no pictures", "class", "blank"));
    html.open("h2");
    html.open("a", "href", page.to(SiteIndex.clusterPage(card.number())));
    html.foreign(card.name()).close().close();
    html.leaf(
        "p",
        Numbers.count(card.size(), "image", "images")
            + " · "
            + Numbers.percent(card.meanConfidence())
            + " sure",
        "class",
        "facts");
    nouns(html, card);
    html.close();
  }

  /** The nouns beside the name; for a cluster without a name they are hints. */
  private static void nouns(Html html, ClusterCard card) {
    List<String> others =
        card.nouns().stream()
            .map(ClusterCard.NounScore::word)
            .filter(word -> !word.equals(card.name()))
            .limit(5)
            .toList();
    if (!others.isEmpty()) {
      html.open("p", "class", "nouns");
      html.text(card.named() ? "" : "perhaps ");
      html.foreign(others.stream().collect(Collectors.joining(", "))).close();
    }
  }

  /** Every cluster's name in alphabetical order: the place to look one up among many. */
  static final class NamesPages {
    private static final int ROWS = 4_000;

    private final SiteIndex site;
    private final Paging<ClusterCard> cards;

    NamesPages(SiteIndex site) {
      this.site = site;
      this.cards =
          new Paging<>(
              site.plan().clusters().stream()
                  .map(ClusterSample::card)
                  .sorted(
                      Comparator.<ClusterCard, Boolean>comparing(c -> !c.named())
                          .thenComparing(c -> c.named() ? c.name().toLowerCase(Locale.ROOT) : "")
                          .thenComparingInt(ClusterCard::number))
                  .toList(),
              ROWS);
    }

    void write(PageSink sink) {
      for (int page = 1; page <= cards.pages(); page++) {
        sink.put(SiteIndex.paged(Page.NAMES, page), page(page));
      }
    }

    private Html page(int number) {
      Page page = new Page(site, SiteIndex.paged(Page.NAMES, number));
      return page.with(
          "Names",
          html -> {
            html.leaf("h1", "Names");
            html.leaf("p", "Every cluster by name, those without one at the end.", "class", "lead");
            OverviewPages.filter(html, "names");
            page.pager(html, "names", Page.NAMES, number, cards.pages());
            html.open("ul", "class", "names", "id", "names");
            cards.page(number).forEach(card -> row(html, page, card));
            html.close();
          });
    }

    private static void row(Html html, Page page, ClusterCard card) {
      html.open("li");
      html.open("a", "href", page.to(SiteIndex.clusterPage(card.number())));
      html.foreign(Numbers.shorten(card.name(), 80)).close();
      html.leaf("span", Numbers.count(card.size()), "class", "note");
      html.close();
    }
  }
}
