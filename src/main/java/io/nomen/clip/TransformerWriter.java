package io.nomen.clip;

import io.nomen.tensor.Precision;
import java.util.function.Supplier;

/**
 * Writes towers that are transformers. The residual stream, norms and sums are fp32 in every
 * precision; matrix products and attention are in the precision asked for. Query, key and value are
 * one product.
 */
final class TransformerWriter extends TowerWriter {
  private final TowerSpec spec;
  private boolean rotary;

  TransformerWriter(
      TensorSource checkpoint,
      Layout layout,
      TowerSpec spec,
      Precision precision,
      String argument) {
    super(checkpoint, layout, precision, argument);
    this.spec = spec;
  }

  /** Adds the weight and the bias of a layer norm, {@code name_w} and {@code name_b}. */
  void norm(String name, String from) {
    norm(name, from, spec.width());
  }

  private void norm(String name, String from, int width) {
    copy(name + "_w", Precision.FP32, from + ".weight", width);
    copy(name + "_b", Precision.FP32, from + ".bias", width);
  }

  /** The expression of a layer norm of {@code x}. */
  String normed(String x, String name) {
    return normed(x, name, spec.width());
  }

  private String normed(String x, String name, int width) {
    return format(
        "torch.layer_norm(%s, [%d], @%s_w, @%s_b, %s)", x, width, name, name, spec.epsilon());
  }

  /**
   * Turns the queries and keys of all blocks: number {@code 2 i} of a head goes to {@code cos · x₂ᵢ
   * − sin · x₂ᵢ₊₁}, its neighbour to {@code cos · x₂ᵢ₊₁ + sin · x₂ᵢ}.
   *
   * @param cos [t, width of a head], equal in pairs
   * @param sin [t, width of a head], equal in pairs
   */
  void rotate(int tokens, Supplier<float[]> cos, Supplier<float[]> sin) {
    rotary = true;
    long[] shape = {tokens, spec.headWidth()};
    tensor("rotary_cos", Precision.FP32, shape, cos);
    tensor("rotary_sin", Precision.FP32, shape, sin);
  }

  private void turn(String x) {
    int heads = spec.heads();
    line("%s = %s", x, full(x));
    line("pairs = torch.reshape(%s, [n, %d, t, %d, 2])", x, heads, spec.headWidth() / 2);
    line(
        "turned = torch.stack([torch.neg(torch.select(pairs, -1, 1)), torch.select(pairs, -1, 0)],"
            + " -1)");
    line("turned = torch.reshape(turned, [n, %d, t, %d])", heads, spec.headWidth());
    line(
        "%s = %s",
        x, low(format("torch.add(torch.mul(%s, @rotary_cos), torch.mul(turned, @rotary_sin))", x)));
  }

  /**
   * Adds a block that turns {@code x [n, t, width]} into the next {@code x}.
   *
   * @param from the block's name in the {@link Layout}, with a full stop behind it
   * @param firstOnly whether only the first token is needed afterwards: then only its query and its
   *     perceptron are computed, and {@code x} becomes {@code [n, 1, width]}
   */
  void block(int layer, String from, boolean causal, boolean firstOnly) {
    String b = "block" + layer;
    int width = spec.width();
    blockTensors(b, from);
    line("y = %s", low(normed("x", b + "_norm1")));
    line(
        "qkv = torch.reshape(torch.linear(y, @%s_qkv_w, @%s_qkv_b), [n, t, 3, %d, %d])",
        b, b, spec.heads(), spec.headWidth());
    line("qkv = torch.permute(qkv, [2, 0, 3, 1, 4])");
    line("q = torch.select(qkv, 0, 0)");
    line("k = torch.select(qkv, 0, 1)");
    if (rotary) {
      turn("k");
      if (!firstOnly) {
        turn("q");
      }
    }
    if (firstOnly) {
      line("q = torch.slice(q, 2, 0, 1)");
      line("x = torch.slice(x, 1, 0, 1)");
    }
    line(
        "y = torch.scaled_dot_product_attention(q, k, torch.select(qkv, 0, 2), None, 0., %s)",
        causal ? "True" : "False");
    line("y = torch.reshape(torch.transpose(y, 1, 2), [n, -1, %d])", width);
    if (spec.innerNorms()) {
      line("y = %s", low(normed(full("y"), b + "_inner1")));
    }
    line("x = torch.add(x, torch.linear(y, @%s_out_w, @%s_out_b))", b, b);
    perceptron(low(normed("x", b + "_norm2")), b);
    line("x = torch.add(x, y)");
  }

  /** Adds the two-layer perceptron of {@code input}, which becomes {@code y}. */
  void perceptron(String input, String name) {
    line("y = torch.linear(%s, @%s_fc1_w, @%s_fc1_b)", input, name, name);
    switch (spec.activation()) {
      case QUICK_GELU -> line("y = torch.mul(y, torch.sigmoid_(torch.mul(y, 1.702)))");
      case GELU -> line("y = torch.gelu(y)");
      case GELU_TANH -> line("y = torch.gelu(y, approximate=\"tanh\")");
      case SWIGLU -> {
        line("gate = torch.slice(y, 2, 0, %d)", spec.perceptron());
        line("y = torch.mul(torch.silu(gate), torch.slice(y, 2, %d))", spec.perceptron());
      }
    }
    if (spec.innerNorms()) {
      line("y = %s", low(normed(full("y"), name + "_inner2", spec.perceptron())));
    }
    line("y = torch.linear(y, @%s_fc2_w, @%s_fc2_b)", name, name);
  }

  private void blockTensors(String b, String from) {
    long width = spec.width();
    norm(b + "_norm1", from + "norm1");
    linear(b + "_qkv", from + "qkv", 3 * width, width);
    linear(b + "_out", from + "out", width, width);
    norm(b + "_norm2", from + "norm2");
    perceptronTensors(b, from, spec.perceptron());
    if (spec.innerNorms()) {
      norm(b + "_inner1", from + "inner1");
      norm(b + "_inner2", from + "inner2", spec.perceptron());
    }
  }

  /** Adds the tensors of {@link #perceptron} with an inner layer of width {@code inner}. */
  void perceptronTensors(String name, String from, long inner) {
    long width = spec.width();
    boolean gated = spec.activation() == TowerSpec.Activation.SWIGLU;
    linear(name + "_fc1", from + "fc1", gated ? 2 * inner : inner, width);
    linear(name + "_fc2", from + "fc2", width, inner);
  }
}
