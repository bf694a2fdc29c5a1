package io.nomen.gallery;

import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What was run, with what, on what, how long, how well. */
final class FactsPage {
  private final SiteIndex site;
  private final RunFacts facts;

  FactsPage(SiteIndex site) {
    this.site = site;
    this.facts = site.data().facts();
  }

  void write(PageSink sink) {
    Page page = new Page(site, Page.FACTS);
    sink.put(
        Page.FACTS,
        page.with(
            "About this run",
            html -> {
              html.leaf("h1", "About this run");
              facts.remarks().forEach(r -> html.open("p", "class", "lead").foreign(r).close());
              table(html, "Run", run());
              table(html, "Quality, without labels", numbers(facts.quality()));
              table(html, "Agreement with the labels, in per cent", numbers(facts.scores()));
              curves(html);
              table(html, "Time", times());
              table(html, "Options", facts.options());
              table(html, "Versions", facts.versions());
              command(html);
            }));
  }

  private Map<String, String> run() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("Run", facts.runId());
    rows.put("Published", Numbers.moment(facts.created(), site.plan().language().locale()));
    rows.put("Method", facts.method());
    facts.model().ifPresent(model -> rows.put("Model", model));
    facts.vocabulary().ifPresent(words -> rows.put("Vocabulary", words));
    rows.put("Clusters", Numbers.count(site.plan().clusters().size()));
    rows.put("Images listed", Numbers.count(facts.counts().listed()));
    rows.put("Images embedded", Numbers.count(facts.counts().embedded()));
    rows.put("Images that could not be used", Numbers.count(facts.counts().bad()));
    rows.put("Seed", String.valueOf(facts.seed()));
    return rows;
  }

  private static Map<String, String> numbers(Map<String, Double> numbers) {
    Map<String, String> rows = new LinkedHashMap<>();
    numbers.forEach((name, number) -> rows.put(name, Numbers.decimal(number)));
    return rows;
  }

  private Map<String, String> times() {
    Map<String, String> rows = new LinkedHashMap<>();
    facts.secondsByStage().forEach((stage, seconds) -> rows.put(stage, Numbers.seconds(seconds)));
    if (rows.size() > 1) {
      double all =
          facts.secondsByStage().values().stream().collect(Collectors.summingDouble(s -> s));
      rows.put("All stages", Numbers.seconds(all));
    }
    return rows;
  }

  private static void table(Html html, String title, Map<String, String> rows) {
    if (rows.isEmpty()) {
      return;
    }
    html.open("section").leaf("h2", title).open("div", "class", "wide");
    html.open("table", "class", "pairs", "aria-label", title).open("tbody");
    rows.forEach(
        (name, value) -> {
          html.open("tr").open("th", "scope", "row").foreign(name).close();
          html.open("td").foreign(Numbers.shorten(value, 2000)).close().close();
        });
    html.close().close().close().close();
  }

  private void curves(Html html) {
    if (facts.curves().isEmpty()) {
      return;
    }
    html.open("section").leaf("h2", "Curves").open("div", "class", "curves");
    facts.curves().forEach(curve -> new CurveChart(curve).write(html));
    html.close().close();
  }

  private void command(Html html) {
    facts
        .command()
        .ifPresent(
            command -> {
              html.open("section").leaf("h2", "To run it again").open("pre").open("code");
              html.foreign(command).close().close().close();
            });
  }
}
