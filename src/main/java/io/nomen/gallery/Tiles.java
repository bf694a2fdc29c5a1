package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ImageEntry;
import io.nomen.gallery.Page.SiteIndex;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rows of small pictures. */
final class Tiles {
  private final SiteIndex site;
  private final Page page;

  Tiles(SiteIndex site, Page page) {
    this.site = site;
    this.page = page;
  }

  /** ThumbnailFiles with their confidence; {@code runnerUp} adds the cluster that came second. */
  void row(Html html, List<ImageEntry> images, boolean runnerUp) {
    html.open("ul", "class", runnerUp ? "tiles border" : "tiles");
    for (ImageEntry image : images) {
      html.open("li", "data-path", MapData.json(image.path())).open("figure");
      picture(html, image.path(), alternative(image));
      html.open("figcaption");
      html.leaf("span", Numbers.percent(image.confidence()), "class", "share");
      if (runnerUp) {
        image.runnerUp().ifPresent(second -> second(html, second));
      }
      html.leaf("bdi", new OriginalLink(image.path()).name(), "class", "file");
      html.close().close().close();
    }
    html.close();
  }

  /** One picture, linked to its original where that is a file of this machine. */
  void picture(Html html, String path, String alternative) {
    Optional<String> original = new OriginalLink(path).link();
    original.ifPresent(link -> html.open("a", "href", link));
    Optional<SiteIndex.Shown> thumbnail = site.thumbnail(path);
    if (thumbnail.isPresent()) {
      page.image(html, thumbnail.get(), alternative);
    } else {
      html.leaf("span", "no picture", "class", "blank", "role", "img", "aria-label", alternative);
    }
    original.ifPresent(link -> html.close());
  }

  private String alternative(ImageEntry image) {
    return "image of %s, confidence %s"
        .formatted(site.name(image.cluster()), Numbers.percent(image.confidence()));
  }

  private void second(Html html, ImageEntry.RunnerUp second) {
    html.open("span", "class", "second").text("or ");
    html.open("a", "href", page.to(SiteIndex.clusterPage(second.cluster())));
    html.foreign(site.name(second.cluster())).close();
    html.text(" " + Numbers.percent(second.confidence())).close();
  }

  /**
   * The original behind an image's path. Only a file of this machine becomes a link; what is in an
   * object store, in a tar or in a table is named and not linked, and a path can never be a link of
   * another kind ({@code javascript:}, {@code https:}).
   */
  record OriginalLink(String path) {
    private static final Pattern LOCAL =
        Pattern.compile("(?:file:(?://)?)?(/(?!/).*)", Pattern.DOTALL);
    private static final Pattern INSIDE_A_FILE =
        Pattern.compile(
            ".*(?:!/|\\.(?:tar|parquet)[#!/:]).*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final String PLAIN =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** Longer links would make pages large; the path is still shown. */
    private static final int LONGEST_LINK = 2048;

    /** The percent-encoded {@code file:} URI of the original. */
    Optional<String> link() {
      var local = LOCAL.matcher(path);
      if (!local.matches() || INSIDE_A_FILE.matcher(path).matches()) {
        return Optional.empty();
      }
      String link = "file://" + encode(local.group(1));
      return link.length() > LONGEST_LINK ? Optional.empty() : Optional.of(link);
    }

    /** The last part of the path, short enough for a caption. */
    String name() {
      int slash = path.lastIndexOf('/', path.length() - 2);
      return Numbers.shorten(path.substring(slash + 1), 40);
    }

    /** The path as a table shows it. */
    String shown() {
      return Numbers.shorten(path, 240);
    }

    /** Every byte but RFC 3986's unreserved characters and the slash is encoded. */
    private static String encode(String path) {
      StringBuilder out = new StringBuilder(path.length() + 16);
      for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
        if (PLAIN.indexOf(b) >= 0) {
          out.append((char) b);
        } else {
          out.append('%').append(HEX.toHexDigits(b));
        }
      }
      return out.toString();
    }
  }
}
