package io.nomen.gallery;

import io.nomen.evaluate.ClusterTransitions;
import io.nomen.evaluate.ClusterTransitions.Survived;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What became of an earlier run's clusters: which are new, which are gone, which have changed. */
final class ChangesPage {
  private final SiteIndex site;
  private final Page page;
  private final ClusterTransitions changes;

  ChangesPage(SiteIndex site, ClusterTransitions changes) {
    this.site = site;
    this.page = new Page(site, Page.CHANGES);
    this.changes = changes;
  }

  void write(PageSink sink) {
    sink.put(
        Page.CHANGES,
        page.with(
            "Changes",
            html -> {
              html.leaf("h1", "Changes since an earlier run");
              html.leaf("p", changes.remark() + ".", "class", "lead");
              html.open("p", "class", "note").text("Compared with run ");
              html.foreign(changes.run()).text(" in ").foreign(changes.folder());
              html.text(". Clusters that go on keep their number.").close();
              born(html);
              died(html);
              survived(html);
            }));
  }

  private void born(Html html) {
    table(
        html,
        "New",
        List.of("Cluster", "Images", "Most of them were in"),
        changes.born(),
        born -> {
          cluster(html, born.cluster());
          cell(html, Numbers.count(born.size()));
          if (born.from().isEmpty()) {
            cell(html, "no cluster: all are new");
          } else {
            html.open("td").foreign(before(born.from().get()));
            html.text(": " + Numbers.count(born.common())).close();
          }
        });
  }

  private void died(Html html) {
    table(
        html,
        "Gone",
        List.of("Cluster", "Images then", "Most of them are in"),
        changes.died(),
        died -> {
          html.open("td").foreign(died.name()).text(" (" + died.cluster() + ")").close();
          cell(html, Numbers.count(died.size()));
          if (died.to().isEmpty()) {
            cell(html, "no cluster: none is there now");
          } else {
            html.open("td");
            link(html, died.to().get());
            html.text(": " + Numbers.count(died.common())).close();
          }
        });
  }

  /** Those that have changed most first. */
  private void survived(Html html) {
    table(
        html,
        "Going on",
        List.of("Cluster", "Images then", "Images now", "There both times"),
        changes.survived().stream()
            .sorted(
                Comparator.comparingLong((Survived s) -> -Math.abs(s.now() - s.before()))
                    .thenComparingInt(Survived::cluster))
            .toList(),
        survived -> {
          cluster(html, survived.cluster());
          cell(html, Numbers.count(survived.before()));
          cell(html, Numbers.count(survived.now()));
          cell(html, Numbers.count(survived.common()));
        });
  }

  /** What a cluster of the earlier run is called, now or, where it is gone, then. */
  private String before(int cluster) {
    Optional<String> gone =
        changes.died().stream()
            .filter(died -> died.cluster() == cluster)
            .map(ClusterTransitions.Died::name)
            .findFirst();
    return gone.orElseGet(() -> site.name(cluster));
  }

  private <T> void table(
      Html html, String title, List<String> columns, List<T> rows, Consumer<T> cells) {
    if (rows.isEmpty()) {
      return;
    }
    html.open("section").leaf("h2", "%s (%s)".formatted(title, Numbers.count(rows.size())));
    html.open("div", "class", "wide").open("table", "aria-label", title);
    html.open("thead").open("tr");
    columns.forEach(column -> html.leaf("th", column, "scope", "col"));
    html.close().close().open("tbody");
    List<T> shown = rows.subList(0, Math.min(rows.size(), site.limits().rowsPerPage()));
    for (T row : shown) {
      html.open("tr");
      cells.accept(row);
      html.close();
    }
    html.close().close().close();
    if (shown.size() < rows.size()) {
      html.leaf(
          "p", "Showing the first %s.".formatted(Numbers.count(shown.size())), "class", "note");
    }
    html.close();
  }

  private void cluster(Html html, int cluster) {
    html.open("td");
    link(html, cluster);
    html.close();
  }

  private void link(Html html, int cluster) {
    html.open("a", "href", page.to(SiteIndex.clusterPage(cluster)));
    html.foreign(site.name(cluster)).close();
  }

  private static void cell(Html html, String words) {
    html.leaf("td", words);
  }
}
