package io.nomen.encode;

import io.nomen.image.Decoded;
import io.nomen.image.Decoded.ImageInfo;
import io.nomen.image.ImageStatus;
import io.nomen.image.ModelInput;
import io.nomen.image.RawImage;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Digests;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One listed image, ready for the encoder or with the reason why it is not.
 *
 * @param bytes length of the encoded image
 * @param digest SHA-256 of the encoded image, by which exact duplicates are found
 * @param pixels [side, side, 3] unsigned bytes for each model, where the status is {@code ok}
 */
record PreparedImage(
    RawImage raw,
    ImageStatus status,
    Optional<String> reason,
    Optional<ImageInfo> info,
    long bytes,
    Optional<String> digest,
    List<byte[]> pixels) {

  /** Decodes, resizes and crops {@code raw}; never throws for a bad image. */
  static PreparedImage of(
      RawImage raw, List<ModelInput> inputs, Function<byte[], Decoded> decoder) {
    if (raw.content() instanceof Content.Whole whole) {
      return decode(raw, whole.bytes(), inputs, decoder);
    }
    Content.Missing bad = (Content.Missing) raw.content();
    return new PreparedImage(
        raw,
        bad.status(),
        Optional.of(bad.reason()),
        Optional.empty(),
        raw.length(),
        Optional.empty(),
        List.of());
  }

  /** The same image, found unusable after all. */
  PreparedImage bad(String why) {
    return new PreparedImage(
        raw, ImageStatus.CORRUPT, Optional.of(why), info, bytes, digest, List.of());
  }

  private static PreparedImage decode(
      RawImage raw, byte[] bytes, List<ModelInput> inputs, Function<byte[], Decoded> decoder) {
    Optional<String> digest = Optional.of(Digests.sha256(bytes));
    Decoded decoded = decoder.apply(bytes);
    if (decoded instanceof Decoded.Ok ok) {
      Map<ModelInput, byte[]> made = new HashMap<>();
      List<byte[]> pixels =
          inputs.stream()
              .map(input -> made.computeIfAbsent(input, i -> i.prepare(ok.image())))
              .toList();
      return new PreparedImage(
          raw.withoutBytes(),
          ImageStatus.OK,
          Optional.empty(),
          Optional.of(ok.info()),
          bytes.length,
          digest,
          pixels);
    }
    Decoded.Bad bad = (Decoded.Bad) decoded;
    return new PreparedImage(
        raw.withoutBytes(),
        bad.status(),
        Optional.of(bad.reason()),
        bad.info(),
        bytes.length,
        digest,
        List.of());
  }
}
