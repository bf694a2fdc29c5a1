package io.nomen.clip;

import io.nomen.tensor.Precision;
import java.util.List;

/**
 * The image tower as an archive: {@code uint8 [n, S, S, 3] → float32 [n, d]}, un-normalised. The
 * bytes become {@code (value / 255 − mean) / std} inside, so nothing but bytes crosses into native
 * memory. Patches do not overlap, so their convolution is one matrix product.
 *
 * <p>Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML
 * 2021; in the last block only the class token is computed, as nothing else is read from it.
 */
final class ImageTower {
  private ImageTower() {}

  static TowerWriter of(ClipModel model, TensorSource checkpoint, Precision precision) {
    VisionSpec vision = model.vision();
    TowerWriter tower = new TowerWriter(checkpoint, vision.tower(), precision, "pixels");
    int width = vision.tower().width();
    int patch = vision.patchSize();
    int grid = vision.grid();
    int patchNumbers = patch * patch * 3;
    embeddingTensors(tower, model);

    tower.line("n = torch.size(pixels, 0)");
    tower.line("t = %d", vision.tokens());
    tower.line("x = torch.reshape(pixels, [n, %d, %d, %d, %d, 3])", grid, patch, grid, patch);
    tower.line(
        "x = torch.reshape(torch.permute(x, [0, 1, 3, 2, 4, 5]), [n, %d, %d])",
        grid * grid, patchNumbers);
    tower.line("x = torch.addcmul(@shift, %s, @scale)", TowerWriter.full("x"));
    tower.line("x = torch.linear(%s, @patches)", tower.low("x"));
    tower.line(
        "x = torch.cat([torch.expand(@class_token, [n, -1, -1]), %s], 1)", TowerWriter.full("x"));
    tower.line("x = %s", tower.normed("torch.add(x, @positions)", "before"));
    int last = vision.tower().layers() - 1;
    for (int i = 0; i <= last; i++) {
      tower.block(i, Layout.block(Layout.VISION, i), false, i == last);
    }
    tower.line(
        "x = %s", tower.normed(TowerWriter.format("torch.reshape(x, [n, %d])", width), "after"));
    tower.line("return torch.linear(x, @projection)");
    return tower;
  }

  private static void embeddingTensors(TowerWriter tower, ClipModel model) {
    VisionSpec vision = model.vision();
    Preprocessing constants = model.preprocessing();
    int width = vision.tower().width();
    int patch = vision.patchSize();
    int patchNumbers = patch * patch * 3;
    List<Double> mean = constants.mean();
    List<Double> std = constants.std();
    tower.tensor(
        "scale",
        Precision.FP32,
        new long[] {patchNumbers},
        () -> perChannel(patchNumbers, c -> 1 / (255 * std.get(c))));
    tower.tensor(
        "shift",
        Precision.FP32,
        new long[] {patchNumbers},
        () -> perChannel(patchNumbers, c -> -mean.get(c) / std.get(c)));
    tower.tensor(
        "patches",
        tower.precision(),
        new long[] {width, patchNumbers},
        () ->
            channelsLast(
                tower.checkpoint().read(Layout.VISION + "embeddings.patch_embedding.weight"),
                width,
                patch));
    tower.copy(
        "class_token", Precision.FP32, Layout.VISION + "embeddings.class_embedding", 1, 1, width);
    tower.copy(
        "positions",
        Precision.FP32,
        Layout.VISION + "embeddings.position_embedding.weight",
        vision.tokens(),
        width);
    tower.norm("before", Layout.VISION + "pre_layrnorm");
    tower.norm("after", Layout.VISION + "post_layernorm");
    tower.copy(
        "projection", Precision.FP32, "visual_projection.weight", model.projectionWidth(), width);
  }

  private interface Channel {
    double value(int channel);
  }

  private static float[] perChannel(int length, Channel channel) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) channel.value(i % 3);
    }
    return values;
  }

  /** {@code [width, 3, patch, patch]} to {@code [width, patch, patch, 3]}, as the pixels lie. */
  private static float[] channelsLast(float[] weight, int width, int patch) {
    int area = patch * patch;
    float[] moved = new float[weight.length];
    for (int w = 0; w < width; w++) {
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < area; i++) {
          moved[(w * area + i) * 3 + c] = weight[(w * 3 + c) * area + i];
        }
      }
    }
    return moved;
  }
}
