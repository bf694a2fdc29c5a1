package io.nomen.job;

import io.nomen.RootLocale;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EmbeddingSource;
import io.nomen.encode.EncodeStage;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Table;
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
          EmbeddingSource.folders(context.storage(), options.embeddings()).stream()
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
    plan.addAll(
        new TaskMemory(options.method(), width, rows, options.options().training()).sentences());
    options
        .previous()
        .ifPresent(
            uri -> plan.add("give clusters that go on the numbers and names they have in " + uri));
    plan.add("name the clusters, write tables and gallery to " + folder.uri());
    return plan;
  }
}
