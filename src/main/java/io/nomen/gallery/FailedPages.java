package io.nomen.gallery;

import io.nomen.gallery.GalleryData.FailedImage;
import io.nomen.gallery.GalleryData.RunFacts;
import io.nomen.gallery.Page.PageSink;
import io.nomen.gallery.Page.Paging;
import io.nomen.gallery.Page.SiteIndex;
import io.nomen.gallery.Tiles.OriginalLink;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Images that were listed and could not be used, each with its reason. */
final class FailedPages {
  /** What the statuses of the images table mean, for somebody who has not read its page. */
  private static final Map<String, String> MEANING =
      Map.of(
          "empty", "the file has no bytes",
          "not-an-image", "the first bytes are not those of an image",
          "unsupported", "an image of a kind that is not read",
          "truncated", "the file ends before the picture does",
          "corrupt", "the picture's data contradict themselves",
          "too-large", "more pixels than the limit allows",
          "timeout", "decoding took too long",
          "unreadable", "the file system did not give the file");

  private final SiteIndex site;
  private final Paging<FailedImage> failed;

  FailedPages(SiteIndex site) {
    this.site = site;
    this.failed =
        new Paging<>(
            site.data().failed().stream()
                .sorted(Comparator.comparing(FailedImage::status).thenComparing(FailedImage::path))
                .toList(),
            site.limits().rowsPerPage());
  }

  void write(PageSink sink) {
    for (int page = 1; page <= failed.pages(); page++) {
      sink.put(SiteIndex.paged(Page.FAILED, page), page(page));
    }
  }

  private Html page(int number) {
    Page page = new Page(site, SiteIndex.paged(Page.FAILED, number));
    List<FailedImage> here = failed.page(number);
    return page.with(
        "Failed images",
        html -> {
          html.leaf("h1", number == 1 ? "Failed images" : "Failed images, page " + number);
          summary(html);
          page.pager(html, "failed images", Page.FAILED, number, failed.pages());
          if (!here.isEmpty()) {
            table(html, here);
          }
          page.pager(html, "failed images", Page.FAILED, number, failed.pages());
        });
  }

  private void summary(Html html) {
    RunFacts.Counts counts = site.data().facts().counts();
    if (counts.bad() == 0) {
      html.leaf("p", "None. Every listed image was read and embedded.", "class", "lead");
      return;
    }
    html.leaf(
        "p",
        "%s of %s listed could not be used; each is a row of the images table."
            .formatted(
                Numbers.count(counts.bad(), "image", "images"), Numbers.count(counts.listed())),
        "class",
        "lead");
    if (failed.items().size() < counts.bad()) {
      html.leaf(
          "p",
          "Showing %s of them.".formatted(Numbers.count(failed.items().size())),
          "class",
          "note");
    }
    Map<String, Long> byStatus =
        failed.items().stream()
            .collect(
                Collectors.groupingBy(FailedImage::status, TreeMap::new, Collectors.counting()));
    html.open("dl", "class", "statuses");
    byStatus.forEach(
        (status, count) -> {
          html.open("div").open("dt").foreign(status).close();
          String meaning = MEANING.get(status);
          html.leaf("dd", Numbers.count(count) + (meaning == null ? "" : ": " + meaning)).close();
        });
    html.close();
  }

  private static void table(Html html, List<FailedImage> failed) {
    html.open("div", "class", "wide").open("table").leaf("caption", "By status, then by path");
    html.open("thead").open("tr");
    for (String column : List.of("Image", "Status", "Reason")) {
      html.leaf("th", column, "scope", "col");
    }
    html.close().close().open("tbody");
    for (FailedImage image : failed) {
      OriginalLink original = new OriginalLink(image.path());
      Optional<String> link = original.link();
      html.open("tr").open("td", "class", "path");
      link.ifPresent(to -> html.open("a", "href", to));
      html.foreign(original.shown());
      link.ifPresent(to -> html.close());
      html.close();
      html.open("td").foreign(image.status()).close();
      html.open("td").foreign(Numbers.shorten(image.reason(), 300)).close();
      html.close();
    }
    html.close().close().close();
  }
}
