package io.nomen.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Damaged and hostile files by a name that says what is wrong with each; the same in every run. */
public final class BadFiles {
  static final List<String> FORMATS = List.of("jpg", "png", "gif", "bmp", "tif", "webp");

  private BadFiles() {}

  /** All of them. */
  public static Map<String, byte[]> all() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("no bytes", new byte[0]);
    files.put("header bomb", headerBomb());
    files.putAll(cut());
    files.putAll(flipped());
    files.putAll(lies());
    files.putAll(noise());
    return files;
  }

  /** 161 bytes that promise 60,000 x 60,000 pixels. */
  public static byte[] headerBomb() {
    return Pictures.png(
        "IHDR", Pictures.pngHeader(60_000, 60_000, 8, 2),
        "IDAT", Pictures.deflate(new byte[92_000]),
        "IEND", new byte[0]);
  }

  /** Every format, cut at seven places. */
  static Map<String, byte[]> cut() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String format : FORMATS) {
      byte[] whole = picture(format);
      for (int percent : new int[] {1, 10, 25, 50, 75, 90, 99}) {
        files.put(
            "%s cut at %d percent".formatted(format, percent),
            Arrays.copyOf(whole, Math.max(1, whole.length * percent / 100)));
      }
    }
    return files;
  }

  /** Every format with one byte changed, at fifty places. */
  static Map<String, byte[]> flipped() {
    Random random = new Random(20240611);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String format : FORMATS) {
      byte[] whole = picture(format);
      for (int i = 0; i < 50; i++) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
        files.put("%s with change %d".formatted(format, i), damaged);
      }
    }
    return files;
  }

  /** Headers that say what cannot be. */
  static Map<String, byte[]> lies() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] gif = picture("gif");
    int image = indexOf(gif, new byte[] {0x2c, 0, 0, 0, 0});
    files.put("GIF with an empty picture", with(gif, image + 5, 0, 0, 0, 0));
    files.put("GIF without a picture", with(gif, image, 0x3b));
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
    files.put("WebP picture off its canvas", animation(10, 10));
    files.put("TIFF with a far larger JPEG in its only strip", jpegInTiff(20_000));
    return files;
  }

  /** A WebP that says that its canvas has one pixel, around a picture of 3000 x 3000. */
  static byte[] liarsCanvas() {
    byte[] lossless = {0x2f, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    int packed = 2999 | 2999 << 14;
    for (int i = 0; i < 4; i++) {
      lossless[1 + i] = (byte) (packed >> (8 * i));
    }
    return Pictures.riff(
        "WEBP", Pictures.chunk("VP8X", new byte[10]), Pictures.chunk("VP8L", lossless));
  }

  /** A WebP's picture as the first of an animation on a canvas. */
  static byte[] animation(int width, int height) {
    byte[] still = picture("webp");
    byte[] header = {2, 0, 0, 0, (byte) (width - 1), 0, 0, (byte) (height - 1), 0, 0};
    byte[] picture = Arrays.copyOfRange(still, 12, still.length);
    return Pictures.riff(
        "WEBP",
        Pictures.chunk("VP8X", header),
        Pictures.chunk("ANIM", new byte[6]),
        Pictures.chunk("ANMF", Pictures.concat(new byte[16], picture)));
  }

  /** A TIFF of 8 x 8 pixels, whose strip is a JPEG that says that it has far more. */
  static byte[] jpegInTiff(int side) {
    byte[] jpeg = Pictures.encode("jpg", 8, 8);
    int frame = indexOf(jpeg, new byte[] {(byte) 0xff, (byte) 0xc0});
    jpeg = with(jpeg, frame + 5, side >> 8, side & 0xff, side >> 8, side & 0xff);
    return Pictures.tiff(jpeg, 256, 8, 257, 8, 258, 8, 259, 7, 262, 6, 277, 3);
  }

  /** A TIFF with as many strips as its bytes can name, behind as many other tags. */
  static byte[] manyStrips() {
    int strips = 1 << 20;
    byte[] offsets = new byte[4 * strips];
    int tags = 20_000;
    byte[] directory = new byte[2 + 12 * tags + 4];
    directory[0] = (byte) tags;
    directory[1] = (byte) (tags >> 8);
    int[][] last = {
      {256, 3, 1, 8},
      {257, 3, 1, 8},
      {258, 3, 1, 8},
      {262, 3, 1, 1},
      {273, 4, strips, 8},
      {279, 4, strips, 8}
    };
    for (int i = 0; i < tags; i++) {
      int[] tag = i < tags - last.length ? new int[] {1, 3, 1, 0} : last[i - tags + last.length];
      int at = 2 + 12 * i;
      directory[at] = (byte) tag[0];
      directory[at + 1] = (byte) (tag[0] >> 8);
      directory[at + 2] = (byte) tag[1];
      for (int j = 0; j < 4; j++) {
        directory[at + 4 + j] = (byte) (tag[2] >> (8 * j));
        directory[at + 8 + j] = (byte) (tag[3] >> (8 * j));
      }
    }
    int start = 8 + offsets.length;
    byte[] head = {
      'I',
      'I',
      '*',
      0,
      (byte) start,
      (byte) (start >> 8),
      (byte) (start >> 16),
      (byte) (start >> 24)
    };
    return Pictures.concat(head, offsets, directory);
  }

  /** Noise behind the signature of every format. */
  static Map<String, byte[]> noise() {
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
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int start = 0; start < starts.size(); start++) {
      for (int i = 0; i < 10; i++) {
        byte[] noise = new byte[10 + random.nextInt(300)];
        random.nextBytes(noise);
        byte[] head = starts.get(start).getBytes(StandardCharsets.ISO_8859_1);
        files.put("noise %d behind signature %d".formatted(i, start), Pictures.concat(head, noise));
      }
    }
    return files;
  }

  static byte[] picture(String format) {
    return format.equals("webp")
        ? Base64.getDecoder().decode(PillowTest.golden("pillow.json").get("webp").asText())
        : Pictures.encode(format, 97, 61);
  }

  static byte[] with(byte[] bytes, int at, int... values) {
    byte[] changed = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      changed[at + i] = (byte) values[i];
    }
    return changed;
  }

  static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new IllegalStateException("not found");
  }
}
