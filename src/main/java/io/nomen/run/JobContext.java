package io.nomen.run;

import io.nomen.Progress;
import io.nomen.store.Storage;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What every job works with.
 *
 * @param spark opened at its first use, so that a job which finds its model or input wrong ends
 *     before any Spark action
 */
public record JobContext(Supplier<JavaSparkContext> spark, Storage storage, Progress progress) {}
