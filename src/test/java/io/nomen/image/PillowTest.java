package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.ModelInput.Resampling;
import io.nomen.store.Json;
import io.nomen.testing.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Pixels against Pillow's. */
class PillowTest {
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
                                PillowResize.resize(
                                        Pictures.pattern(
                                            c.get("width").asInt(), c.get("height").asInt()),
                                        Resampling.BICUBIC,
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
                                ModelInput.centreCrop(
                                        c.get("shortestEdge").asInt(), c.get("crop").asInt())
                                    .prepare(
                                        Pictures.pattern(
                                            c.get("width").asInt(), c.get("height").asInt())))
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
          boolean image = name.endsWith(".ppm") || name.endsWith(".Lab.tif");
          ImageStatus expected = image ? ImageStatus.UNSUPPORTED : ImageStatus.NOT_AN_IMAGE;
          assertThat(((Decoded.Bad) decoded).status()).as(name).isEqualTo(expected);
          continue;
        }
        assertThat(decoded).as(name).isInstanceOf(Decoded.Ok.class);
        RgbImage image = ((Decoded.Ok) decoded).image();
        assertThat(image.width()).as(name).isEqualTo(golden.get(name).get("width").asInt());
        assertThat(image.height()).as(name).isEqualTo(golden.get(name).get("height").asInt());
        assertThat(PillowResize.resize(image, Resampling.BICUBIC, 6, 6).rgb())
            .as(name)
            .isEqualTo(bytes(golden.get(name).get("thumbnail")));
        seen++;
      }
    }
    assertThat(seen).isEqualTo(golden.size());
  }

  @TestFactory
  Stream<DynamicTest> every_depth_packing_and_canvas_is_as_pillow_has_it_or_unsupported() {
    return StreamSupport.stream(golden("formats.json").get("pictures").spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("name").asText(), () -> comparesWell(c)));
  }

  private static void comparesWell(JsonNode picture) {
    Decoded decoded = ImageDecoder.decode(bytes(picture.get("file")), DecodeOptions.defaults());
    if (picture.has("status")) {
      assertThat(((Decoded.Bad) decoded).status()).hasToString(picture.get("status").asText());
      return;
    }
    assertThat(decoded).isInstanceOf(Decoded.Ok.class);
    RgbImage image = ((Decoded.Ok) decoded).image();
    assertThat(image.width()).isEqualTo(picture.get("width").asInt());
    assertThat(image.height()).isEqualTo(picture.get("height").asInt());
    byte[] expected = bytes(picture.get("rgb"));
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((image.rgb()[i] & 0xff) - (expected[i] & 0xff)));
    }
    assertThat(largest).isLessThanOrEqualTo(picture.get("differ").asInt());
  }
}
