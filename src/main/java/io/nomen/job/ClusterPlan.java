package io.nomen.job;

import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.EncodeStage;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.method.Methods;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Table;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the main job would do, for a dry run: model and input are opened, Spark is not. */
record ClusterPlan(
    JobContext context, RunFolder folder, ClusterOptions options, NounSource nounSource) {

  List<String> sentences(Optional<ClipCheckpoint> checkpoint) {
    List<String> plan = new ArrayList<>();
    int width;
    long rows;
    if (options.images().isPresent()) {
      EncodeStage stage =
          new EncodeStage(
              context, folder, options.images().get(), checkpoint.orElseThrow().model());
      plan.addAll(stage.plan());
      width = checkpoint.get().model().projectionWidth();
      rows = stage.knownImages();
    } else {
      List<Table> ready =
          EmbeddingSource.folders(folder, options.embeddings()).stream()
              .map(uri -> new RunFolder(context.storage(), uri).snapshot().table("embeddings"))
              .toList();
      plan.add("read the embeddings in " + String.join(", ", options.embeddings()));
      width = EmbeddingTable.width(context.storage(), ready.get(0));
      rows = ready.stream().mapToLong(Table::totalRows).sum();
    }
    plan.addAll(nounSource.plan(checkpoint));
    plan.add(
        RootLocale.format(
            "cluster into %s by %s, seed %d", options.wanted(), options.method(), options.seed()));
    options
        .images()
        .flatMap(EncodeOptions::secondModel)
        .ifPresent(
            second ->
                plan.add(
                    Methods.named(options.method()).takesTwoSpaces()
                        ? "take the embeddings of " + second + " as the second space"
                        : "keep the embeddings of "
                            + second
                            + " unused: this method works in one space"));
    plan.addAll(
        new TaskMemory(options.method(), width, rows, options.options().training()).sentences());
    options
        .previous()
        .ifPresent(
            uri -> plan.add("give clusters that go on the numbers and names they have in " + uri));
    plan.add("name the clusters, write tables and gallery to " + folder.uri());
    return plan;
  }

  /**
   * What the clustering holds in memory, for a dry run: from the sizes of its blocks alone.
   *
   * @param method the method's word
   * @param width d, columns of the embeddings
   * @param rows N, as far as it is known before shards are opened
   * @param training how heads are trained, for methods that have some
   */
  public record TaskMemory(String method, int width, long rows, TrainingOptions training) {
    private static final double MEGABYTE = 1e6;

    /** Sentences for people. */
    public List<String> sentences() {
      List<String> sentences = new ArrayList<>();
      sentences.add(
          RootLocale.format(
              "memory of a task: %.0f MB whatever the number of images, nouns and clusters (a block"
                  + " of %,d × %,d floats twice, products with nouns and centres in slices)",
              task() / MEGABYTE, RowBlocks.ROWS_PER_BLOCK, blockWidth()));
      if (trains()) {
        sentences.add(
            RootLocale.format(
                "memory of an executor while heads are trained: %,.0f MB for %,d images (half"
                    + " floats twice, lists of neighbours)",
                trainingSet() / MEGABYTE, trained()));
      }
      return sentences;
    }

    /** Bytes: a block on the heap, its copy for libtorch, a slice of products on both sides. */
    long task() {
      long block = (long) RowBlocks.ROWS_PER_BLOCK * blockWidth() * Float.BYTES;
      return 2 * block + 2L * InnerProducts.MAX_PRODUCTS * Float.BYTES;
    }

    /**
     * Bytes: the features of all views on the heap and in libtorch, and their neighbours' numbers.
     */
    long trainingSet() {
      // TURTLE's training pairs no neighbours.
      boolean pairs = method.equals("tac") || method.equals("sic");
      int neighbours = pairs ? training.neighbours().orElse(method.equals("tac") ? 50 : 20) : 0;
      int views = method.equals("sic") || method.equals("turtle") ? 1 : 2;
      return trained()
          * (2L * Short.BYTES * views * width + (long) Integer.BYTES * views * neighbours);
    }

    private long trained() {
      return Math.min(rows, training.trainMax());
    }

    /** Nomen's own method trains too, on a sample that is small whatever the number of images. */
    private boolean trains() {
      return List.of("tac", "sic", "turtle").contains(method) && rows > 0;
    }

    private int blockWidth() {
      return method.equals("tac-no-train") ? 2 * width : width;
    }
  }
}
