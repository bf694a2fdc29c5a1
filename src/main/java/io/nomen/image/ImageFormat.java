package io.nomen.image;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What bytes are, judged by how they begin and never by a name. */
enum ImageFormat {
  JPEG,
  PNG,
  GIF,
  BMP,
  WEBP,
  TIFF,
  /** Netpbm's formats. */
  PNM("ImageMagick"),
  HEIF("heif-convert of libheif, or set the phone to take JPEG"),
  AVIF("avifdec of libavif"),
  JPEG_XL("djxl of libjxl"),
  JPEG_2000("opj_decompress of OpenJPEG"),
  JPEG_XR("JxrDecApp of jxrlib"),
  PSD("ImageMagick"),
  ICO("ImageMagick"),
  BIG_TIFF("tiffcp of libtiff with its option -4"),
  OPEN_EXR("ImageMagick"),
  SVG("rsvg-convert of librsvg"),
  DICOM("dcm2img of DCMTK"),
  /** What cameras write beside or instead of a JPEG: CR2, CR3, NEF, ARW, DNG, RAF, ORF, RW2. */
  CAMERA_RAW("darktable-cli or dcraw");

  /** A program that makes of it what is read; empty where that is not needed. */
  private final String converter;

  ImageFormat() {
    this("");
  }

  ImageFormat(String converter) {
    this.converter = converter;
  }

  /** Whether Nomen decodes it. */
  boolean isRead() {
    return converter.isEmpty();
  }

  /** What to do with a format that is not read. */
  String advice() {
    return "convert it to JPEG or PNG first, for example with " + converter;
  }

  /** The name in tables: {@code jpeg}, {@code big-tiff}, … */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The format that {@code bytes} begin like; empty where no format is known to. */
  static Optional<ImageFormat> of(byte[] bytes) {
    if (Bytes.startsWith(bytes, 0, "\u00ff\u00d8\u00ff")) {
      return Optional.of(JPEG);
    }
    if (Bytes.startsWith(bytes, 0, PngHeader.SIGNATURE)) {
      return Optional.of(PNG);
    }
    if (Bytes.startsWith(bytes, 0, "GIF87a") || Bytes.startsWith(bytes, 0, "GIF89a")) {
      return Optional.of(GIF);
    }
    if (Bytes.startsWith(bytes, 0, "RIFF") && Bytes.startsWith(bytes, 8, "WEBP")) {
      return Optional.of(WEBP);
    }
    if (Bytes.startsWith(bytes, 0, "II*\0") || Bytes.startsWith(bytes, 0, "MM\0*")) {
      return Optional.of(Bytes.startsWith(bytes, 8, "CR\2") ? CAMERA_RAW : TIFF);
    }
    return isBmp(bytes) ? Optional.of(BMP) : ofUnread(bytes);
  }

  /** Two letters are little evidence: the reserved bytes or a known header size must agree. */
  private static boolean isBmp(byte[] bytes) {
    if (!Bytes.startsWith(bytes, 0, "BM")) {
      return false;
    }
    if (bytes.length < 18) {
      return bytes.length < 6 || Bytes.startsWith(bytes, 6, "\0");
    }
    return switch (Bytes.i32Little(bytes, 14)) {
      case 12, 16, 40, 52, 56, 64, 108, 124 -> true;
      default -> Bytes.i32Little(bytes, 6) == 0;
    };
  }

  private static Optional<ImageFormat> ofUnread(byte[] bytes) {
    if (bytes.length > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7') {
      boolean blank = bytes[2] == ' ' || bytes[2] == '\n' || bytes[2] == '\r' || bytes[2] == '\t';
      return blank ? Optional.of(PNM) : Optional.empty();
    }
    if (isSvg(bytes)) {
      return Optional.of(SVG);
    }
    if (Bytes.startsWith(bytes, 128, "DICM")) {
      return Optional.of(DICOM);
    }
    return BEGINNINGS.entrySet().stream()
        .filter(beginning -> beginning.getValue().test(bytes))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static final Map<ImageFormat, Predicate<byte[]>> BEGINNINGS =
      Map.of(
          AVIF, begins(4, "ftypavif", "ftypavis"),
          HEIF, begins(4, "ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"),
          JPEG_XL, begins(0, "\u00ff\n", "\0\0\0\fJXL \r\n"),
          JPEG_2000, begins(0, "\0\0\0\fjP  \r\n", "\u00ffO\u00ffQ"),
          JPEG_XR, begins(0, "II\u00bc\1"),
          PSD, begins(0, "8BPS"),
          ICO, begins(0, "\0\0\1\0"),
          BIG_TIFF, begins(0, "II+\0", "MM\0+"),
          OPEN_EXR, begins(0, "v/1\1"),
          CAMERA_RAW,
              begins(0, "FUJIFILMCCD-RAW", "IIRO", "IIRS", "MMOR", "IIU\0")
                  .or(begins(4, "ftypcrx ")));

  private static Predicate<byte[]> begins(int at, String... tags) {
    return bytes -> Arrays.stream(tags).anyMatch(tag -> Bytes.startsWith(bytes, at, tag));
  }

  private static boolean isSvg(byte[] bytes) {
    String text = text(bytes);
    return text.startsWith("<svg") || (text.startsWith("<?xml") && text.contains("<svg"));
  }

  /** How a text begins, without what stands before its first letter. */
  private static String text(byte[] bytes) {
    int length = Math.min(bytes.length, 512);
    return Bytes.ascii(bytes, 0, length)
        .replaceFirst("^\u00ef\u00bb\u00bf", "")
        .stripLeading()
        .toLowerCase(Locale.ROOT);
  }

  /** One clause on bytes that are no known image: what is often found in an image's place. */
  static String whatElse(byte[] bytes) {
    String text = text(bytes);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return "an HTML page: servers answer so in place of a picture";
    }
    if (text.startsWith("version https://git-lfs")) {
      return "a pointer of Git LFS: run git lfs pull where it was cloned";
    }
    if (text.startsWith("<?xml") || text.startsWith("{")) {
      return "a text in " + (text.startsWith("{") ? "JSON" : "XML") + ", perhaps an error message";
    }
    if (begins(0, "PK\3\4", "PK\5\6").test(bytes)) {
      return "a zip archive or an office document; pictures in one are read once it is unpacked";
    }
    if (begins(0, "Rar!", "7z\u00bc\u00af", "\u001f\u008b", "BZh", "\u00fd7zXZ", "(\u00b5/\u00fd")
        .test(bytes)) {
      return "compressed; pictures in it are read once it is unpacked";
    }
    if (begins(4, "ftyp", "moov", "mdat").test(bytes) || begins(8, "AVI ").test(bytes)) {
      return "a video";
    }
    if (begins(0, "%PDF").test(bytes)) {
      return "a PDF";
    }
    boolean zeros = true;
    for (byte b : bytes) {
      zeros &= b == 0;
    }
    return zeros
        ? "nothing but zeros, as after a copy that failed"
        : "its first bytes are no known image's";
  }
}
