package io.nomen.gallery;

import io.nomen.gallery.ClusterCard.NearCluster;
import io.nomen.gallery.ClusterCard.NounScore;
import java.util.List;

/** The top of a cluster's page: the most typical image, what the name means, what is near. */
final class ClusterPortrait {
  private final Site site;
  private final Page page;
  private final ClusterSample cluster;
  private final ClusterCard card;

  ClusterPortrait(Site site, Page page, ClusterSample cluster) {
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
    facts(html);
    nouns(html);
    centreNouns(html);
    html.close().close();
    near(html);
  }

  private void medoid(Html html, ImageEntry medoid) {
    html.open("figure", "class", "medoid");
    new Tiles(site, page).picture(html, medoid.path(), "the most typical image of " + card.name());
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

  private void facts(Html html) {
    html.open("dl", "class", "facts");
    fact(html, "Images", Figures.count(card.size()));
    fact(html, "Mean confidence", Figures.percent(card.meanConfidence()));
    card.silhouette().ifPresent(s -> fact(html, "Silhouette", Figures.decimal(s)));
    card.wordsFit()
        .ifPresent(
            fit ->
                fact(
                    html,
                    "The words fit",
                    "%s (ρ %s)".formatted(fit.degree(), Figures.decimal(fit.rho()))));
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
      html.leaf("span", Figures.decimal(noun.score()), "class", "score");
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
    html.empty("rect", "class", "value", "width", Figures.tenths(share * 100), "height", "4");
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
      html.open("a", "href", page.to(Site.clusterPage(near.number())));
      if (site.hasMosaic(near.number())) {
        html.empty(
            "img",
            "src",
            page.to(Site.mosaic(near.number())),
            "alt",
            "",
            "width",
            String.valueOf(Mosaic.WIDTH),
            "height",
            String.valueOf(Mosaic.HEIGHT),
            "loading",
            "lazy");
      }
      html.foreign(site.name(near.number())).close();
      html.leaf("span", "similarity " + Figures.decimal(near.similarity()), "class", "note");
      if (near.nearlySame()) {
        html.leaf("strong", "nearly the same");
      }
      html.close();
    }
    html.close().close();
  }
}
