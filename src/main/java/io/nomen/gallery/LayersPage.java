package io.nomen.gallery;

import io.nomen.gallery.GalleryData.LayerNode;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.SiteIndex;
import java.util.Comparator;
import java.util.List;

/** The layers as one tree, from the coarsest clusters to the finest. */
final class LayersPage {
  private final SiteIndex site;
  private final Page page;

  LayersPage(SiteIndex site) {
    this.site = site;
    this.page = new Page(site, Page.LAYERS);
  }

  /** The place on the page where {@code node} stands. */
  static String anchor(LayerNode node) {
    return "layer-" + node.layer() + "-" + node.cluster();
  }

  void write(PageSink sink) {
    sink.put(
        Page.LAYERS,
        page.with(
            "Layers",
            html -> {
              html.leaf("h1", "Layers");
              html.leaf("p", explanation(), "class", "lead");
              OverviewPages.filter(html, "layers");
              html.open("ul", "class", "layers", "id", "layers");
              site.data().layers().stream()
                  .filter(node -> node.layer() == 0)
                  .sorted(
                      Comparator.comparingLong(LayerNode::size)
                          .reversed()
                          .thenComparingInt(LayerNode::cluster))
                  .forEach(node -> item(html, node));
              html.close();
            }));
  }

  private String explanation() {
    int layers = 1 + site.data().layers().stream().mapToInt(LayerNode::layer).max().orElse(0);
    StringBuilder counts = new StringBuilder();
    for (int layer = 0; layer < layers; layer++) {
      int wanted = layer;
      long count = site.data().layers().stream().filter(n -> n.layer() == wanted).count();
      counts
          .append(layer == 0 ? "" : layer == layers - 1 ? " and " : ", ")
          .append(Numbers.count(count));
    }
    return "The same images in %s clusters, each made of whole clusters of the next."
        .formatted(counts);
  }

  private void item(Html html, LayerNode node) {
    html.open("li", "id", anchor(node));
    if (node.own()) {
      html.open("a", "href", page.to(SiteIndex.clusterPage(node.cluster())));
      html.foreign(node.name()).close();
    } else {
      html.open("span", "class", node.layer() == 0 ? "layer-top" : "").foreign(node.name()).close();
    }
    html.text(" ");
    html.leaf("span", Numbers.count(node.size()), "class", "note");
    List<LayerNode> parts = site.data().parts(node);
    // A cluster that was not cut says nothing twice.
    if (parts.size() > 1 || (!parts.isEmpty() && !node.own())) {
      html.open("ul");
      parts.forEach(part -> item(html, part));
      html.close();
    }
    html.close();
  }
}
