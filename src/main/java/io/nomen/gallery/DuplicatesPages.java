package io.nomen.gallery;

import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.DuplicateGroup.Member;
import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.Paging;
import io.nomen.gallery.Page.SiteIndex;
import io.nomen.gallery.Tiles.OriginalLink;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/** Images that show the same picture, exact copies first. */
final class DuplicatesPages {
  private static final int GROUPS_PER_PAGE = 60;

  private final SiteIndex site;
  private final Paging<DuplicateGroup> groups;

  DuplicatesPages(SiteIndex site) {
    this.site = site;
    this.groups = new Paging<>(ordered(site.data().duplicates()), GROUPS_PER_PAGE);
  }

  /** Exact ones first, larger ones first. */
  static List<DuplicateGroup> ordered(List<DuplicateGroup> groups) {
    return groups.stream()
        .sorted(
            Comparator.<DuplicateGroup, Boolean>comparing(group -> !group.exact())
                .thenComparing(group -> -group.size())
                .thenComparing(group -> group.members().get(0).path()))
        .toList();
  }

  void write(PageSink sink) {
    for (int page = 1; page <= groups.pages(); page++) {
      sink.put(SiteIndex.paged(Page.DUPLICATES, page), page(page));
    }
  }

  private Html page(int number) {
    Page page = new Page(site, SiteIndex.paged(Page.DUPLICATES, number));
    return page.with(
        "Duplicates",
        html -> {
          html.leaf("h1", number == 1 ? "Duplicates" : "Duplicates, page " + number);
          html.leaf("p", summary(), "class", "lead");
          if (isCut(true) || isCut(false)) {
            html.leaf(
                "p",
                "The largest %s groups of a kind are shown; the tables have them all."
                    .formatted(Numbers.count(DuplicateGroup.MOST)),
                "class",
                "note");
          }
          page.pager(html, "duplicates", Page.DUPLICATES, number, groups.pages());
          groups.page(number).forEach(group -> group(html, page, group));
          page.pager(html, "duplicates", Page.DUPLICATES, number, groups.pages());
        });
  }

  private boolean isCut(boolean exact) {
    return groups.items().stream().filter(group -> group.exact() == exact).count()
        >= DuplicateGroup.MOST;
  }

  private String summary() {
    long exact = groups.items().stream().filter(DuplicateGroup::exact).count();
    long images = groups.items().stream().mapToLong(DuplicateGroup::size).sum();
    return "%s in %s of the same picture: %s exact, %s nearly so. Nothing was removed."
        .formatted(
            Numbers.count(images, "image", "images"),
            Numbers.count(groups.items().size(), "group", "groups"),
            Numbers.count(exact),
            Numbers.count(groups.items().size() - exact));
  }

  private void group(Html html, Page page, DuplicateGroup group) {
    long size = group.size();
    List<Member> shown =
        group
            .members()
            .subList(0, Math.min(group.members().size(), GalleryPlan.MEMBERS_OF_DUPLICATES));
    long clusters = group.members().stream().map(Member::cluster).distinct().count();
    html.open("section");
    html.leaf(
        "h2",
        "%s %s%s"
            .formatted(
                Numbers.count(size),
                group.exact() ? "equal images" : "nearly equal images",
                clusters > 1 ? ", in " + Numbers.count(clusters) + " clusters" : ""));
    html.open("ul", "class", "tiles");
    for (Member member : shown) {
      member(html, page, member);
    }
    html.close();
    if (shown.size() < size) {
      html.leaf("p", "And %s more.".formatted(Numbers.count(size - shown.size())), "class", "note");
    }
    html.close();
  }

  private void member(Html html, Page page, Member member) {
    html.open("li").open("figure");
    new Tiles(site, page).picture(html, member.path(), "image of " + site.name(member.cluster()));
    html.open("figcaption");
    html.open("a", "href", page.to(SiteIndex.clusterPage(member.cluster())));
    html.foreign(site.name(member.cluster())).close();
    html.leaf("bdi", new OriginalLink(member.path()).name(), "class", "file");
    html.close().close().close();
  }

  /** The images that are furthest from all others, furthest first. */
  static final class OutliersPage {
    private final SiteIndex site;

    OutliersPage(SiteIndex site) {
      this.site = site;
    }

    void write(PageSink sink) {
      Page page = new Page(site, Page.OUTLIERS);
      List<ImageEntry> outliers = site.data().outliers();
      sink.put(
          Page.OUTLIERS,
          page.with(
              "Outliers",
              html -> {
                html.leaf("h1", "Outliers");
                html.leaf(
                    "p",
                    "The %s furthest from everything else, furthest first. The number is the mean distance to the nearest images; what is far away is rare, broken, or in the wrong set."
                        .formatted(Numbers.count(outliers.size(), "image", "images")),
                    "class",
                    "lead");
                html.open("ul", "class", "tiles");
                outliers.forEach(image -> tile(html, page, image));
                html.close();
              }));
    }

    private void tile(Html html, Page page, ImageEntry image) {
      html.open("li").open("figure");
      new Tiles(site, page).picture(html, image.path(), "image of " + site.name(image.cluster()));
      html.open("figcaption");
      OptionalDouble score = image.outlierScore();
      score.ifPresent(value -> html.leaf("span", Numbers.decimal(value), "class", "share"));
      html.open("a", "href", page.to(SiteIndex.clusterPage(image.cluster())));
      html.foreign(site.name(image.cluster())).close();
      html.leaf("bdi", new OriginalLink(image.path()).name(), "class", "file");
      html.close().close().close();
    }
  }
}
