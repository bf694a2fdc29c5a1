package io.nomen.encode;

import io.nomen.clip.Preprocessing;
import io.nomen.image.Content;
import io.nomen.image.DecodeOptions;
import io.nomen.image.Decoded;
import io.nomen.image.Facts;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageStatus;
import io.nomen.image.ModelInput;
import io.nomen.image.RawImage;
import io.nomen.store.Digests;
import java.util.Optional;

/**
 * One listed image, ready for the encoder or with the reason why it is not.
 *
 * @param bytes length of the encoded image
 * @param digest SHA-256 of the encoded image, by which exact duplicates are found
 * @param pixels [crop, crop, 3] unsigned bytes, where the status is {@code ok}
 */
record PreparedImage(
    RawImage raw,
    ImageStatus status,
    Optional<String> reason,
    Optional<Facts> facts,
    long bytes,
    Optional<String> digest,
    Optional<byte[]> pixels) {

  /** Decodes, resizes and crops {@code raw}; never throws for a bad image. */
  static PreparedImage of(RawImage raw, Preprocessing preprocessing, DecodeOptions options) {
    if (raw.content() instanceof Content.Whole whole) {
      return decode(raw, whole.bytes(), preprocessing, options);
    }
    Content.Missing bad = (Content.Missing) raw.content();
    return new PreparedImage(
        raw,
        bad.status(),
        Optional.of(bad.reason()),
        Optional.empty(),
        raw.length(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same image, found unusable after all. */
  PreparedImage bad(String why) {
    return new PreparedImage(
        raw, ImageStatus.CORRUPT, Optional.of(why), facts, bytes, digest, Optional.empty());
  }

  private static PreparedImage decode(
      RawImage raw, byte[] bytes, Preprocessing preprocessing, DecodeOptions options) {
    Optional<String> digest = Optional.of(Digests.sha256(bytes));
    Decoded decoded = ImageDecoder.decode(bytes, options);
    if (decoded instanceof Decoded.Ok ok) {
      byte[] pixels =
          ModelInput.prepare(ok.image(), preprocessing.shortestEdge(), preprocessing.crop());
      return new PreparedImage(
          raw.withoutBytes(),
          ImageStatus.OK,
          Optional.empty(),
          Optional.of(ok.facts()),
          bytes.length,
          digest,
          Optional.of(pixels));
    }
    Decoded.Bad bad = (Decoded.Bad) decoded;
    return new PreparedImage(
        raw.withoutBytes(),
        bad.status(),
        Optional.of(bad.reason()),
        bad.facts(),
        bytes.length,
        digest,
        Optional.empty());
  }
}
