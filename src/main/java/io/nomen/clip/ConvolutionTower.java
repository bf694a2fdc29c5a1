package io.nomen.clip;

import io.nomen.clip.TowerSpec.EfficientNetLite;
import io.nomen.tensor.Precision;
import java.util.List;

/**
 * The image tower of convolutions as an archive: {@code uint8 [n, S, S, 3] → float32 [n, d]},
 * un-normalised. The bytes stay as they come, channels last, all the way through. Batch norms are
 * part of the convolutions before them. What goes from block to block, and its sums, are fp32 in
 * every precision. Tan and Le, "EfficientNet", ICML 2019.
 */
final class ConvolutionTower {
  /** Of the batch norms, as TensorFlow's weights were trained with. */
  private static final double EPSILON = 1e-3;

  private final TowerWriter tower;

  /** Rows, and columns, of the map that the next convolution is given. */
  private int side;

  private ConvolutionTower(TowerWriter tower, int side) {
    this.tower = tower;
    this.side = side;
  }

  static TowerWriter of(
      ClipModel model,
      EfficientNetLite vision,
      TensorSource checkpoint,
      Layout layout,
      Precision precision) {
    TowerWriter tower = new TowerWriter(checkpoint, layout, precision, "pixels");
    ImageTower.normalisation(tower, model.preprocessing(), 3, 1, 3, 1, 1);
    tower.copy(
        "projection",
        Precision.FP32,
        "image.projection.weight",
        model.projectionWidth(),
        EfficientNetLite.LAST);
    tower.line("x = %s", TowerWriter.full("torch.permute(pixels, [0, 3, 1, 2])"));
    tower.line("x = torch.addcmul(@shift, x, @scale)");
    new ConvolutionTower(tower, vision.imageSize()).layers(vision.blocks());
    tower.line("x = torch.mean(x, [2, 3])");
    if (vision.projectionBias()) {
      tower.copy("projection_b", Precision.FP32, "image.projection.bias", model.projectionWidth());
    }
    tower.line(
        "return torch.linear(x, @projection%s)", vision.projectionBias() ? ", @projection_b" : "");
    return tower;
  }

  private void layers(List<EfficientNetLite.Block> blocks) {
    convolution("image.stem", EfficientNetLite.STEM, 3, 3, 2, 1, true);
    int channels = EfficientNetLite.STEM;
    for (EfficientNetLite.Block block : blocks) {
      int inner = block.inner();
      if (block.residual()) {
        tower.line("y = x");
      }
      if (inner > channels) {
        convolution(block.name() + "expand", inner, channels, 1, 1, 1, true);
      }
      convolution(
          block.name() + "depthwise", inner, 1, block.kernel(), block.stride(), inner, true);
      convolution(block.name() + "project", block.channels(), inner, 1, 1, 1, false);
      tower.line("x = %s", TowerWriter.full("x"));
      if (block.residual()) {
        tower.line("x = torch.add(x, y)");
      }
      channels = block.channels();
    }
    convolution("image.last", EfficientNetLite.LAST, channels, 1, 1, 1, true);
    tower.line("x = %s", TowerWriter.full("x"));
  }

  /**
   * Adds a convolution of {@code x} with TensorFlow's padding: what is odd lies right and below.
   */
  private void convolution(
      String from, int out, int in, int kernel, int stride, int groups, boolean relu6) {
    String name = from.substring(from.indexOf('.') + 1).replace('.', '_');
    tower.tensor(
        name + "_w", tower.precision(), new long[] {out, in, kernel, kernel}, () -> weight(from));
    tower.tensor(name + "_b", tower.precision(), new long[] {out}, () -> bias(from));
    int next = (side + stride - 1) / stride;
    int padding = Math.max(0, (next - 1) * stride + kernel - side);
    int before = padding / 2;
    int after = padding - before;
    if (before != after) {
      tower.line("x = torch.constant_pad_nd(x, [%d, %d, %d, %d], 0)", before, after, before, after);
      before = 0;
    }
    tower.line(
        "x = torch.conv2d(%s, @%s_w, @%s_b, [%d, %d], [%d, %d], [1, 1], %d)",
        tower.low("x"), name, name, stride, stride, before, before, groups);
    if (relu6) {
      tower.line("x = torch.clamp_(x, 0, 6)");
    }
    side = next;
  }

  private float[] weight(String from) {
    float[] scale = scale(from);
    float[] weight = tower.read(from + ".weight");
    int each = weight.length / scale.length;
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= scale[i / each];
    }
    return weight;
  }

  private float[] bias(String from) {
    float[] scale = scale(from);
    float[] mean = tower.read(from + "_norm.running_mean");
    float[] bias = tower.read(from + "_norm.bias");
    for (int i = 0; i < bias.length; i++) {
      bias[i] -= mean[i] * scale[i];
    }
    return bias;
  }

  private float[] scale(String from) {
    float[] variance = tower.read(from + "_norm.running_var");
    float[] scale = tower.read(from + "_norm.weight");
    for (int i = 0; i < scale.length; i++) {
      scale[i] = (float) (scale[i] / Math.sqrt(variance[i] + EPSILON));
    }
    return scale;
  }
}
