package io.nomen.gallery;

import java.util.Comparator;
import java.util.Locale;

/** Every cluster's name in alphabetical order: the place to look one up among many. */
final class NamesPages {
  private static final int ROWS = 4_000;

  private final Site site;
  private final Paging<ClusterCard> cards;

  NamesPages(Site site) {
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
      sink.put(Site.paged(Page.NAMES, page), page(page));
    }
  }

  private Html page(int number) {
    Page page = new Page(site, Site.paged(Page.NAMES, number));
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
    html.open("a", "href", page.to(Site.clusterPage(card.number())));
    html.foreign(Figures.shorten(card.name(), 80)).close();
    html.leaf("span", Figures.count(card.size()), "class", "note");
    html.close();
  }
}
