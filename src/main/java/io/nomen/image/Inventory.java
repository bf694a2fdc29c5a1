package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Lists inputs: folders with all that they hold, globs, single files, WebDataset shards. Nothing is
 * left out: hidden files, empty ones and what cannot be read are listed too, and each becomes a
 * row.
 *
 * <p>Own listing, because Spark's {@code binaryFile} drops hidden and empty files, and because the
 * order must not depend on the file system's.
 */
public final class Inventory {
  private static final int BUCKETS_OF_FEW_FILES = 32;
  private static final int FEWEST_FILES_PER_BUCKET = 64;
  private static final long LARGE = 8L << 20;
  private static final Pattern IMAGE_NAME =
      Pattern.compile(
          "[.](?:jpe?g|jfif|png|gif|bmp|webp|tiff?|parquet)$", Pattern.CASE_INSENSITIVE);

  private final Storage storage;
  private final InventoryOptions options;

  /** By path in code point order, which is also the order of Spark's strings. */
  private final SortedMap<String, ListedFile> files = new TreeMap<>(Inventory::byCodePoint);

  private Inventory(Storage storage, InventoryOptions options) {
    this.storage = storage;
    this.options = options;
  }

  /**
   * The buckets of all inputs together: plain files first, then shards, each in path order. A file
   * that several inputs reach is listed once.
   *
   * @throws NomenException when an input names nothing that is there
   */
  public static List<Bucket> list(Storage storage, List<String> inputs, InventoryOptions options) {
    Inventory inventory = new Inventory(storage, options);
    inputs.forEach(inventory::add);
    return inventory.buckets();
  }

  private void add(String input) {
    String uri = storage.qualify(input);
    try {
      if (LocalPath.isLocal(uri)) {
        addLocal(input, uri);
      } else {
        RemoteWalk.walk(storage.fileSystem(uri), uri, file -> files.put(file.path(), file));
      }
    } catch (IOException e) {
      String reason = LocalPath.isLocal(uri) ? LocalWalk.reason(e) : StoreTrouble.reason(e);
      throw NomenException.input("Cannot list %s: %s.".formatted(input, reason), e);
    }
  }

  private void addLocal(String input, String uri) throws IOException {
    Path path = LocalPath.of(uri);
    if (LocalWalk.exists(path)) {
      new LocalWalk(uri, file -> files.put(file.path(), file)).walk(path);
      return;
    }
    List<Path> matches = Glob.isPattern(uri) ? Glob.local(uri) : List.of();
    if (matches.isEmpty()) {
      throw NomenException.input(
          "There is nothing at %s; give a folder, a file, a glob in quotes or a URI."
              .formatted(input));
    }
    LocalWalk walk = new LocalWalk(Glob.folder(uri), file -> files.put(file.path(), file));
    matches.forEach(walk::walk);
  }

  private List<Bucket> buckets() {
    List<ListedFile> plain = new ArrayList<>();
    List<ListedFile> shards = new ArrayList<>();
    for (ListedFile file : Companions.mark(files.values())) {
      if (!isBesideParquet(file)) {
        (isTar(file) || isParquet(file) ? shards : plain).add(file);
      }
    }
    List<Bucket> buckets = new ArrayList<>();
    int each = filesPerBucket(plain.size());
    for (int from = 0; from < plain.size(); from += each) {
      int to = Math.min(plain.size(), from + each);
      buckets.add(new FileBucket(buckets.size(), plain.subList(from, to)));
    }
    for (ListedFile shard : shards) {
      if (isTar(shard)) {
        buckets.add(new TarBucket(buckets.size(), shard.path(), shard.length()));
      } else {
        buckets.addAll(ParquetImages.buckets(storage, shard.path(), options, buckets.size()));
      }
    }
    return List.copyOf(buckets);
  }

  /** Few files make small buckets, so that several cores have work; by their number alone. */
  private int filesPerBucket(int files) {
    int spread = (files + BUCKETS_OF_FEW_FILES - 1) / BUCKETS_OF_FEW_FILES;
    return Math.min(options.filesPerBucket(), Math.max(FEWEST_FILES_PER_BUCKET, spread));
  }

  /**
   * By name, because opening a million files to look would cost more than reading the shards; but a
   * large file that is not called like an image is looked into, so that it becomes a bucket of its
   * own. Smaller shards under other names are found when they are read.
   */
  private boolean isTar(ListedFile file) {
    if (isCalled(file, ".tar")) {
      return true;
    }
    if (file.length() < LARGE
        || !file.trouble().isEmpty()
        || IMAGE_NAME.matcher(file.name()).find()) {
      return false;
    }
    try (InputStream in = ImageFile.open(storage, file.path(), 0)) {
      return TarHeader.begins(in.readNBytes(TarHeader.BLOCK));
    } catch (IOException e) {
      StoreTrouble.stopUnlessOfOneFile(file.path(), e);
      // It is listed all the same, and its row will say what is wrong.
      return false;
    }
  }

  private boolean isParquet(ListedFile file) {
    return options.imageColumn().isPresent() && isCalled(file, ".parquet");
  }

  /** What writers of Parquet leave beside their files is no input. */
  private boolean isBesideParquet(ListedFile file) {
    return options.imageColumn().isPresent()
        && (file.name().startsWith("_") || file.name().startsWith("."));
  }

  private static boolean isCalled(ListedFile file, String end) {
    return file.trouble().isEmpty() && file.name().toLowerCase(Locale.ROOT).endsWith(end);
  }

  private static int byCodePoint(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char left = a.charAt(i);
      char right = b.charAt(i);
      if (left != right) {
        boolean pairs = Character.isSurrogate(left) != Character.isSurrogate(right);
        // Surrogates stand for code points above all single characters.
        return pairs ? (Character.isSurrogate(left) ? 1 : -1) : Character.compare(left, right);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
