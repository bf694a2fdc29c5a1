package io.nomen.clip;

import io.nomen.tensor.Precision;

/**
 * The text tower as an archive: {@code int64 [n, L] → float32 [n, d]}, un-normalised, for every
 * {@code L} up to the model's positions. The mask is causal, so what pads a text after its end
 * token changes nothing.
 */
final class TextTower {
  private TextTower() {}

  static TowerWriter of(ClipModel model, TensorSource checkpoint, Precision precision) {
    TextSpec text = model.text();
    int width = text.tower().width();
    TowerWriter tower = new TowerWriter(checkpoint, text.tower(), precision, "tokens");
    tower.copy(
        "vocabulary",
        precision,
        Layout.TEXT + "embeddings.token_embedding.weight",
        text.vocabulary(),
        width);
    tower.copy(
        "positions",
        Precision.FP32,
        Layout.TEXT + "embeddings.position_embedding.weight",
        text.positions(),
        width);
    tower.norm("after", Layout.TEXT + "final_layer_norm");
    tower.copy(
        "projection", Precision.FP32, "text_projection.weight", model.projectionWidth(), width);

    tower.line("n = torch.size(tokens, 0)");
    tower.line("t = torch.size(tokens, 1)");
    tower.line(
        "x = torch.add(torch.embedding(@vocabulary, tokens), torch.slice(@positions, 0, 0, t))");
    for (int i = 0; i < text.tower().layers(); i++) {
      tower.block(i, Layout.block(Layout.TEXT, i), true, false);
    }
    // Arg-max gives the first of equals, so the first end token in both cases.
    tower.line(
        text.endIsLargestId()
            ? "end = torch.argmax(tokens, -1)"
            : TowerWriter.format(
                "end = torch.argmax(torch.to(torch.eq(tokens, %d), 3), -1)", text.endToken()));
    tower.line(
        "x = torch.gather(x, 1, torch.expand(torch.reshape(end, [n, 1, 1]), [-1, -1, %d]))", width);
    tower.line(
        "x = %s", tower.normed(TowerWriter.format("torch.reshape(x, [n, %d])", width), "after"));
    tower.line("return torch.linear(x, @projection)");
    return tower;
  }
}
