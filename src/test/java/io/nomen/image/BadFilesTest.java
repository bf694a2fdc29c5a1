package io.nomen.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.image.ImageDecoder.DecodeOptions;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More than two hundred damaged and hostile files: each gets its status, none an exception. */
class BadFilesTest {
  private static final Set<ImageStatus> INCOMPLETE =
      EnumSet.of(ImageStatus.TRUNCATED, ImageStatus.CORRUPT, ImageStatus.NOT_AN_IMAGE);

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
    for (String format : BadFiles.FORMATS) {
      assertThat(status(BadFiles.picture(format))).as(format).isEqualTo(ImageStatus.OK);
    }
    assertThat(status(new byte[0])).isEqualTo(ImageStatus.EMPTY);
    Map<String, byte[]> cut = BadFiles.cut();
    cut.forEach((name, bytes) -> assertThat(status(bytes)).as(name).isIn(INCOMPLETE));
    assertThat(cut).hasSize(42);
  }

  @Test
  void headers_that_ask_for_more_memory_than_the_picture_are_no_pictures() {
    int[] tile = {256, 16, 257, 16, 258, 8, 262, 1, 322, 2_000_000_000, 323, 1};
    assertThat(status(Pictures.tiff(new byte[256], tile))).isEqualTo(ImageStatus.CORRUPT);
    byte[] thin = Pictures.encode("png", 300_000, 1);
    assertThat(status(thin)).isEqualTo(ImageStatus.TOO_LARGE);
    Decoded tall =
        ImageDecoder.decode(Pictures.encode("png", 1, 260_000), DecodeOptions.defaults());
    for (ModelInput.Fit fit : ModelInput.Fit.values()) {
      ModelInput input = new ModelInput(fit, ModelInput.Resampling.BICUBIC, 224, 224, 0);
      assertThat(input.prepare(((Decoded.Ok) tall).image())).hasSize(224 * 224 * 3);
    }
  }

  @Test
  void a_flipped_byte_gives_a_picture_or_a_status_and_nothing_else() {
    Map<String, Map<ImageStatus, Integer>> seen = new LinkedHashMap<>();
    int cases = 0;
    for (Map.Entry<String, byte[]> file : BadFiles.flipped().entrySet()) {
      seen.computeIfAbsent(
              file.getKey().substring(0, file.getKey().indexOf(' ')),
              f -> new EnumMap<>(ImageStatus.class))
          .merge(status(file.getValue()), 1, Integer::sum);
      cases++;
    }
    assertThat(cases).isEqualTo(300);
    assertThat(seen.values()).allSatisfy(m -> assertThat(m).doesNotContainKey(ImageStatus.TIMEOUT));
    // Every used chunk of a PNG has a checksum; only what is not used may change unnoticed.
    assertThat(seen.get("png").getOrDefault(ImageStatus.OK, 0)).isLessThan(5);
  }

  @Test
  void a_header_of_161_bytes_that_promises_60000_by_60000_costs_nothing() {
    byte[] bomb = BadFiles.headerBomb();
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
    int frame = BadFiles.indexOf(jpeg, new byte[] {(byte) 0xff, (byte) 0xc0});
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
    Map<String, byte[]> files = BadFiles.lies();
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
            "MM\0+", "big-tiff",
            "\0\0\0\30ftypcrx ", "darktable",
            "<?xml version='1.0'?><svg/>", "svg");
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
    byte[] jpeg = Pictures.oriented(BadFiles.picture("jpg"), 6);
    int next = BadFiles.indexOf(jpeg, new byte[] {0, 6, 0, 0, 0, 0, 0, 0}) + 4;
    assertThat(status(BadFiles.with(jpeg, next, 0, 0, 0, 8))).isEqualTo(ImageStatus.OK);
    int directory = BadFiles.indexOf(jpeg, new byte[] {0, 42, 0, 0, 0, 8}) + 2;
    assertThat(status(BadFiles.with(jpeg, directory, 0xff, 0xff, 0xff, 0xff)))
        .isEqualTo(ImageStatus.OK);
    assertThat(status(BadFiles.with(jpeg, directory, 0, 0, 0, 0))).isEqualTo(ImageStatus.OK);
  }

  @Test
  void noise_behind_every_signature_gets_a_status() {
    List<ImageStatus> seen = new ArrayList<>();
    BadFiles.noise().values().forEach(bytes -> seen.add(status(bytes)));
    assertThat(seen).hasSize(90).doesNotContain(ImageStatus.OK, ImageStatus.TIMEOUT);
  }

  @Test
  void a_size_is_asked_of_the_reader_that_will_take_memory_for_it() {
    DecodeOptions small = new DecodeOptions(1000, Duration.ofSeconds(30));
    Decoded.Bad bad = (Decoded.Bad) ImageDecoder.decode(BadFiles.liarsCanvas(), small);
    assertThat(bad.status()).isEqualTo(ImageStatus.TOO_LARGE);
    assertThat(bad.reason()).contains("3000 x 3000");
    long before = allocated();
    assertThat(status(BadFiles.jpegInTiff(60_000))).isEqualTo(ImageStatus.CORRUPT);
    assertThat(allocated() - before).isLessThan(1 << 20);
  }

  @Test
  @Timeout(20)
  void a_directory_of_many_strips_is_gone_through_once() {
    // A search for every strip took a minute for this file.
    assertThat(status(BadFiles.manyStrips())).isNotEqualTo(ImageStatus.TIMEOUT);
  }

  @Test
  void what_stands_in_a_picture_s_place_is_told() {
    Map<String, String> starts =
        Map.of(
            "<!DOCTYPE html><title>403", "HTML page",
            "version https://git-lfs.github.com/spec/v1\n", "git lfs pull",
            "PK\3\4\24\0", "zip archive",
            "\0\0\0\24ftypqt  ", "a video",
            "\u001f\u008b\b", "compressed",
            "{\"error\": 1}", "JSON",
            "\0\0\0\0\0\0\0\0", "zeros");
    starts.forEach(
        (start, words) -> {
          byte[] bytes = start.getBytes(StandardCharsets.ISO_8859_1);
          Decoded.Bad bad = (Decoded.Bad) ImageDecoder.decode(bytes, DecodeOptions.defaults());
          assertThat(bad.status()).as(words).isEqualTo(ImageStatus.NOT_AN_IMAGE);
          assertThat(bad.reason()).contains(words);
        });
  }

  /** Bytes that all threads have allocated so far. */
  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] each = threads.getThreadAllocatedBytes(threads.getAllThreadIds());
    return LongStream.of(each).filter(bytes -> bytes > 0).sum();
  }
}
