package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * CLIP's own classification (Radford et al., ICML 2021, arXiv 2103.00020, section 3.1.4): every
 * image goes to the class whose text is nearest. It is told the names that the other methods have
 * to find, and says what knowing them is worth.
 *
 * <p>The input's nouns are the classes. Cluster k is class k, so that a class may be empty.
 */
public final class ZeroShotMethod implements ClusteringMethod {
  public static final String NAME = "zero-shot";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean needsNouns() {
    return true;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    NounMatrix classes =
        input
            .nouns()
            .orElseThrow(
                () -> NomenException.usage("Method zero-shot needs classes; give --classes FILE."));
    input.progress().at("nearest class", 0, 1);
    ZeroShotModel model = new ZeroShotModel(classes.embeddings());
    JavaRDD<AssignmentBlock> assigned =
        model.assign(input.embeddings(), input.norms()).persist(StorageLevel.MEMORY_AND_DISK());
    ClusterSizes sizes = ClusterSizes.of(assigned, model.clusters());
    Map<String, Object> quality = new LinkedHashMap<>();
    quality.put("classes", classes.size());
    quality.put(
        "empty_classes",
        IntStream.range(0, classes.size())
            .filter(k -> sizes.rows()[k] == 0)
            .mapToObj(classes.words()::get)
            .toList());
    quality.put("mean_confidence", sizes.meanConfidence());
    input.progress().at("nearest class", 1, 1);
    List<int[]> named =
        IntStream.range(0, classes.size()).mapToObj(noun -> new int[] {noun}).toList();
    return new Clustering(assigned, sizes.rows(), model, Optional.empty(), quality).madeOf(named);
  }
}
