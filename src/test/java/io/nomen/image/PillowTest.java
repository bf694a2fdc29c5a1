package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import io.nomen.testing.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Pixels against Pillow's. */
class PillowTest {
  /** LittleCMS goes from Lab to sRGB through tables, this project by the formulas. */
  private static final Map<String, Integer> DIFFER = Map.of("pillow_hopper.Lab.tif", 4);

  static JsonNode golden(String name) {
    try (InputStream in = PillowTest.class.getResourceAsStream(name)) {
      return Json.mapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(JsonNode node) {
    return Base64.getDecoder().decode(node.asText());
  }

  @TestFactory
  Stream<DynamicTest> resizes_like_pillow_to_the_last_bit() {
    return StreamSupport.stream(golden("pillow.json").get("resize").spliterator(), false)
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "%s x %s to %s x %s"
                        .formatted(
                            c.get("width"), c.get("height"), c.get("toWidth"), c.get("toHeight")),
                    () ->
                        assertThat(
                                PillowBicubic.resize(
                                        Pictures.pattern(
                                            c.get("width").asInt(), c.get("height").asInt()),
                                        c.get("toWidth").asInt(),
                                        c.get("toHeight").asInt())
                                    .rgb())
                            .isEqualTo(bytes(c.get("rgb")))));
  }

  @TestFactory
  Stream<DynamicTest> prepares_like_torchvision_to_the_last_bit() {
    return StreamSupport.stream(golden("pillow.json").get("prepare").spliterator(), false)
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "%s x %s by %s to %s"
                        .formatted(
                            c.get("width"), c.get("height"), c.get("shortestEdge"), c.get("crop")),
                    () ->
                        assertThat(
                                ModelInput.prepare(
                                    Pictures.pattern(
                                        c.get("width").asInt(), c.get("height").asInt()),
                                    c.get("shortestEdge").asInt(),
                                    c.get("crop").asInt()))
                            .isEqualTo(bytes(c.get("rgb")))));
  }

  @Test
  void decodes_lossless_webp_like_pillow() {
    byte[] webp = bytes(golden("pillow.json").get("webpLossless"));
    Decoded decoded = ImageDecoder.decode(webp, DecodeOptions.defaults());
    assertThat(decoded).isInstanceOf(Decoded.Ok.class);
    assertThat(((Decoded.Ok) decoded).image().rgb()).isEqualTo(Pictures.pattern(24, 16).rgb());
  }

  @Test
  void decodes_every_photo_upright_and_like_pillow() throws IOException {
    JsonNode golden = golden("photos.json");
    Path photos = Shared.data("photos");
    int seen = 0;
    try (Stream<Path> files = Files.list(photos)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        Decoded decoded = ImageDecoder.decode(Files.readAllBytes(file), DecodeOptions.defaults());
        if (!golden.has(name)) {
          ImageStatus expected =
              name.endsWith(".ppm") ? ImageStatus.UNSUPPORTED : ImageStatus.NOT_AN_IMAGE;
          assertThat(((Decoded.Bad) decoded).status()).as(name).isEqualTo(expected);
          continue;
        }
        assertThat(decoded).as(name).isInstanceOf(Decoded.Ok.class);
        RgbImage image = ((Decoded.Ok) decoded).image();
        assertThat(image.width()).as(name).isEqualTo(golden.get(name).get("width").asInt());
        assertThat(image.height()).as(name).isEqualTo(golden.get(name).get("height").asInt());
        assertThat(largestDifference(image, bytes(golden.get(name).get("thumbnail"))))
            .as(name)
            .isLessThanOrEqualTo(DIFFER.getOrDefault(name, 0));
        seen++;
      }
    }
    assertThat(seen).isEqualTo(golden.size());
  }

  private static int largestDifference(RgbImage image, byte[] thumbnail) {
    byte[] ours = PillowBicubic.resize(image, 6, 6).rgb();
    int largest = 0;
    for (int i = 0; i < ours.length; i++) {
      largest = Math.max(largest, Math.abs((ours[i] & 0xff) - (thumbnail[i] & 0xff)));
    }
    return largest;
  }
}
