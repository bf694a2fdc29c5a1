package io.nomen.clip;

import io.nomen.clip.TowerSpec.EfficientNetLite;
import io.nomen.clip.TowerSpec.VisionTransformer;
import io.nomen.tensor.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The image tower as an archive: {@code uint8 [n, S, S, 3] → float32 [n, d]}, un-normalised. The
 * bytes become {@code (value / 255 − mean) / std} inside, so nothing but bytes crosses into native
 * memory. Patches do not overlap, so their convolution is one matrix product.
 *
 * <p>Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML
 * 2021; Zhai et al., "Sigmoid Loss for Language Image Pre-Training", ICCV 2023; Oquab et al.,
 * "DINOv2", TMLR 2024, and Darcet et al., "Vision Transformers Need Registers", ICLR 2024; Fang et
 * al., "EVA-02", 2023; Bolya et al., "Perception Encoder", 2025. Where the class token is read, the
 * last block computes nothing else.
 */
final class ImageTower {
  private static final double ROTARY_BASE = 10_000;

  private ImageTower() {}

  static TowerWriter of(
      ClipModel model, TensorSource checkpoint, Layout layout, Precision precision) {
    return model.vision() instanceof EfficientNetLite convolutions
        ? ConvolutionTower.of(model, convolutions, checkpoint, layout, precision)
        : transformer(model, (VisionTransformer) model.vision(), checkpoint, layout, precision);
  }

  private static TowerWriter transformer(
      ClipModel model,
      VisionTransformer vision,
      TensorSource checkpoint,
      Layout layout,
      Precision precision) {
    TransformerWriter tower =
        new TransformerWriter(checkpoint, layout, vision.tower(), precision, "pixels");
    int width = vision.tower().width();
    int patch = vision.patchSize();
    int grid = vision.grid();
    int patchNumbers = patch * patch * 3;
    boolean attention = vision.pooling().attention();
    embeddingTensors(tower, model, vision);
    if (vision.rotary().turns()) {
      tower.rotate(
          vision.tokens(), () -> turns(vision, 1, Math::cos), () -> turns(vision, 0, Math::sin));
    }

    tower.line("n = torch.size(pixels, 0)");
    tower.line("t = %d", vision.tokens());
    tower.line("x = torch.reshape(pixels, [n, %d, %d, %d, %d, 3])", grid, patch, grid, patch);
    tower.line(
        "x = torch.reshape(torch.permute(x, [0, 1, 3, 2, 4, 5]), [n, %d, %d])",
        grid * grid, patchNumbers);
    tower.line("x = torch.addcmul(@shift, %s, @scale)", TowerWriter.full("x"));
    tower.line(
        "x = torch.linear(%s, @patches%s)",
        tower.low("x"), vision.patchBias() ? ", @patches_b" : "");
    if (vision.classToken()) {
      tower.line(
          "x = torch.cat([torch.expand(@class_token, [n, -1, -1]), %s], 1)", TowerWriter.full("x"));
    } else {
      tower.line("x = %s", TowerWriter.full("x"));
    }
    String positioned = "torch.add(x, %s)".formatted(positions(tower, vision));
    tower.line("x = %s", vision.normBefore() ? tower.normed(positioned, "before") : positioned);
    if (vision.registers() > 0) {
      tower.line(
          "x = torch.cat([torch.slice(x, 1, 0, 1), torch.expand(@registers, [n, -1, -1]),"
              + " torch.slice(x, 1, 1)], 1)");
    }
    int last = vision.tower().layers() - 1;
    for (int i = 0; i <= last; i++) {
      tower.block(i, "image.block." + i + ".", false, i == last && !attention);
    }
    if (attention) {
      pool(tower, vision);
    } else {
      tower.line(
          "x = %s", tower.normed(TowerWriter.format("torch.reshape(x, [n, %d])", width), "after"));
    }
    tower.line(
        switch (vision.projection()) {
          case NONE -> "return x";
          case WITHOUT_BIAS -> "return torch.linear(x, @projection)";
          case WITH_BIAS -> "return torch.linear(x, @projection, @projection_b)";
        });
    return tower;
  }

  /**
   * A function of the angles of rotary positions, [t, width of a head].
   *
   * @param still its value for tokens that are no patches
   */
  private static float[] turns(
      VisionTransformer vision, float still, DoubleUnaryOperator function) {
    VisionTransformer.Rotary rotary = vision.rotary();
    int grid = vision.grid();
    int width = vision.tower().headWidth();
    int bands = width / 4;
    float[] values = new float[vision.tokens() * width];
    int others = vision.tokens() - grid * grid;
    Arrays.fill(values, 0, others * width, still);
    for (int patch = 0; patch < grid * grid; patch++) {
      int row = patch / grid;
      int column = patch % grid;
      for (int pair = 0; pair < width / 2; pair++) {
        int place = (pair < bands) == rotary.columnsFirst() ? column : row;
        double scaled = (double) (place + rotary.first()) / grid * rotary.grid();
        double angle = scaled * Math.pow(ROTARY_BASE, -(double) (pair % bands) / bands);
        int at = (others + patch) * width + 2 * pair;
        values[at] = (float) function.applyAsDouble(angle);
        values[at + 1] = values[at];
      }
    }
    return values;
  }

  /** The expression of the positions of all tokens but the registers. */
  private static String positions(TransformerWriter tower, VisionTransformer vision) {
    int from = vision.positionGrid();
    int to = vision.grid();
    int width = vision.tower().width();
    if (from == to) {
      return "@positions";
    }
    // In fp32, as transformers and DINOv2's own code resize it.
    int first = vision.classToken() ? 1 : 0;
    tower.line(
        "p = torch.permute(torch.reshape(torch.slice(@positions, 0, %d), [1, %d, %d, %d]), [0, 3,"
            + " 1, 2])",
        first, from, from, width);
    // The models with registers smooth what they shrink, those without do not.
    String resize = vision.registers() > 0 ? "_upsample_bicubic2d_aa" : "upsample_bicubic2d";
    tower.line("p = torch.%s(p, [%d, %d], False, None, None)", resize, to, to);
    tower.line("p = torch.reshape(torch.permute(p, [0, 2, 3, 1]), [%d, %d])", to * to, width);
    return first == 0 ? "p" : "torch.cat([torch.slice(@positions, 0, 0, 1), p], 0)";
  }

  /** A learned query attends to all tokens; a perceptron with a residual follows. */
  private static void pool(TransformerWriter tower, VisionTransformer vision) {
    int width = vision.tower().width();
    int heads = vision.pooling().heads();
    int headWidth = width / heads;
    tower.tensor(
        "pool_probe",
        tower.precision(),
        new long[] {1, width},
        () -> tower.read("image.pool.probe"));
    tower.linear("pool_qkv", "image.pool.qkv", 3L * width, width);
    tower.linear("pool_out", "image.pool.out", width, width);
    tower.norm("pool_norm", "image.pool.norm");
    tower.perceptronTensors("pool", "image.pool.", vision.pooling().perceptron());
    tower.line("y = %s", tower.low(tower.normed("x", "after")));
    tower.line(
        "q = torch.linear(@pool_probe, torch.slice(@pool_qkv_w, 0, 0, %d), torch.slice(@pool_qkv_b,"
            + " 0, 0, %d))",
        width, width);
    tower.line(
        "q = torch.expand(torch.reshape(q, [1, %d, 1, %d]), [n, -1, -1, -1])", heads, headWidth);
    tower.line(
        "kv = torch.linear(y, torch.slice(@pool_qkv_w, 0, %d), torch.slice(@pool_qkv_b, 0, %d))",
        width, width);
    tower.line(
        "kv = torch.permute(torch.reshape(kv, [n, t, 2, %d, %d]), [2, 0, 3, 1, 4])",
        heads, headWidth);
    tower.line(
        "y = torch.scaled_dot_product_attention(q, torch.select(kv, 0, 0), torch.select(kv, 0, 1),"
            + " None, 0., False)");
    tower.line("y = torch.reshape(torch.transpose(y, 1, 2), [n, 1, %d])", width);
    tower.line("x = %s", TowerWriter.full("torch.linear(y, @pool_out_w, @pool_out_b)"));
    tower.perceptron(tower.low(tower.normed("x", "pool_norm")), "pool");
    tower.line("x = torch.reshape(torch.add(x, y), [n, %d])", width);
  }

  private static void embeddingTensors(
      TransformerWriter tower, ClipModel model, VisionTransformer vision) {
    Preprocessing constants = model.preprocessing();
    int width = vision.tower().width();
    int patch = vision.patchSize();
    int patchNumbers = patch * patch * 3;
    boolean blueFirst = constants.blueFirst();
    normalisation(tower, constants, patchNumbers, patchNumbers);
    tower.tensor(
        "patches",
        tower.precision(),
        new long[] {width, patchNumbers},
        () -> channelsLast(tower.read("image.patches.weight"), width, patch, blueFirst));
    if (vision.patchBias()) {
      tower.copy("patches_b", tower.precision(), "image.patches.bias", width);
    }
    if (vision.classToken()) {
      tower.copy("class_token", Precision.FP32, "image.class_token", 1, 1, width);
    }
    if (vision.registers() > 0) {
      tower.copy("registers", Precision.FP32, "image.registers", 1, vision.registers(), width);
    }
    int grid = vision.positionGrid();
    tower.copy(
        "positions",
        Precision.FP32,
        "image.positions",
        grid * grid + (vision.classToken() ? 1 : 0),
        width);
    if (vision.normBefore()) {
      tower.norm("before", "image.before");
    }
    tower.norm("after", "image.after");
    if (vision.projection() != VisionTransformer.Projection.NONE) {
      tower.copy(
          "projection", Precision.FP32, "image.projection.weight", model.projectionWidth(), width);
    }
    if (vision.projection() == VisionTransformer.Projection.WITH_BIAS) {
      tower.copy("projection_b", Precision.FP32, "image.projection.bias", model.projectionWidth());
    }
  }

  /**
   * Adds {@code scale} and {@code shift}, which make bytes what the tower takes, for pixels whose
   * channels alternate. Pixels come with red first; a tower that takes blue first has its channels
   * turned here.
   *
   * @param length numbers in each
   */
  static void normalisation(TowerWriter tower, Preprocessing constants, int length, long... shape) {
    double divisor = 1 / constants.rescale();
    boolean blueFirst = constants.blueFirst();
    List<Double> mean = constants.mean();
    List<Double> std = constants.std();
    float[] scale = new float[length];
    float[] shift = new float[length];
    for (int i = 0; i < length; i++) {
      int c = blueFirst ? 2 - i % 3 : i % 3;
      scale[i] = (float) (1 / (divisor * std.get(c)));
      shift[i] = (float) (-mean.get(c) / std.get(c));
    }
    tower.tensor("scale", Precision.FP32, shape, () -> scale);
    tower.tensor("shift", Precision.FP32, shape, () -> shift);
  }

  /** {@code [width, 3, patch, patch]} to {@code [width, patch, patch, 3]}, as the pixels lie. */
  private static float[] channelsLast(float[] weight, int width, int patch, boolean blueFirst) {
    int area = patch * patch;
    float[] moved = new float[weight.length];
    for (int w = 0; w < width; w++) {
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < area; i++) {
          int channel = blueFirst ? 2 - c : c;
          moved[(w * area + i) * 3 + c] = weight[(w * 3 + channel) * area + i];
        }
      }
    }
    return moved;
  }
}
