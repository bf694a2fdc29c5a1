package io.nomen.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Ends the lineage of what was made in many steps, as MLlib's iterative algorithms do: a chain of
 * hundreds of RDDs would overflow the stack of Spark's scheduler, and a lost executor would go
 * through all of them again.
 *
 * <p>A checkpoint is a file where the context has a folder for them ({@code setCheckpointDir}).
 * Without one, its blocks are kept by the executors, each on two of them.
 */
public final class RddCheckpoint {
  private RddCheckpoint() {}

  /** Keeps {@code rdd} so that it is made of nothing any more, once it is computed. */
  public static <T> JavaRDD<T> of(JavaRDD<T> rdd) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rdd.context());
    if (isFile(rdd)) {
      rdd.persist(StorageLevel.MEMORY_AND_DISK()).checkpoint();
    } else {
      rdd.persist(
          spark.isLocal() ? StorageLevel.MEMORY_AND_DISK() : StorageLevel.MEMORY_AND_DISK_2());
      rdd.rdd().localCheckpoint();
    }
    return rdd;
  }

  /** Whether checkpoints of {@code rdd}'s context are files, and not blocks that it keeps. */
  public static boolean isFile(JavaRDD<?> rdd) {
    return rdd.context().checkpointDir().isDefined();
  }

  /** Lets go of a checkpoint that nothing needs any more. */
  public static void delete(JavaRDD<?> old) {
    old.unpersist(false);
    if (old.getCheckpointFile().isPresent()) {
      Path file = new Path(old.getCheckpointFile().get());
      try {
        boolean unused = file.getFileSystem(old.context().hadoopConfiguration()).delete(file, true);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot delete the checkpoint " + file, e);
      }
    }
  }
}
