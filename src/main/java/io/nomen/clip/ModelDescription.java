package io.nomen.clip;

import io.nomen.RootLocale;
import io.nomen.clip.TowerSpec.EfficientNetLite;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.clip.TowerSpec.VisionSpec;
import io.nomen.clip.TowerSpec.VisionTransformer;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code nomen model info} tells about a checkpoint on this machine.
 *
 * @param what the folder is, in a few words
 * @param card the model card's text: for {@code tiny}, with the numbers that it was measured at
 */
public record ModelDescription(
    ClipModel model, String what, TorchDevice device, Precision precision, Optional<String> card) {
  /**
   * Describes a checkpoint.
   *
   * @param precision may be {@code AUTO}; the description has what it resolves to
   */
  public static ModelDescription of(
      ClipCheckpoint checkpoint, TorchDevice device, Precision precision) {
    return new ModelDescription(
        checkpoint.model(), checkpoint.what(), device, precision.on(device), checkpoint.card());
  }

  /** The facts in the order in which people ask for them; names and values for a table or JSON. */
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    VisionSpec vision = model.vision();
    facts.put("model", model.id());
    facts.put("what it is", what);
    facts.put("location", model.location());
    facts.put("digest", model.digest());
    facts.put("parameters", RootLocale.format("%,d", model.parameters()));
    facts.put("embedding width", Integer.toString(model.projectionWidth()));
    facts.put(
        "image tower",
        vision instanceof VisionTransformer vit
            ? RootLocale.format(
                "ViT, %d px in patches of %d (%d tokens), %s",
                vit.imageSize(), vit.patchSize(), vit.tokens(), tower(vit.tower()))
            : RootLocale.format(
                "EfficientNet-Lite, %d px, %d blocks",
                vision.imageSize(), ((EfficientNetLite) vision).blocks().size()));
    if (model.hasText()) {
      TextSpec text = model.text();
      facts.put(
          "text tower",
          RootLocale.format(
              "%d tokens of %,d, %s", text.positions(), text.vocabulary(), tower(text.tower())));
    }
    facts.put("preprocessing", model.preprocessing().sentence());
    facts.put("device", device.toString());
    facts.put("precision", precision.word());
    return facts;
  }

  private static String tower(TowerSpec tower) {
    return RootLocale.format(
        "width %d × %d layers, %d heads, %s",
        tower.width(),
        tower.layers(),
        tower.heads(),
        tower.activation().name().toLowerCase(Locale.ROOT));
  }
}
