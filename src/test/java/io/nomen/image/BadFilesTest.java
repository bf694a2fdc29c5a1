package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** More than two hundred damaged and hostile files: each gets its status, none an exception. */
class BadFilesTest {
  private static final List<String> FORMATS = List.of("jpg", "png", "gif", "bmp", "tif", "webp");
  private static final Set<ImageStatus> INCOMPLETE =
      EnumSet.of(ImageStatus.TRUNCATED, ImageStatus.CORRUPT, ImageStatus.NOT_AN_IMAGE);

  private static byte[] picture(String format) {
    return format.equals("webp")
        ? Base64.getDecoder().decode(PillowTest.golden("pillow.json").get("webp").asText())
        : Pictures.encode(format, 97, 61);
  }

  private static ImageStatus status(byte[] bytes) {
    Decoded decoded = ImageDecoder.decode(bytes, DecodeOptions.defaults());
    if (decoded instanceof Decoded.Bad bad) {
      assertThat(bad.reason()).isNotBlank();
      return bad.status();
    }
    return ImageStatus.OK;
  }

  @Test
  void a_file_cut_anywhere_is_never_taken_for_a_whole_one() {
    int cases = 0;
    for (String format : FORMATS) {
      byte[] whole = picture(format);
      assertThat(status(whole)).as(format).isEqualTo(ImageStatus.OK);
      assertThat(status(new byte[0])).isEqualTo(ImageStatus.EMPTY);
      for (int percent : new int[] {1, 10, 25, 50, 75, 90, 99}) {
        byte[] cut = Arrays.copyOf(whole, Math.max(1, whole.length * percent / 100));
        assertThat(status(cut)).as("%s cut at %d %%", format, percent).isIn(INCOMPLETE);
        cases++;
      }
    }
    assertThat(cases).isEqualTo(42);
  }

  @Test
  void a_flipped_byte_gives_a_picture_or_a_status_and_nothing_else() {
    Random random = new Random(20240611);
    Map<String, Map<ImageStatus, Integer>> seen = new LinkedHashMap<>();
    int cases = 0;
    for (String format : FORMATS) {
      byte[] whole = picture(format);
      for (int i = 0; i < 50; i++) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
        seen.computeIfAbsent(format, f -> new EnumMap<>(ImageStatus.class))
            .merge(status(damaged), 1, Integer::sum);
        cases++;
      }
    }
    assertThat(cases).isEqualTo(300);
    assertThat(seen.values()).allSatisfy(m -> assertThat(m).doesNotContainKey(ImageStatus.TIMEOUT));
    // Every used chunk of a PNG has a checksum; only what is not used may change unnoticed.
    assertThat(seen.get("png").getOrDefault(ImageStatus.OK, 0)).isLessThan(5);
  }

  @Test
  void a_header_of_161_bytes_that_promises_60000_by_60000_costs_nothing() {
    byte[] bomb =
        Pictures.png(
            "IHDR", Pictures.pngHeader(60_000, 60_000, 8, 2),
            "IDAT", Pictures.deflate(new byte[92_000]),
            "IEND", new byte[0]);
    assertThat(bomb.length).isBetween(140, 180);
    long before = allocated();
    Decoded.Bad bad = (Decoded.Bad) ImageDecoder.decode(bomb, DecodeOptions.defaults());
    assertThat(allocated() - before).isLessThan(1 << 20);
    assertThat(bad.status()).isEqualTo(ImageStatus.TOO_LARGE);
    assertThat(bad.reason()).contains("60000 x 60000");
  }

  @Test
  void promises_below_the_limit_that_the_data_cannot_keep_cost_nothing_either() {
    byte[] png =
        Pictures.png(
            "IHDR", Pictures.pngHeader(13_000, 13_000, 8, 2),
            "IDAT", Pictures.deflate(new byte[1000]),
            "IEND", new byte[0]);
    byte[] jpeg = Pictures.encode("jpg", 64, 64);
    int frame = indexOf(jpeg, new byte[] {(byte) 0xff, (byte) 0xc0});
    System.arraycopy(new byte[] {0x32, (byte) 0xc8, 0x32, (byte) 0xc8}, 0, jpeg, frame + 5, 4);
    long before = allocated();
    assertThat(status(png)).isEqualTo(ImageStatus.CORRUPT);
    assertThat(status(jpeg)).isEqualTo(ImageStatus.TRUNCATED);
    assertThat(allocated() - before).isLessThan(1 << 20);
  }

  @Test
  void bombs_in_a_png_profile_or_text_are_never_inflated() {
    byte[] zeros = Pictures.deflate(new byte[200 << 20]);
    byte[] name = "bomb\0\0".getBytes(StandardCharsets.ISO_8859_1);
    byte[] pixel = Pictures.deflate(new byte[] {0, 1, 2, 3});
    for (String chunk : List.of("iCCP", "zTXt", "iTXt")) {
      byte[] bomb =
          Pictures.png(
              "IHDR",
              Pictures.pngHeader(1, 1, 8, 2),
              chunk,
              Pictures.concat(name, zeros),
              "IDAT",
              pixel,
              "IEND",
              new byte[0]);
      long before = allocated();
      assertThat(status(bomb)).as(chunk).isEqualTo(ImageStatus.OK);
      assertThat(allocated() - before).as(chunk).isLessThan(1 << 20);
    }
  }

  @Test
  void lies_of_each_format_get_their_status() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] gif = picture("gif");
    files.put("GIF with an empty canvas", with(gif, 6, 0, 0, 0, 0));
    int image = indexOf(gif, new byte[] {0x2c, 0, 0, 0, 0});
    files.put("GIF with an empty picture", with(gif, image + 5, 0, 0, 0, 0));
    files.put("GIF picture off its canvas", with(gif, image + 1, 0xff, 0x7f));
    byte[] jpeg = picture("jpg");
    int frame = indexOf(jpeg, new byte[] {(byte) 0xff, (byte) 0xc0});
    files.put("JPEG of no height", with(jpeg, frame + 5, 0, 0));
    files.put("JPEG of 255 components", with(jpeg, frame + 9, 255));
    files.put("JPEG of two components", with(jpeg, frame + 9, 2));
    files.put("JPEG of 12 bits", with(jpeg, frame + 4, 12));
    files.put("JPEG with lossless frame", with(jpeg, frame + 1, 0xc3));
    files.put("JPEG with arithmetic frame", with(jpeg, frame + 1, 0xc9));
    files.put("JPEG with sampling 0", with(jpeg, frame + 11, 0));
    files.put("JPEG segment of length 0", with(jpeg, 4, 0, 0));
    files.put("JPEG of SOI alone", new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff});
    byte[] bmp = picture("bmp");
    files.put("BMP of no width", with(bmp, 18, 0, 0, 0, 0));
    files.put("BMP of negative width", with(bmp, 18, 0xff, 0xff, 0xff, 0xff));
    files.put("BMP of 2^31 rows", with(bmp, 22, 0, 0, 0, 0x80));
    files.put("BMP of 7 bits", with(bmp, 28, 7));
    files.put("BMP holding JPEG", with(bmp, 30, 4));
    byte[] tif = picture("tif");
    files.put("TIFF directory far outside", with(tif, 4, 0x7f, 0x7f, 0x7f, 0x7f));
    files.put("TIFF directory inside its header", with(tif, 4, 0, 0, 0, 0));
    files.put(
        "PNG without palette",
        Pictures.png(
            "IHDR", Pictures.pngHeader(1, 1, 8, 3),
            "IDAT", Pictures.deflate(new byte[] {0, 0}),
            "IEND", new byte[0]));
    files.put(
        "PNG with unknown colour type",
        Pictures.png(
            "IHDR", Pictures.pngHeader(1, 1, 8, 5),
            "IDAT", Pictures.deflate(new byte[] {0, 0}),
            "IEND", new byte[0]));
    files.put("PNG of no width", Pictures.png("IHDR", Pictures.pngHeader(0, 1, 8, 2)));
    files.put("PNG without header", Pictures.png("IDAT", new byte[4]));
    files.put(
        "PNG with too little data",
        Pictures.png(
            "IHDR", Pictures.pngHeader(30, 30, 8, 2),
            "IDAT", Pictures.deflate(new byte[500]),
            "IEND", new byte[0]));
    byte[] webp = picture("webp");
    files.put("WebP with an unknown chunk", with(webp, 12, 'X', 'X', 'X', 'X'));
    files.forEach(
        (name, bytes) ->
            assertThat(status(bytes))
                .as(name)
                .isIn(ImageStatus.CORRUPT, ImageStatus.UNSUPPORTED, ImageStatus.TRUNCATED));
    assertThat(files).hasSizeGreaterThan(24);
  }

  @Test
  void formats_that_are_not_read_are_named() {
    Map<String, String> starts =
        Map.of(
            "P6\n1 1\n255\n", "pnm",
            "\0\0\0\30ftypheic", "heif",
            "\0\0\0\30ftypavif", "avif",
            "8BPS\0\1", "psd",
            "MM\0+", "big-tiff");
    starts.forEach(
        (start, word) -> {
          byte[] bytes = (start + "and more").getBytes(StandardCharsets.ISO_8859_1);
          Decoded.Bad bad = (Decoded.Bad) ImageDecoder.decode(bytes, DecodeOptions.defaults());
          assertThat(bad.status()).isEqualTo(ImageStatus.UNSUPPORTED);
          assertThat(bad.reason()).contains(word);
        });
  }

  @Test
  void exif_that_points_at_itself_ends() {
    byte[] jpeg = Pictures.oriented(picture("jpg"), 6);
    int next = indexOf(jpeg, new byte[] {0, 6, 0, 0, 0, 0, 0, 0}) + 4;
    assertThat(status(with(jpeg, next, 0, 0, 0, 8))).isEqualTo(ImageStatus.OK);
    int directory = indexOf(jpeg, new byte[] {0, 42, 0, 0, 0, 8}) + 2;
    assertThat(status(with(jpeg, directory, 0xff, 0xff, 0xff, 0xff))).isEqualTo(ImageStatus.OK);
    assertThat(status(with(jpeg, directory, 0, 0, 0, 0))).isEqualTo(ImageStatus.OK);
  }

  @Test
  void noise_behind_every_signature_gets_a_status() {
    Random random = new Random(7);
    List<String> starts =
        List.of(
            "\u00ff\u00d8\u00ff\u00c0",
            PngHeader.SIGNATURE,
            "GIF89a",
            "BM",
            "II*\0",
            "MM\0*",
            "RIFF\u0010\1\0\0WEBPVP8 ",
            "RIFF\u0010\1\0\0WEBPVP8L",
            "RIFF\u0010\1\0\0WEBPVP8X");
    List<ImageStatus> seen = new ArrayList<>();
    for (String start : starts) {
      for (int i = 0; i < 10; i++) {
        byte[] noise = new byte[10 + random.nextInt(300)];
        random.nextBytes(noise);
        byte[] head = start.getBytes(StandardCharsets.ISO_8859_1);
        seen.add(status(Pictures.concat(head, noise)));
      }
    }
    assertThat(seen).hasSize(90).doesNotContain(ImageStatus.OK, ImageStatus.TIMEOUT);
  }

  private static byte[] with(byte[] bytes, int at, int... values) {
    byte[] changed = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      changed[at + i] = (byte) values[i];
    }
    return changed;
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new IllegalStateException("not found");
  }

  /** Bytes that this thread has allocated so far. */
  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
