package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.image.Bucket.FileBucket;
import io.nomen.image.Bucket.TarBucket;
import io.nomen.image.BucketReader.SkippedCounts;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lists inputs: folders with all that they hold, globs, single files, WebDataset shards. Hidden
 * files, empty ones and what cannot be read are listed too, and each becomes a row. What is no
 * image of a user's, as {@link SideFiles} knows, and the outputs of runs are left out and counted.
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

  /** What each output of a run has in it from its first second on. */
  private static final Pattern RUN_FILE = Pattern.compile("(.*/)(?:_LEASE|_CURRENT|_stages/.*)");

  private static final Pattern TABLE_NAME =
      Pattern.compile("[.](?:csv|tsv|txt|jsonl?|ndjson|lst)$", Pattern.CASE_INSENSITIVE);

  private static final String RUNS = "files in outputs of runs";
  private static final String PARQUET = "Parquet files without --image-column";

  private final Storage storage;
  private final InventoryOptions options;

  /** By path in code point order, which is also the order of Spark's strings. */
  private final SortedMap<String, ListedFile> files = new TreeMap<>(Inventory::byCodePoint);

  private final SkippedCounts leftOut = new SkippedCounts();

  /** How many files were come upon, those that several inputs reach more than once. */
  private int taken;

  private Inventory(Storage storage, InventoryOptions options) {
    this.storage = storage;
    this.options = options;
  }

  /**
   * What inputs hold.
   *
   * @param buckets plain files first, then shards, each in path order
   * @param leftOut what was left out at first sight, by kind; reading leaves out more
   */
  public record Listing(List<Bucket> buckets, SortedMap<String, Long> leftOut) {}

  /**
   * The buckets of all inputs together: plain files first, then shards, each in path order. A file
   * that several inputs reach is listed once.
   *
   * @throws NomenException when an input names nothing that is there, or there is no image
   */
  public static List<Bucket> list(Storage storage, List<String> inputs, InventoryOptions options) {
    return listing(storage, inputs, options).buckets();
  }

  /** The same, with what is left out. */
  public static Listing listing(Storage storage, List<String> inputs, InventoryOptions options) {
    Inventory inventory = new Inventory(storage, options);
    for (String input : inputs) {
      inventory.addAll(input);
    }
    List<Bucket> buckets = inventory.buckets(inputs);
    return new Listing(buckets, inventory.leftOut.counts());
  }

  /** The words for inputs without an image. */
  public static NomenException noImage(List<String> inputs, SortedMap<String, Long> leftOut) {
    return NomenException.input(
        "There is no image in %s%s."
            .formatted(
                String.join(", ", inputs),
                leftOut.isEmpty() ? "" : "; left out: " + SkippedCounts.describe(leftOut)));
  }

  /** WebDataset's lists, {@code a.tar::b.tar}, and ranges; every name must be there. */
  private void addAll(String input) {
    if (storage.qualify(input).startsWith("file:") && LocalWalk.exists(local(input))) {
      add(input);
      return;
    }
    for (String part : input.split("::", -1)) {
      Glob.ranges(part).forEach(this::add);
    }
  }

  private Path local(String input) {
    return LocalPath.of(storage.qualify(input));
  }

  private void add(String input) {
    String uri = storage.qualify(input);
    try {
      if (LocalPath.isLocal(uri)) {
        addLocal(input, uri);
      } else {
        RemoteWalk.walk(storage.fileSystem(uri), uri, this::take);
      }
    } catch (IOException e) {
      String reason = LocalPath.isLocal(uri) ? LocalWalk.reason(e) : StorageFailure.reason(e);
      throw NomenException.input("Cannot list %s: %s.".formatted(input, reason), e);
    }
  }

  private void take(String relative, ListedFile file) {
    taken++;
    if (SideFiles.inSystemFolder(relative)) {
      leftOut.add(SideFiles.FOLDERS);
    } else {
      files.put(file.path(), file);
    }
  }

  private void addLocal(String input, String uri) throws IOException {
    Path path = LocalPath.of(uri);
    if (LocalWalk.exists(path)) {
      new LocalWalk(uri, this::take).walk(path);
      return;
    }
    int before = taken;
    boolean found = false;
    String folder = Glob.folder(uri);
    if (Glob.isPattern(uri) && Glob.isDeep(uri)) {
      String pattern = LocalWalk.relative(folder, uri);
      if (LocalWalk.exists(LocalPath.of(folder))) {
        new LocalWalk(folder, (relative, file) -> takeMatch(pattern, relative, file))
            .walk(LocalPath.of(folder));
      }
    } else if (Glob.isPattern(uri)) {
      LocalWalk walk = new LocalWalk(folder, this::take);
      List<Path> matches = Glob.local(uri);
      matches.forEach(walk::walk);
      found = !matches.isEmpty();
    }
    if (taken == before && !found) {
      throw NomenException.input(
          "There is nothing at %s; give a folder, a file, a glob in quotes or a URI."
              .formatted(input));
    }
  }

  private void takeMatch(String pattern, String relative, ListedFile file) {
    if (Glob.reaches(pattern, relative)) {
      take(relative, file);
    }
  }

  private List<Bucket> buckets(List<String> inputs) {
    leaveOutRuns(inputs);
    List<ListedFile> marked = SideFiles.mark(files.values());
    Set<ListedFile> copies = SideFiles.copies(marked);
    copies.forEach(copy -> leftOut.add(SideFiles.COPIES));
    List<ListedFile> plain = new ArrayList<>();
    List<ListedFile> tables = new ArrayList<>();
    List<ListedFile> shards = new ArrayList<>();
    for (ListedFile file : marked) {
      if (file.side().equals(SideFiles.SYSTEM) || isBesideParquet(file)) {
        leftOut.add(SideFiles.SYSTEM);
      } else if (isCalled(file, ".parquet")) {
        tables.add(file);
      } else if (!copies.contains(file)) {
        (isTar(file) ? shards : plain).add(file);
      }
    }
    boolean onlyTables = shards.isEmpty() && plain.stream().noneMatch(f -> f.side().isEmpty());
    if (options.imageColumn().isPresent()) {
      shards.addAll(tables);
      shards.sort((a, b) -> byCodePoint(a.path(), b.path()));
    } else if (onlyTables && !tables.isEmpty()) {
      throw ParquetImages.withoutColumn(storage, tables.get(0).path());
    } else {
      tables.forEach(table -> leftOut.add(PARQUET));
    }
    requireImages(inputs, plain, shards);
    List<Bucket> buckets = new ArrayList<>();
    int each = filesPerBucket(plain.size());
    for (int from = 0; from < plain.size(); from += each) {
      int to = Math.min(plain.size(), from + each);
      buckets.add(new FileBucket(buckets.size(), plain.subList(from, to)));
    }
    for (ListedFile shard : shards) {
      if (isCalled(shard, ".parquet")) {
        buckets.addAll(ParquetImages.buckets(storage, shard, options, buckets.size()));
      } else {
        buckets.add(new TarBucket(buckets.size(), shard.path(), shard.length(), shard.modified()));
      }
    }
    return List.copyOf(buckets);
  }

  /** Tables and thumbnails of this or an earlier run are no pictures of the user's. */
  private void leaveOutRuns(List<String> inputs) {
    Set<String> runs = new HashSet<>();
    for (String path : files.keySet()) {
      Matcher file = RUN_FILE.matcher(path);
      if (file.matches()) {
        runs.add(file.group(1));
      }
    }
    for (String input : inputs) {
      if (runs.contains(storage.qualify(input).replaceAll("/+$", "") + "/")) {
        throw NomenException.usage(
            "--input %s is the output of a run; name the folder of the images, or that one as --embeddings."
                .formatted(input));
      }
    }
    if (!runs.isEmpty()) {
      files
          .keySet()
          .removeIf(
              path -> {
                boolean inside = isBelow(path, runs);
                if (inside) {
                  leftOut.add(RUNS);
                }
                return inside;
              });
    }
  }

  private static boolean isBelow(String path, Set<String> folders) {
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (folders.contains(path.substring(0, slash + 1))) {
        return true;
      }
    }
    return false;
  }

  private void requireImages(List<String> inputs, List<ListedFile> plain, List<ListedFile> shards) {
    if (plain.isEmpty() && shards.isEmpty()) {
      throw noImage(inputs, leftOut.counts());
    }
    boolean table =
        shards.isEmpty() && plain.stream().allMatch(f -> TABLE_NAME.matcher(f.name()).find());
    if (table && plain.stream().allMatch(f -> inputs.stream().anyMatch(i -> names(i, f)))) {
      throw NomenException.input(
          "%s is a table or a text, not an image. Lists of paths are not read: give the folder or a glob; what lies behind URLs is fetched first, for example by img2dataset, whose .tar shards are read."
              .formatted(plain.get(0).path()));
    }
  }

  private boolean names(String input, ListedFile file) {
    return storage.qualify(input).equals(file.path());
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
    if (isCalled(file, ".tar") || (file.trouble().isEmpty() && isCompressedTar(file.name()))) {
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
      StorageFailure.stopUnlessOfOneFile(file.path(), e);
      // It is listed all the same, and its row will say what is wrong.
      return false;
    }
  }

  /** What writers of Parquet leave beside their files is no input. */
  private boolean isBesideParquet(ListedFile file) {
    return options.imageColumn().isPresent()
        && (file.name().startsWith("_") || file.name().startsWith("."));
  }

  /** A shard through gzip, by its name. */
  static boolean isCompressedTar(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    return lower.endsWith(".tar.gz") || lower.endsWith(".tgz");
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

  /**
   * How inputs are listed.
   *
   * @param filesPerBucket most plain files in one bucket
   * @param imageColumn binary column of Parquet inputs; without it Parquet files are no images
   * @param labelColumn column of Parquet inputs that holds labels
   * @param pathColumn column of Parquet inputs that names their images
   */
  public record InventoryOptions(
      int filesPerBucket,
      Optional<String> imageColumn,
      Optional<String> labelColumn,
      Optional<String> pathColumn) {
    public static final int DEFAULT_FILES_PER_BUCKET = 2000;

    public InventoryOptions {
      if (filesPerBucket < 1) {
        throw new IllegalArgumentException(
            "a bucket holds at least one file, not " + filesPerBucket);
      }
    }

    /** Buckets of {@value #DEFAULT_FILES_PER_BUCKET} files, no Parquet columns. */
    public static InventoryOptions defaults() {
      return new InventoryOptions(
          DEFAULT_FILES_PER_BUCKET, Optional.empty(), Optional.empty(), Optional.empty());
    }
  }
}
