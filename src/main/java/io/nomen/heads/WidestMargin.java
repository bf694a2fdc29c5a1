package io.nomen.heads;

import io.nomen.RootLocale;
import io.nomen.heads.Objective.StepResult;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The labelling that fresh linear classifiers learn best: TURTLE, arXiv 2406.07236.
 *
 * <p>Every space s has a task encoder, a weight-normalised linear layer with softmax. The labels τ
 * of a batch are the encoders' weighted mean. A step begins with fresh linear classifiers, one per
 * space, and fits them to τ with a few steps of Adam over the whole batch; then the encoders take a
 * step down {@code Σ w_s CE(τ, classifier_s) − γ Σ w_s H(mean of encoder s)}, whose gradient goes
 * through τ alone (equation 13). All of it are sums over rows, so that shards change nothing.
 *
 * @param widths columns of each space, one or two of them
 * @param weights w_s, how much each space counts
 * @param clusters K
 * @param balance γ, the weight of equal sizes
 * @param scale what the rows are multiplied with
 * @param fitSteps how many steps the fresh classifiers take
 * @param fitRate the size of these steps
 */
public record WidestMargin(
    List<Integer> widths,
    List<Double> weights,
    int clusters,
    double balance,
    double scale,
    int fitSteps,
    double fitRate)
    implements Objective {
  /** An epoch is so many steps, whatever the number of rows: a checkpoint after each. */
  public static final int STEPS_PER_EPOCH = 20;

  private static final int ROWS_AT_ONCE = 1024;

  public WidestMargin {
    widths = List.copyOf(widths);
    weights = List.copyOf(weights);
    if (widths.isEmpty() || widths.size() > 2 || widths.size() != weights.size()) {
      throw new IllegalArgumentException(
          "one or two spaces with a weight each are needed, not %s and %s"
              .formatted(widths, weights));
    }
  }

  @Override
  public HeadShape.Linear imageHead() {
    return new HeadShape.Linear(widths.get(0), clusters);
  }

  /** Per space the encoder's lengths [K], directions [K, d] and biases [K]. */
  @Override
  public int parameters() {
    return widths.stream().mapToInt(width -> clusters * (width + 2)).sum();
  }

  @Override
  public int statistics() {
    return 0;
  }

  @Override
  public int views() {
    return widths.size();
  }

  @Override
  public List<String> terms() {
    return List.of("loss", "margin_loss", "balance_loss", "assignment_entropy", "confidence");
  }

  @Override
  public boolean dropsPartialBatch() {
    return true;
  }

  @Override
  public Adam adam() {
    return Adam.USUAL;
  }

  @Override
  public int stepsPerEpoch(int rows, int batch) {
    return STEPS_PER_EPOCH;
  }

  @Override
  public int rowsAtOnce() {
    return ROWS_AT_ONCE;
  }

  @Override
  public boolean prepares() {
    return true;
  }

  /** Parameters that a seed begins with: PyTorch's for a weight-normalised linear layer. */
  public TrainingState initial(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] flat = new float[parameters()];
    int at = 0;
    for (int width : widths) {
      float[] layer = layer(random, width);
      System.arraycopy(layer, 0, flat, at + clusters, layer.length);
      for (int k = 0; k < clusters; k++) {
        flat[at + k] = (float) length(layer, k * width, width);
      }
      at += clusters + layer.length;
    }
    return TrainingState.begin(flat, new float[0]);
  }

  @Override
  public StepResult step(TrainingState state, long seed, BatchMeans batch, float[] prepared) {
    SplittableRandom random = new SplittableRandom(seed);
    TrainingState fresh = TrainingState.begin(freshClassifiers(random), new float[0]);
    int size = fresh.parameters().length;
    float[] means = new float[0];
    for (int i = 0; i < fitSteps; i++) {
      float[] found = batch.of("fit", fresh.parameters());
      means = Arrays.copyOfRange(found, size, found.length);
      fresh = Adam.USUAL.step(fresh, Arrays.copyOf(found, size), fitRate);
    }
    float[] found = batch.of("step", state.parameters(), fresh.parameters(), means);
    return new StepResult(found, parameters(), 0);
  }

  /** The first space's encoder for rows that are not scaled, as a plain linear layer. */
  @Override
  public TrainedHead head(TrainingState state) {
    int width = widths.get(0);
    float[] flat = new float[clusters * (width + 1)];
    for (int k = 0; k < clusters; k++) {
      int row = clusters + k * width;
      double factor = scale * state.parameters()[k] / length(state.parameters(), row, width);
      for (int j = 0; j < width; j++) {
        flat[k * width + j] = (float) (factor * state.parameters()[row + j]);
      }
    }
    System.arraycopy(state.parameters(), clusters * (width + 1), flat, clusters * width, clusters);
    return new TrainedHead(imageHead(), flat, new float[0]);
  }

  private float[] freshClassifiers(SplittableRandom random) {
    float[] flat = new float[widths.stream().mapToInt(width -> clusters * (width + 1)).sum()];
    int at = 0;
    for (int width : widths) {
      float[] layer = layer(random, width);
      System.arraycopy(layer, 0, flat, at, layer.length);
      at += layer.length;
    }
    return flat;
  }

  /** Weights [K, d] and biases [K] as PyTorch's linear layers begin: uniform in ±1/√d. */
  private float[] layer(SplittableRandom random, int width) {
    double bound = 1 / Math.sqrt(width);
    float[] layer = new float[clusters * (width + 1)];
    for (int i = 0; i < layer.length; i++) {
      layer[i] = (float) random.nextDouble(-bound, bound);
    }
    return layer;
  }

  private static double length(float[] values, int from, int count) {
    double square = 0;
    for (int i = from; i < from + count; i++) {
      square += (double) values[i] * values[i];
    }
    return Math.sqrt(square);
  }

  @Override
  public String script() {
    String script = METHODS + (widths.size() == 1 ? ONE_SPACE : TWO_SPACES);
    double all = weights.stream().mapToDouble(w -> w).sum();
    for (int space = 0; space < widths.size(); space++) {
      script =
          script
              .replace("WIDTH" + space, Integer.toString(widths.get(space)))
              .replace("WEIGHT" + space, number(weights.get(space)))
              .replace("SHARE" + space, number(weights.get(space) / all));
    }
    return script
        .replace("CLUSTERS", Integer.toString(clusters))
        .replace("BALANCE", number(balance))
        .replace("SCALE", number(scale));
  }

  private static String number(double value) {
    return RootLocale.format("%.9e", value);
  }

  /**
   * {@code labels} runs a task encoder, {@code miss} is the gradient of a fresh classifier against
   * the labels τ, {@code logs} its logarithmic answer, {@code back} the gradient of an encoder
   * given that of its output. Labels lie as [K, n]: a softmax over few clusters takes an eighth of
   * the time down the columns.
   */
  private static final String METHODS =
      """
        def labels(self, x: Tensor, flat: Tensor) -> Tensor:
          d = x.size(1)
          v = flat[CLUSTERS:CLUSTERS + CLUSTERS * d].view(CLUSTERS, d)
          w = v * (flat[0:CLUSTERS] / torch.norm(v, 2, [1])).view(CLUSTERS, 1)
          return torch.softmax(torch.addmm(flat[CLUSTERS + CLUSTERS * d:].view(CLUSTERS, 1), w, x.t()), 0)
        def answer(self, x: Tensor, flat: Tensor) -> Tensor:
          d = x.size(1)
          return torch.addmm(flat[CLUSTERS * d:].view(CLUSTERS, 1), flat[0:CLUSTERS * d].view(CLUSTERS, d), x.t())
        def miss(self, x: Tensor, flat: Tensor, wanted: Tensor) -> Tensor:
          dl = torch.softmax(self.answer(x, flat), 0).sub_(wanted)
          return torch.cat([torch.mm(dl, x).view(-1), dl.sum(1)]) / x.size(0)
        def back(self, x: Tensor, flat: Tensor, p: Tensor, dp: Tensor) -> Tensor:
          d = x.size(1)
          v = flat[CLUSTERS:CLUSTERS + CLUSTERS * d].view(CLUSTERS, d)
          length = torch.norm(v, 2, [1]).view(CLUSTERS, 1)
          along = v / length
          dl = p * (dp - (dp * p).sum(0, True)) / x.size(0)
          dw = torch.mm(dl, x)
          dg = (dw * along).sum(1, True)
          dv = (dw - along * dg) * (flat[0:CLUSTERS].view(CLUSTERS, 1) / length)
          return torch.cat([dg.view(-1), dv.view(-1), dl.sum(1)])
      """;

  private static final String ONE_SPACE =
      """
        def prepare(self, first: Tensor, second: Tensor, batch: Tensor, parameters: Tensor) -> Tuple[Tensor, Tensor]:
          x = torch.to(torch.index_select(first, 0, batch[0]), 6) * SCALE
          return x, self.labels(x, parameters)
        def fit(self, x: Tensor, p: Tensor, fresh: Tensor) -> Tensor:
          return torch.cat([self.miss(x, fresh, p), torch.mean(p, [1])])
        def step(self, x: Tensor, p: Tensor, parameters: Tensor, fresh: Tensor, means: Tensor) -> Tensor:
          kept = torch.clamp_min(means, 1e-9)
          slope = ((torch.log(kept) + 1.0) * (BALANCE * WEIGHT0)).view(CLUSTERS, 1)
          logs = torch.log_softmax(self.answer(x, fresh), 0) * WEIGHT0
          margin = -torch.mean((p * logs).sum(0))
          balanced = torch.sum(kept * torch.log(kept)) * WEIGHT0
          confidence = torch.mean(torch.amax(p, [0]))
          terms = torch.stack([margin + balanced * BALANCE, margin, balanced, -torch.sum(kept * torch.log(kept)), confidence])
          return torch.cat([self.back(x, parameters, p, slope - logs), terms])
      """;

  private static final String TWO_SPACES =
      """
        def prepare(self, first: Tensor, second: Tensor, batch: Tensor, parameters: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
          x = torch.to(torch.index_select(first, 0, batch[0]), 6) * SCALE
          y = torch.to(torch.index_select(second, 0, batch[0]), 6) * SCALE
          split = CLUSTERS * (WIDTH0 + 2)
          p = self.labels(x, parameters[0:split])
          q = self.labels(y, parameters[split:])
          return x, y, p, q, p * SHARE0 + q * SHARE1
        def fit(self, x: Tensor, y: Tensor, p: Tensor, q: Tensor, both: Tensor, fresh: Tensor) -> Tensor:
          split = CLUSTERS * (WIDTH0 + 1)
          return torch.cat([self.miss(x, fresh[0:split], both), self.miss(y, fresh[split:], both), torch.mean(p, [1]), torch.mean(q, [1])])
        def step(self, x: Tensor, y: Tensor, p: Tensor, q: Tensor, both: Tensor, parameters: Tensor, fresh: Tensor, means: Tensor) -> Tensor:
          split = CLUSTERS * (WIDTH0 + 1)
          middle = split + CLUSTERS
          kept = torch.clamp_min(means, 1e-9)
          slope = ((torch.log(kept) + 1.0) * BALANCE).view(2 * CLUSTERS, 1)
          logs = torch.log_softmax(self.answer(x, fresh[0:split]), 0) * WEIGHT0 + torch.log_softmax(self.answer(y, fresh[split:]), 0) * WEIGHT1
          margin = -torch.mean((both * logs).sum(0))
          entropies = kept * torch.log(kept)
          balanced = torch.sum(entropies[0:CLUSTERS]) * WEIGHT0 + torch.sum(entropies[CLUSTERS:]) * WEIGHT1
          confidence = torch.mean(torch.amax(both, [0]))
          terms = torch.stack([margin + balanced * BALANCE, margin, balanced, -torch.sum(entropies[0:CLUSTERS]), confidence])
          dp = slope[0:CLUSTERS] * WEIGHT0 - logs * SHARE0
          dq = slope[CLUSTERS:] * WEIGHT1 - logs * SHARE1
          return torch.cat([self.back(x, parameters[0:middle], p, dp), self.back(y, parameters[middle:], q, dq), terms])
      """;
}
