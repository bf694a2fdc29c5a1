package io.nomen.clip;

import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.tensor.Precision;

/**
 * The text tower as an archive: {@code int64 [n, L] → float32 [n, d]}, un-normalised, for every
 * {@code L} up to the model's positions. Where the mask is causal, what pads a text after its end
 * token changes nothing; where there is none, {@code L} is the number of positions.
 */
final class TextTower {
  private TextTower() {}

  static TowerWriter of(
      ClipModel model, TensorSource checkpoint, Layout layout, Precision precision) {
    TextSpec text = model.text();
    int width = text.tower().width();
    TransformerWriter tower =
        new TransformerWriter(checkpoint, layout, text.tower(), precision, "tokens");
    tower.copy("vocabulary", precision, "text.vocabulary", text.vocabulary(), width);
    tower.copy("positions", Precision.FP32, "text.positions", text.positions(), width);
    tower.norm("after", "text.after");
    tower.copy(
        "projection", Precision.FP32, "text.projection.weight", model.projectionWidth(), width);
    if (text.projectionBias()) {
      tower.copy("projection_b", Precision.FP32, "text.projection.bias", model.projectionWidth());
    }

    tower.line("n = torch.size(tokens, 0)");
    tower.line("t = torch.size(tokens, 1)");
    tower.line(
        "x = torch.add(torch.embedding(@vocabulary, tokens), torch.slice(@positions, 0, 0, t))");
    for (int i = 0; i < text.tower().layers(); i++) {
      tower.block(i, "text.block." + i + ".", text.causal(), false);
    }
    if (text.pooling() == TextSpec.Pooling.LAST_TOKEN) {
      tower.line("x = torch.slice(x, 1, -1)");
    } else {
      // Arg-max gives the first of equals, so the first end token in both cases.
      tower.line(
          text.endIsLargestId()
              ? "end = torch.argmax(tokens, -1)"
              : TowerWriter.format(
                  "end = torch.argmax(torch.to(torch.eq(tokens, %d), 3), -1)", text.endToken()));
      tower.line(
          "x = torch.gather(x, 1, torch.expand(torch.reshape(end, [n, 1, 1]), [-1, -1, %d]))",
          width);
    }
    tower.line(
        "x = %s", tower.normed(TowerWriter.format("torch.reshape(x, [n, %d])", width), "after"));
    tower.line(
        "return torch.linear(x, @projection%s)", text.projectionBias() ? ", @projection_b" : "");
    return tower;
  }
}
