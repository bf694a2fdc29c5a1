package io.nomen.encode;

import com.fasterxml.jackson.core.type.TypeReference;
import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipModel;
import io.nomen.clip.TowerSpec.VisionSpec;
import io.nomen.encode.EncodeTask.BucketManifest;
import io.nomen.encode.EncodeTask.BucketManifest.BadImage;
import io.nomen.image.Bucket;
import io.nomen.image.Bucket.FileBucket;
import io.nomen.image.Bucket.ParquetBucket;
import io.nomen.image.Bucket.TarBucket;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.BucketReader.SkippedCounts;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.Inventory;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord.Counts;
import io.nomen.run.Table;
import io.nomen.spark.LiveCount;
import io.nomen.spark.Placement;
import io.nomen.spark.Sessions;
import io.nomen.store.Digests;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Images to embeddings, bucket by bucket. A bucket with a manifest is never encoded again: that is
 * what a killed run goes on from.
 */
public final class EncodeStage {
  static final String NAME = "encode";
  static final String BAD = "bad";
  static final String SECOND_MODEL = "second-model";

  /** To be raised where a version of Nomen gives other embeddings of the same images. */
  private static final String GENERATION = "1";

  private final JobContext context;
  private final RunFolder folder;
  private final EncodeOptions options;
  private final ClipModel model;
  private final Optional<ClipModel> second;
  private final Inventory.Listing listing;
  private final List<Bucket> buckets;

  public EncodeStage(JobContext context, RunFolder folder, EncodeOptions options, ClipModel model) {
    this.context = context;
    this.folder = folder;
    this.options = options;
    this.model = model;
    this.second =
        options
            .secondModel()
            .map(location -> ClipCheckpoint.open(context.storage(), location).model());
    options.inputs().forEach(this::requireOutside);
    this.listing = Inventory.listing(context.storage(), options.inputs(), options.inventory());
    this.buckets = listing.buckets();
  }

  /**
   * An input among the tables would be read while they are written, or be deleted with old ones.
   */
  private void requireOutside(String input) {
    String uri = context.storage().qualify(input).replaceAll("/+$", "") + "/";
    String output = folder.uri() + "/";
    boolean inside =
        uri.startsWith(output)
            && RunFolder.PARTS.contains(uri.substring(output.length()).replaceAll("/.*", ""));
    if (uri.equals(output) || inside) {
      throw NomenException.usage(
          "--input %s lies in the --output %s, whose tables would come among the images; give an output of its own, beside the images or in a folder below them."
              .formatted(input, folder.uri()));
    }
  }

  List<Bucket> buckets() {
    return buckets;
  }

  /** Everything that decides what the tables hold. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("input", inputDigest());
    settings.put("generation", GENERATION);
    settings.put("model", model.digest());
    second.ifPresent(other -> settings.put(SECOND_MODEL, other.digest()));
    settings.put("precision", precision().word());
    settings.put("pixel-limit", Long.toString(options.pixelLimit()));
    return settings;
  }

  /** Encodes what is not encoded yet, and commits the two tables. */
  public StageAttempt run() {
    StageAttempt attempt = folder.begin(NAME, settings(), options.resume());
    if (attempt.done()) {
      context.progress().say("encode: done before with the same input, model and options");
      return attempt;
    }
    Map<Integer, BucketManifest> done = finished(attempt);
    List<Bucket> pending = buckets.stream().filter(b -> !done.containsKey(b.number())).toList();
    if (!done.isEmpty()) {
      context
          .progress()
          .say(
              RootLocale.format(
                  "encode: %d of %d buckets are done already", done.size(), buckets.size()));
    }
    for (BucketManifest manifest : encode(attempt, pending, done)) {
      done.put(manifest.bucket(), manifest);
    }
    Counts counts = commit(attempt, done);
    SortedMap<String, Long> leftOut = leftOut(done.values());
    if (counts.listed() == 0) {
      throw Inventory.noImage(options.inputs(), leftOut);
    }
    if (!leftOut.isEmpty()) {
      context.progress().say("encode: left out: " + SkippedCounts.describe(leftOut));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("counts", counts);
    facts.put("left_out", leftOut);
    facts.put(BAD, BadImages.examples(done.values()));
    facts.put("buckets_encoded_now", pending.size());
    facts.put("buckets_resumed", buckets.size() - pending.size());
    facts.put("model", model.id());
    second.ifPresent(other -> facts.put("second_model", other.id()));
    return folder.finish(attempt, facts);
  }

  private SortedMap<String, Long> leftOut(Collection<BucketManifest> manifests) {
    SortedMap<String, Long> all = new TreeMap<>(listing.leftOut());
    manifests.forEach(m -> m.leftOut().forEach((kind, n) -> all.merge(kind, n, Long::sum)));
    return all;
  }

  /** What a dry run says of this stage. */
  public List<String> plan() {
    long files = knownImages();
    long shards = buckets.stream().filter(bucket -> !(bucket instanceof FileBucket)).count();
    List<String> plan = new ArrayList<>();
    plan.add(
        RootLocale.format(
            "encode %,d files and %,d shards in %,d buckets with %s (%s, %d images at once)",
            files, shards, buckets.size(), names(), precision().word(), batchSize()));
    if (!listing.leftOut().isEmpty()) {
      plan.add("leave out " + SkippedCounts.describe(listing.leftOut()));
    }
    folder
        .stage(NAME)
        .ifPresent(
            earlier -> {
              String changes = RunFolder.changes(earlier.settings(), settings());
              boolean goesOn = changes.isEmpty() && options.resume();
              plan.add(
                  goesOn
                      ? RootLocale.format(
                          "go on where an earlier run ended: %,d of %,d buckets are done",
                          finished(earlier).size(), buckets.size())
                      : "begin anew: " + (changes.isEmpty() ? "--resume never" : changes));
            });
    return plan;
  }

  private List<ClipModel> models() {
    List<ClipModel> models = new ArrayList<>(List.of(model));
    second.ifPresent(models::add);
    return models;
  }

  private String names() {
    return model.id() + second.map(other -> " and " + other.id()).orElse("");
  }

  /** Images outside of shards, which only reading tells the number of. */
  public long knownImages() {
    return buckets.stream().mapToLong(EncodeStage::knownImages).sum();
  }

  private static long knownImages(Bucket bucket) {
    return bucket instanceof FileBucket files ? files.files().size() : 0;
  }

  /** Names, lengths and times of all that is listed; contents are not read for it. */
  private String inputDigest() {
    MessageDigest digest = Digests.begin();
    for (Bucket bucket : buckets) {
      digest.update(bucket.toString().getBytes(StandardCharsets.UTF_8));
    }
    return Digests.end(digest);
  }

  /** The counts that a finished attempt recorded. */
  public static Counts counts(StageAttempt attempt) {
    return Json.mapper().convertValue(attempt.facts().get("counts"), Counts.class);
  }

  /** Some of the bad images that a finished attempt recorded. */
  public static List<BadImage> bad(StageAttempt attempt) {
    Object bad = attempt.facts().getOrDefault(BAD, List.of());
    return Json.mapper().convertValue(bad, new TypeReference<>() {});
  }

  private List<BucketManifest> encode(
      StageAttempt attempt, List<Bucket> pending, Map<Integer, BucketManifest> done) {
    if (pending.isEmpty()) {
      return List.of();
    }
    JavaSparkContext spark = context.spark().get();
    long before = done.values().stream().mapToLong(BucketManifest::listed).sum();
    long known = knownImages();
    try (LiveCount encoded = new LiveCount(spark.sc(), "images encoded");
        Progress.Step step = context.progress().begin("encode", known, "images")) {
      EncodeTask task =
          new EncodeTask(
              context.storage(), models(), taskSettings(attempt, spark), encoded.accumulator());
      return encoded.during(
          () -> Placement.near(spark, pending, this::hosts).map(task).collect(),
          count -> step.done(before + count));
    }
  }

  /** A shard's machines. Plain files are too many to be asked for, and lie on as many machines. */
  private List<String> hosts(Bucket bucket) {
    if (bucket instanceof TarBucket shard) {
      return context.storage().hosts(shard.path());
    }
    return bucket instanceof ParquetBucket rows ? context.storage().hosts(rows.path()) : List.of();
  }

  private Precision precision() {
    return options.model().taskPrecision(options.resume() ? folder.stage(NAME) : Optional.empty());
  }

  private int batchSize() {
    int asked = options.model().batchSize();
    int crop = models().stream().mapToInt(m -> m.vision().imageSize()).max().orElseThrow();
    int most = Integer.MAX_VALUE / (3 * crop * crop);
    if (asked > most) {
      throw NomenException.usage(
          "--batch-size is %d, and a batch holds at most %d images of %d × %d pixels; give less."
              .formatted(asked, most, crop, crop));
    }
    return asked > 0 ? asked : BatchSize.choose(model.vision(), options.model().taskDevice());
  }

  private EncodeTask.Settings taskSettings(StageAttempt attempt, JavaSparkContext spark) {
    int threads = Sessions.taskThreads(spark);
    return new EncodeTask.Settings(
        folder.attemptFolder("images", attempt.attempt()),
        folder.attemptFolder("embeddings", attempt.attempt()),
        manifests(attempt),
        precision(),
        options.model().device(),
        batchSize(),
        threads,
        threads,
        ReadOptions.defaults(),
        new DecodeOptions(options.pixelLimit(), DecodeOptions.DEFAULT_TIME_LIMIT));
  }

  private String manifests(StageAttempt attempt) {
    return folder.uri() + "/_stages/encode-" + attempt.attempt();
  }

  private Map<Integer, BucketManifest> finished(StageAttempt attempt) {
    Storage storage = context.storage();
    Map<Integer, BucketManifest> manifests = new TreeMap<>();
    List<String> files = storage.list(manifests(attempt)).stream().map(Storage.Entry::uri).toList();
    Table.sideBySide(
            files, uri -> Json.readIfWhole(storage.readText(uri), BucketManifest.class, uri))
        .forEach(read -> read.ifPresent(found -> manifests.put(found.bucket(), found)));
    return manifests;
  }

  /** Names the winning files as the tables, and adds up. */
  private Counts commit(StageAttempt attempt, Map<Integer, BucketManifest> manifests) {
    List<BucketManifest> inOrder =
        manifests.values().stream().sorted(Comparator.comparing(BucketManifest::bucket)).toList();
    commit(attempt, "images", inOrder, BucketManifest::listed);
    commit(attempt, "embeddings", inOrder, BucketManifest::embedded);
    SortedMap<String, Long> statuses = new TreeMap<>();
    inOrder.forEach(m -> m.statuses().forEach((word, n) -> statuses.merge(word, n, Long::sum)));
    long listed = inOrder.stream().mapToLong(BucketManifest::listed).sum();
    long embedded = inOrder.stream().mapToLong(BucketManifest::embedded).sum();
    long ok = statuses.getOrDefault("ok", 0L);
    long all = statuses.values().stream().mapToLong(Long::longValue).sum();
    if (embedded != ok || listed != all || inOrder.size() != buckets.size()) {
      throw new IllegalStateException(
          "counts do not add up: %d listed, %d embedded, statuses %s, %d of %d buckets"
              .formatted(listed, embedded, statuses, inOrder.size(), buckets.size()));
    }
    return new Counts(listed, embedded, listed - embedded, statuses);
  }

  private void commit(
      StageAttempt attempt,
      String name,
      List<BucketManifest> manifests,
      ToLongFunction<BucketManifest> rows) {
    List<String> files = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (BucketManifest manifest : manifests) {
      files.add(manifest.file());
      counts.add(rows.applyAsLong(manifest));
    }
    folder.commit(name, attempt.attempt(), files, counts);
  }

  /**
   * How many images go through a model at once where nobody says: by the tokens that they make,
   * since these are the rows of every product. The same model and kind of device always give the
   * same, and with it the same last digits.
   *
   * <p>On a CPU too few rows leave the products short, too many leave the caches: ViT-B/32 in fp32
   * on one thread of a Xeon with AVX-512 took 80 CPU milliseconds an image at 200 tokens, 82 at
   * 400, 67 at 800, 64 at 1,600 and 75 at 3,200 ({@code BatchSizes} in {@code src/bench}). A GPU
   * has no such limit above, only its memory: 32,768 tokens of ViT-L's perceptron take a quarter of
   * a gigabyte in fp16.
   */
  public static final class BatchSize {
    private static final int CPU_TOKENS = 1_600;
    private static final int GPU_TOKENS = 32_768;
    private static final int MOST = 512;

    private BatchSize() {}

    /** A power of two, so that batches fill buckets evenly. */
    public static int choose(VisionSpec vision, TorchDevice device) {
      int tokens = device.kind() == TorchDevice.Kind.CPU ? CPU_TOKENS : GPU_TOKENS;
      return Integer.highestOneBit(Math.max(1, Math.min(MOST, tokens / vision.tokens())));
    }
  }

  /**
   * Which images are encoded, and how strictly.
   *
   * @param inputs folders, globs, files and tar shards
   * @param secondModel a folder of another encoder, whose embeddings stand beside the first's
   * @param pixelLimit images with more pixels are refused before decoding
   * @param maxBadFraction share of bad images above which the job fails, 0 to 1
   * @param resume false to begin anew whatever an earlier run left
   */
  public record EncodeOptions(
      List<String> inputs,
      InventoryOptions inventory,
      ModelChoice model,
      Optional<String> secondModel,
      long pixelLimit,
      double maxBadFraction,
      boolean resume) {}
}
