package io.nomen.gallery.feed;

import io.nomen.NomenException;
import io.nomen.exchange.ImportJob;
import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.DuplicateGroup.Member;
import io.nomen.gallery.GalleryData.FailedImage;
import io.nomen.gallery.Thumbnail;
import io.nomen.image.Decoded;
import io.nomen.image.ImageBytes;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.RgbImage;
import io.nomen.run.ImageRow;
import io.nomen.run.ResemblanceColumns;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code images} of a run, as the gallery needs it: who failed, and where the others lie.
 */
final class ListedImages {
  private static final Logger LOG = LoggerFactory.getLogger(ListedImages.class);

  private final Storage storage;
  private final Table table;
  private final List<FailedImage> failed = new ArrayList<>();

  private ListedImages(Storage storage, Table table) {
    this.storage = storage;
    this.table = table;
    table.eachFile(this::failed).forEach(failed::addAll);
  }

  static ListedImages read(Snapshot run) {
    return new ListedImages(run.storage(), run.table("images"));
  }

  private List<FailedImage> failed(String uri) {
    List<String> statuses = new TableColumn(storage, uri, "status").strings();
    if (statuses.stream().allMatch(ImageRow.OK::equals)) {
      return List.of();
    }
    List<String> paths = new TableColumn(storage, uri, "path").strings();
    List<Optional<String>> reasons = new TableColumn(storage, uri, "reason").optionalStrings();
    return IntStream.range(0, paths.size())
        .filter(row -> !statuses.get(row).equals(ImageRow.OK))
        .mapToObj(
            row -> new FailedImage(paths.get(row), statuses.get(row), reasons.get(row).orElse("")))
        .toList();
  }

  List<FailedImage> failed() {
    return List.copyOf(failed);
  }

  /**
   * Images whose files are equal byte for byte, in groups of two and more.
   *
   * @param paths of the clustered images, in row order
   * @param clusters [paths]
   */
  List<DuplicateGroup> exactDuplicates(List<String> paths, int[] clusters) {
    Map<String, Integer> rows = new HashMap<>();
    for (int row = 0; row < paths.size(); row++) {
      rows.put(paths.get(row), row);
    }
    Map<String, List<DuplicateGroup.Member>> byDigest = new LinkedHashMap<>();
    for (List<Digest> part : table.eachFile(this::digests)) {
      for (Digest image : part) {
        Integer row = rows.get(image.path());
        if (row != null) {
          byDigest
              .computeIfAbsent(image.digest(), digest -> new ArrayList<>())
              .add(new DuplicateGroup.Member(image.path(), clusters[row]));
        }
      }
    }
    return byDigest.values().stream()
        .filter(members -> members.size() > 1)
        .map(members -> new DuplicateGroup(true, members))
        .toList();
  }

  private record Digest(String path, String digest) {}

  private List<Digest> digests(String uri) {
    List<String> listed = new TableColumn(storage, uri, "path").strings();
    List<Optional<String>> digests = new TableColumn(storage, uri, "digest").optionalStrings();
    return IntStream.range(0, listed.size())
        .filter(row -> digests.get(row).isPresent())
        .mapToObj(row -> new Digest(listed.get(row), digests.get(row).get()))
        .toList();
  }

  /** Where an image's bytes are. */
  record Place(String path, long offset, long bytes) implements Serializable {

    /** Its small picture by its path; nothing where the image can no longer be read. */
    Map<String, byte[]> thumbnail(Storage storage) {
      try {
        byte[] encoded = ImageBytes.read(storage, path, offset, bytes);
        DecodeOptions options = DecodeOptions.defaults();
        return ImageDecoder.decode(encoded, options) instanceof Decoded.Ok ok
            ? Map.of(path, Thumbnail.jpeg(picture(ok.image())))
            : Map.of();
      } catch (NomenException e) {
        StoreTrouble.stopUnlessOfOneFile(path, e);
        // The page shows the file's name in its place; the run's tables do not depend on it.
        return Map.of();
      } catch (RuntimeException | OutOfMemoryError e) {
        // Nor may a picture that cannot be made smaller end a job whose work is done.
        LOG.warn("{} has no thumbnail: {}", path, e.toString());
        return Map.of();
      }
    }

    private static BufferedImage picture(RgbImage image) {
      BufferedImage picture =
          new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
      int[] row = new int[image.width()];
      for (int y = 0; y < image.height(); y++) {
        for (int x = 0; x < row.length; x++) {
          int at = 3 * (y * image.width() + x);
          row[x] =
              ((image.rgb()[at] & 0xff) << 16)
                  | ((image.rgb()[at + 1] & 0xff) << 8)
                  | (image.rgb()[at + 2] & 0xff);
        }
        picture.setRGB(0, y, row.length, 1, row, 0, row.length);
      }
      return picture;
    }
  }

  /** Where the images called {@code wanted} are; rows that were never images are left out. */
  List<Place> places(List<String> wanted) {
    Set<String> names = new HashSet<>(wanted);
    Map<String, Place> found = new HashMap<>();
    table
        .eachFile(uri -> places(uri, names))
        .forEach(part -> part.forEach(place -> found.put(place.path(), place)));
    return wanted.stream().filter(found::containsKey).map(found::get).toList();
  }

  private List<Place> places(String uri, Set<String> names) {
    List<String> paths = new TableColumn(storage, uri, "path").strings();
    if (paths.stream().noneMatch(names::contains)) {
      return List.of();
    }
    List<Optional<String>> formats = new TableColumn(storage, uri, "format").optionalStrings();
    long[] offsets = new TableColumn(storage, uri, "offset").longs();
    long[] bytes = new TableColumn(storage, uri, "bytes").longs();
    return IntStream.range(0, paths.size())
        .filter(row -> !formats.get(row).equals(Optional.of(ImportJob.FORMAT)))
        .filter(row -> names.contains(paths.get(row)))
        .mapToObj(row -> new Place(paths.get(row), offsets[row], bytes[row]))
        .toList();
  }

  /** Groups of near-duplicates beside those of equal files. */
  static final class DuplicateGroups {
    private DuplicateGroups() {}

    /**
     * The groups of {@code exact}, then those of near-duplicates that are not one of them.
     *
     * @param exact groups of equal files
     * @param columns what the table {@code assignments} says
     * @param paths [N]
     * @param clusters [N]
     */
    static List<DuplicateGroup> of(
        List<DuplicateGroup> exact,
        ResemblanceColumns columns,
        List<String> paths,
        int[] clusters) {
      Map<String, Integer> equal = new HashMap<>();
      for (int group = 0; group < exact.size(); group++) {
        for (Member member : exact.get(group).members()) {
          equal.put(member.path(), group);
        }
      }
      Map<Integer, List<Member>> near = new TreeMap<>();
      for (int row = 0; row < paths.size(); row++) {
        if (columns.duplicateOf()[row] != row) {
          int first = columns.duplicateOf()[row];
          near.computeIfAbsent(first, f -> new ArrayList<>(List.of(member(f, paths, clusters))))
              .add(member(row, paths, clusters));
        }
      }
      List<DuplicateGroup> groups = new ArrayList<>(exact);
      for (List<Member> members : near.values()) {
        if (members.stream().map(m -> equal.getOrDefault(m.path(), -1)).distinct().count() > 1
            || !equal.containsKey(members.get(0).path())) {
          groups.add(new DuplicateGroup(false, members));
        }
      }
      return groups;
    }

    private static Member member(int row, List<String> paths, int[] clusters) {
      return new Member(paths.get(row), clusters[row]);
    }
  }
}
