package io.nomen.method;

import io.nomen.semantics.NounSubspace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A model whose clusters people have changed: a row goes where the model before would have put it,
 * and from there to the nearest of the clusters that were made of that one.
 *
 * @param base the model before
 * @param successors [K of base] numbers of the clusters that each became, at least one
 * @param centres [K', m] unit means of the clusters where {@code base} sees the rows; zeros for a
 *     number that no cluster has
 */
public record RefinedModel(FittedModel base, List<int[]> successors, Matrix centres)
    implements FittedModel {
  static final String NAME = "refined";
  private static final String PREFIX = "base.";
  private static final String BASE_METHOD = "base_method";
  private static final String SUCCESSORS = "successors";
  private static final String CENTRES = "refined_centres";

  static RefinedModel of(ModelParts parts) {
    Map<String, String> settings = new TreeMap<>(parts.settings());
    String method = parts.setting(BASE_METHOD);
    List<int[]> successors =
        Arrays.stream(parts.setting(SUCCESSORS).split(";", -1))
            .map(list -> Arrays.stream(list.split(",", -1)).mapToInt(Integer::parseInt).toArray())
            .toList();
    Map<String, String> inner = new HashMap<>();
    settings.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            inner.put(name.substring(PREFIX.length()), value);
          }
        });
    Map<String, Matrix> matrices = new HashMap<>();
    parts
        .matrices()
        .forEach(
            (name, matrix) -> {
              if (name.startsWith(PREFIX)) {
                matrices.put(name.substring(PREFIX.length()), matrix);
              }
            });
    return new RefinedModel(
        Methods.model(new ModelParts(method, inner, matrices)), successors, parts.matrix(CENTRES));
  }

  /**
   * The same clusters under other numbers.
   *
   * @param ids [K of base] the number of each
   * @param numbers one more than the highest
   */
  public static RefinedModel renumbered(FittedModel base, int[] ids, int numbers) {
    int width = base.subspace().map(NounSubspace::width).orElse(base.width());
    // Centres decide between several successors alone.
    return new RefinedModel(
        base,
        Arrays.stream(ids).mapToObj(id -> new int[] {id}).toList(),
        new Matrix(numbers, width, new float[numbers * width]));
  }

  @Override
  public String method() {
    return NAME;
  }

  /** One more than the highest number, of which some may be no cluster's. */
  @Override
  public int clusters() {
    return centres.rows();
  }

  @Override
  public int width() {
    return base.width();
  }

  @Override
  public Optional<NounSubspace> subspace() {
    return base.subspace();
  }

  @Override
  public AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms) {
    AssignmentBlock before = base.assign(embeddings, norms);
    RowBlock rows = subspace().map(s -> s.of(embeddings)).orElse(embeddings);
    int[] cluster = new int[before.rows()];
    int[] runnerUp = new int[before.rows()];
    float[] second = before.runnerUpConfidence().clone();
    try (InnerProducts products = new InnerProducts(centres)) {
      products.of(
          rows,
          (from, count, cosines) -> {
            for (int i = 0; i < count; i++) {
              int row = from + i;
              int offset = i * centres.rows();
              cluster[row] = nearest(successors.get(before.cluster()[row]), cosines, offset);
              runnerUp[row] = nearest(successors.get(before.runnerUp()[row]), cosines, offset);
              second[row] = runnerUp[row] == cluster[row] ? 0 : second[row];
            }
          });
    }
    return new AssignmentBlock(before.firstRow(), cluster, before.confidence(), runnerUp, second);
  }

  private static int nearest(int[] candidates, float[] cosines, int offset) {
    int best = candidates[0];
    for (int candidate : candidates) {
      best = cosines[offset + candidate] > cosines[offset + best] ? candidate : best;
    }
    return best;
  }

  @Override
  public ModelParts parts() {
    ModelParts inner = base.parts();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(BASE_METHOD, inner.method());
    settings.put(
        SUCCESSORS,
        successors.stream()
            .map(
                list ->
                    IntStream.of(list).mapToObj(String::valueOf).collect(Collectors.joining(",")))
            .collect(Collectors.joining(";")));
    inner.settings().forEach((name, value) -> settings.put(PREFIX + name, value));
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    matrices.put(CENTRES, centres);
    inner.matrices().forEach((name, matrix) -> matrices.put(PREFIX + name, matrix));
    return new ModelParts(NAME, settings, matrices);
  }
}
