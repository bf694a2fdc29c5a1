package io.nomen.gallery;

import io.nomen.gallery.GalleryData.RunChange;
import io.nomen.gallery.GalleryData.RunChange.Flow;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What became of an earlier run's clusters: what split, joined, moved, came and went. */
final class ComparisonPage {
  private static final int MOST_FLOWS = 400;

  /** A trickle below this share of either cluster is a few images that moved. */
  private static final double SHARE = 0.1;

  private final SiteIndex site;
  private final Page page;
  private final RunChange change;

  ComparisonPage(SiteIndex site, RunChange change) {
    this.site = site;
    this.page = new Page(site, Page.COMPARISON);
    this.change = change;
  }

  void write(PageSink sink) {
    sink.put(
        Page.COMPARISON,
        page.with(
            "Changes since the run before",
            html -> {
              html.leaf("h1", "Changes since the run before");
              html.open("p", "class", "lead");
              html.text(
                  "Of %s in both runs %s where they were and %s. %s new and %s gone. %s the same in name and images."
                      .formatted(
                          Numbers.count(change.stayed() + change.allMoved(), "image", "images"),
                          Numbers.count(change.stayed(), "is", "are"),
                          Numbers.count(change.allMoved(), "moved", "moved"),
                          Numbers.count(change.added(), "is", "are"),
                          Numbers.count(change.gone(), "is", "are"),
                          Numbers.count(change.unchanged(), "cluster is", "clusters are")));
              html.text(" The run before is ").foreign(change.earlier()).text(".").close();
              groups(html, "Split", byFrom(), true);
              groups(html, "Joined", byTo(), false);
              flows(html);
              moved(html);
            }));
  }

  private List<Flow> broad() {
    return change.flows().stream()
        .filter(
            flow ->
                flow.images() >= SHARE * flow.fromSize()
                    || flow.images()
                        >= SHARE
                            * site.plan().cluster(flow.to()).map(c -> c.card().size()).orElse(0L))
        .toList();
  }

  private Map<Integer, List<Flow>> byFrom() {
    return several(
        broad().stream()
            .filter(flow -> flow.images() >= SHARE * flow.fromSize())
            .collect(Collectors.groupingBy(Flow::from, TreeMap::new, Collectors.toList())));
  }

  private Map<Integer, List<Flow>> byTo() {
    return several(
        broad().stream()
            .filter(
                flow ->
                    flow.images()
                        >= SHARE
                            * site.plan().cluster(flow.to()).map(c -> c.card().size()).orElse(0L))
            .collect(Collectors.groupingBy(Flow::to, TreeMap::new, Collectors.toList())));
  }

  private static Map<Integer, List<Flow>> several(Map<Integer, List<Flow>> groups) {
    groups.values().removeIf(flows -> flows.size() < 2);
    return groups;
  }

  private void groups(Html html, String title, Map<Integer, List<Flow>> groups, boolean split) {
    if (groups.isEmpty()) {
      return;
    }
    html.leaf("h2", title);
    html.open("ul", "class", "changed");
    groups.forEach(
        (number, flows) -> {
          html.open("li");
          if (split) {
            html.foreign(flows.get(0).fromName()).text(" into ");
          } else {
            link(html, number);
            html.text(" out of ");
          }
          for (int i = 0; i < flows.size(); i++) {
            html.text(i == 0 ? "" : i == flows.size() - 1 ? " and " : ", ");
            if (split) {
              link(html, flows.get(i).to());
            } else {
              html.foreign(flows.get(i).fromName());
            }
            html.text(" (" + Numbers.count(flows.get(i).images()) + ")");
          }
          html.close();
        });
    html.close();
  }

  private void link(Html html, int cluster) {
    html.open("a", "href", page.to(SiteIndex.clusterPage(cluster)));
    html.foreign(site.name(cluster)).close();
  }

  private void flows(Html html) {
    if (change.flows().isEmpty()) {
      return;
    }
    html.leaf("h2", "Where images went");
    if (change.flows().size() > MOST_FLOWS) {
      html.leaf(
          "p",
          "The largest %s of %s."
              .formatted(Numbers.count(MOST_FLOWS), Numbers.count(change.flows().size())),
          "class",
          "note");
    }
    html.open("div", "class", "wide").open("table");
    html.open("thead").open("tr");
    for (String head : List.of("Before", "Now", "Images", "Of the cluster before")) {
      html.leaf("th", head, "scope", "col");
    }
    html.close().close();
    html.open("tbody");
    change.flows().stream()
        .limit(MOST_FLOWS)
        .forEach(
            flow -> {
              html.open("tr");
              html.open("td").foreign(flow.fromName()).close();
              html.open("td");
              link(html, flow.to());
              html.close();
              html.leaf("td", Numbers.count(flow.images()));
              html.leaf("td", Numbers.percent((double) flow.images() / flow.fromSize()));
              html.close();
            });
    html.close().close().close();
  }

  private void moved(Html html) {
    if (change.moved().isEmpty()) {
      return;
    }
    html.leaf("h2", "Images that moved");
    if (change.moved().size() < change.allMoved()) {
      html.leaf(
          "p",
          "%s of %s."
              .formatted(Numbers.count(change.moved().size()), Numbers.count(change.allMoved())),
          "class",
          "note");
    }
    new Tiles(site, page).row(html, change.moved(), false);
  }
}
