package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.image.Decoded.ImageInfo;
import io.nomen.image.ImageDecoder.DecodeOptions;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static Decoded.Ok ok(byte[] bytes) {
    Decoded decoded = ImageDecoder.decode(bytes, DecodeOptions.defaults());
    assertThat(decoded).isInstanceOf(Decoded.Ok.class);
    return (Decoded.Ok) decoded;
  }

  private static int pixel(RgbImage image, int x, int y) {
    int at = 3 * (y * image.width() + x);
    return (image.rgb()[at] & 0xff) << 16
        | (image.rgb()[at + 1] & 0xff) << 8
        | (image.rgb()[at + 2] & 0xff);
  }

  @Test
  void a_picture_waits_until_there_is_memory_for_it_beside_others() throws Exception {
    PictureMemory memory = new PictureMemory(40 << 10);
    byte[] png = Pictures.encode(Pictures.scene(60, 50), "png");
    PictureMemory.Share others = memory.take(20 << 10);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Decoded> waiting =
          threads.submit(() -> ImageDecoder.decode(png, DecodeOptions.defaults(), memory));
      while (!memory.isCrowded()) {
        Thread.onSpinWait();
      }
      assertThat(waiting.isDone()).isFalse();
      others.close();
      assertThat(waiting.get()).isInstanceOf(Decoded.Ok.class);
    } finally {
      threads.shutdownNow();
    }
    // What was taken is given back, and a picture larger than all of it has all.
    assertThat(ImageDecoder.decode(png, DecodeOptions.defaults(), new PictureMemory(1)))
        .isInstanceOf(Decoded.Ok.class);
    memory.takeAll().close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tif"})
  void gives_back_the_pixels_of_lossless_formats(String format) {
    BufferedImage scene = Pictures.scene(37, 23);
    RgbImage image = ok(Pictures.encode(scene, format)).image();
    for (int y = 0; y < 23; y++) {
      for (int x = 0; x < 37; x++) {
        assertThat(pixel(image, x, y)).isEqualTo(scene.getRGB(x, y) & 0xffffff);
      }
    }
  }

  @Test
  void a_png_that_lacks_its_last_chunk_alone_is_whole() throws Exception {
    byte[] png = Pictures.encode(Pictures.scene(37, 23), "png");
    byte[] without = Arrays.copyOf(png, png.length - 12);
    assertThat(ok(without).image().rgb()).isEqualTo(ok(png).image().rgb());
    assertThat(ImageDecoder.decode(Arrays.copyOf(png, png.length - 30), DecodeOptions.defaults()))
        .isInstanceOf(Decoded.Bad.class);
  }

  @ParameterizedTest
  @CsvSource({
    "1,40,24,0,0", "2,40,24,39,0", "3,40,24,39,23", "4,40,24,0,23",
    "5,24,40,0,0", "6,24,40,23,0", "7,24,40,23,39", "8,24,40,0,39"
  })
  void turns_every_exif_orientation_upright(int orientation, int width, int height, int x, int y) {
    Decoded.Ok decoded = ok(Pictures.oriented(Pictures.encode("jpg", 40, 24), orientation));
    assertThat(decoded.info()).isEqualTo(new ImageInfo("jpeg", 40, 24, orientation));
    assertThat(decoded.image().width()).isEqualTo(width);
    assertThat(decoded.image().height()).isEqualTo(height);
    // The stored top left corner is dark; all others are not.
    assertThat(pixel(decoded.image(), x, y) >> 8 & 0xff).isLessThan(20);
    int otherX = width - 1 - x;
    int otherY = height - 1 - y;
    assertThat(pixel(decoded.image(), otherX, otherY) >> 8 & 0xff).isGreaterThan(200);
  }

  @ParameterizedTest
  @CsvSource({"1,0,10101010,255", "2,0,00011011,85", "4,0,00001111,255"})
  void scales_small_greys_to_eight_bits(int depth, int colourType, String bits, int expected) {
    int columns = 8 / depth;
    byte[] row = {0, (byte) Integer.parseInt(bits, 2)};
    byte[] png =
        Pictures.png(
            "IHDR", Pictures.pngHeader(columns, 1, depth, colourType),
            "IDAT", Pictures.deflate(row),
            "IEND", new byte[0]);
    RgbImage image = ok(png).image();
    int brightestOfFirstTwo =
        Math.max(pixel(image, 0, 0) & 0xff, pixel(image, Math.min(1, columns - 1), 0) & 0xff);
    assertThat(brightestOfFirstTwo).isEqualTo(expected);
  }

  @Test
  void cuts_sixteen_bit_grey_to_its_upper_eight() {
    byte[] row = {0, 0x12, (byte) 0xff, (byte) 0x80, 0};
    byte[] png =
        Pictures.png(
            "IHDR", Pictures.pngHeader(2, 1, 16, 0),
            "IDAT", Pictures.deflate(row),
            "IEND", new byte[0]);
    RgbImage image = ok(png).image();
    assertThat(image.rgb()).containsExactly(0x12, 0x12, 0x12, 0x80, 0x80, 0x80);
  }

  @Test
  void drops_transparency_and_keeps_the_colour_under_it() {
    byte[] row = {0, 10, 20, 30, 0};
    byte[] png =
        Pictures.png(
            "IHDR", Pictures.pngHeader(1, 1, 8, 6),
            "IDAT", Pictures.deflate(row),
            "IEND", new byte[0]);
    assertThat(ok(png).image().rgb()).containsExactly(10, 20, 30);
  }

  @Test
  void decides_by_bytes_and_not_by_name_or_profile() {
    Decoded empty = ImageDecoder.decode(new byte[0], DecodeOptions.defaults());
    assertThat(((Decoded.Bad) empty).status()).isEqualTo(ImageStatus.EMPTY);
    Decoded text =
        ImageDecoder.decode(
            "no picture".getBytes(StandardCharsets.UTF_8), DecodeOptions.defaults());
    assertThat(((Decoded.Bad) text).status()).isEqualTo(ImageStatus.NOT_AN_IMAGE);
  }

  @Test
  void refuses_a_picture_above_the_pixel_limit_with_its_size() {
    DecodeOptions small = new DecodeOptions(1000, Duration.ofSeconds(30));
    Decoded.Bad bad = (Decoded.Bad) ImageDecoder.decode(Pictures.encode("png", 40, 30), small);
    assertThat(bad.status()).isEqualTo(ImageStatus.TOO_LARGE);
    assertThat(bad.reason()).contains("40 x 30").contains("1000");
    assertThat(bad.info()).contains(new ImageInfo("png", 40, 30, 1));
  }

  @Test
  void stops_when_its_time_is_over() {
    byte[] bytes = Pictures.encode("jpg", 2000, 2000);
    DecodeOptions hurried =
        new DecodeOptions(DecodeOptions.DEFAULT_PIXEL_LIMIT, Duration.ofNanos(1));
    Decoded.Bad bad = (Decoded.Bad) ImageDecoder.decode(bytes, hurried);
    assertThat(bad.status()).isEqualTo(ImageStatus.TIMEOUT);
  }

  @Test
  void reads_a_jpeg_whose_profile_and_comment_are_nonsense() {
    byte[] jpeg = Pictures.encode("jpg", 64, 48);
    byte[] noise = new byte[1000];
    new Random(5).nextBytes(noise);
    byte[] marker = {(byte) 0xff, (byte) 0xe2, 0x03, (byte) 0xea};
    byte[] rest = java.util.Arrays.copyOfRange(jpeg, 2, jpeg.length);
    byte[] soi = {(byte) 0xff, (byte) 0xd8};
    RgbImage with = ok(Pictures.concat(soi, marker, noise, rest)).image();
    assertThat(with.rgb()).isEqualTo(ok(jpeg).image().rgb());
  }

  @Test
  void reads_the_orientation_wherever_it_is_written() {
    byte[] jpeg = Pictures.encode("jpg", 40, 24);
    byte[] xmp = Pictures.ascii(Pictures.xmp(6));
    byte[] namespace = Pictures.ascii("http://ns.adobe.com/xap/1.0/\0");
    byte[] jpegXmp = Pictures.withSegment(jpeg, Pictures.concat(namespace, xmp));
    // EXIF's own word counts before XMP's, and its first before others.
    byte[] both = Pictures.oriented(jpegXmp, 8);
    byte[] twice = Pictures.oriented(Pictures.oriented(jpeg, 3), 6);
    byte[] header = Pictures.pngHeader(1, 1, 8, 2);
    byte[] pixel = Pictures.deflate(new byte[] {0, 1, 2, 3});
    byte[] hex =
        Pictures.ascii(
            "\nexif\n  34\n457869660000"
                + HexFormat.of().formatHex(Pictures.exif(6)).replaceAll("(.{36})", "$1\n"));
    byte[] name = Pictures.ascii("Raw profile type exif\0");
    byte[] webp = BadFiles.picture("webp");
    byte[] canvas = {12, 0, 0, 0, 96, 0, 0, 60, 0, 0};
    byte[] still = Arrays.copyOfRange(webp, 12, webp.length);
    Map<String, byte[]> six = new LinkedHashMap<>();
    six.put("XMP of a JPEG", jpegXmp);
    six.put("first EXIF of a JPEG", twice);
    six.put(
        "EXIF behind a PNG's data",
        Pictures.png(
            "IHDR",
            header,
            "IDAT",
            pixel,
            "tEXt",
            new byte[4],
            "eXIf",
            Pictures.exif(6),
            "IEND",
            new byte[0]));
    six.put(
        "XMP of a PNG",
        Pictures.png(
            "IHDR",
            header,
            "iTXt",
            Pictures.concat(Pictures.ascii("XML:com.adobe.xmp\0\0\0\0\0"), xmp),
            "IDAT",
            pixel,
            "IEND",
            new byte[0]));
    six.put(
        "raw profile of a PNG",
        Pictures.png(
            "IHDR",
            header,
            "tEXt",
            Pictures.concat(name, hex),
            "IDAT",
            pixel,
            "IEND",
            new byte[0]));
    six.put(
        "compressed raw profile of a PNG",
        Pictures.png(
            "IHDR",
            header,
            "zTXt",
            Pictures.concat(name, new byte[1], Pictures.deflate(hex)),
            "IDAT",
            pixel,
            "IEND",
            new byte[0]));
    six.put(
        "XMP of a WebP",
        Pictures.riff("WEBP", Pictures.chunk("VP8X", canvas), still, Pictures.chunk("XMP ", xmp)));
    six.put(
        "EXIF of a WebP",
        Pictures.riff(
            "WEBP",
            Pictures.chunk("VP8X", canvas),
            still,
            Pictures.chunk("EXIF", Pictures.exif(6))));
    six.put("tag of a TIFF", Pictures.tiff(new byte[] {7}, 256, 1, 257, 1, 258, 8, 262, 1, 274, 6));
    six.forEach((where, file) -> assertThat(ok(file).info().orientation()).as(where).isEqualTo(6));
    assertThat(ok(both).info().orientation()).isEqualTo(8);
  }
}
