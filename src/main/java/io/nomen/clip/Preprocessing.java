package io.nomen.clip;

import java.io.Serializable;
import java.util.List;

/**
 * What happens to a picture before the image tower: its shortest side is resized (bicubic) to
 * {@code shortestEdge}, the centre {@code crop × crop} is cut out, and each channel becomes {@code
 * (value / 255 − mean) / std}. The last step happens inside the archive; the first two make bytes.
 *
 * @param mean per channel, red first, in 0..1
 * @param std per channel, red first
 */
public record Preprocessing(int shortestEdge, int crop, List<Double> mean, List<Double> std)
    implements Serializable {
  /** OpenAI's constants: what CLIP checkpoints without a file of their own were trained with. */
  static Preprocessing openAi(int size) {
    return new Preprocessing(
        size,
        size,
        List.of(0.48145466, 0.4578275, 0.40821073),
        List.of(0.26862954, 0.26130258, 0.27577711));
  }
}
