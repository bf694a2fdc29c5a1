package io.nomen.image;

import java.util.Locale;
import java.util.Optional;

/** What bytes are, judged by how they begin and never by a name. */
enum ImageFormat {
  JPEG(true),
  PNG(true),
  GIF(true),
  BMP(true),
  WEBP(true),
  TIFF(true),
  /** Netpbm's formats. */
  PNM(false),
  HEIF(false),
  AVIF(false),
  JPEG_XL(false),
  JPEG_2000(false),
  PSD(false),
  ICO(false),
  BIG_TIFF(false),
  OPEN_EXR(false);

  private final boolean read;

  ImageFormat(boolean read) {
    this.read = read;
  }

  /** Whether Nomen decodes it. */
  boolean isRead() {
    return read;
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
      return Optional.of(TIFF);
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
    if (Bytes.startsWith(bytes, 4, "ftypavif") || Bytes.startsWith(bytes, 4, "ftypavis")) {
      return Optional.of(AVIF);
    }
    if (Bytes.startsWith(bytes, 4, "ftyphei")
        || Bytes.startsWith(bytes, 4, "ftyphev")
        || Bytes.startsWith(bytes, 4, "ftypmif1")
        || Bytes.startsWith(bytes, 4, "ftypmsf1")) {
      return Optional.of(HEIF);
    }
    if (Bytes.startsWith(bytes, 0, "\u00ff\n") || Bytes.startsWith(bytes, 0, "\0\0\0\fJXL \r\n")) {
      return Optional.of(JPEG_XL);
    }
    if (Bytes.startsWith(bytes, 0, "\0\0\0\fjP  \r\n")
        || Bytes.startsWith(bytes, 0, "\u00ffO\u00ffQ")) {
      return Optional.of(JPEG_2000);
    }
    if (Bytes.startsWith(bytes, 0, "8BPS")) {
      return Optional.of(PSD);
    }
    if (Bytes.startsWith(bytes, 0, "\0\0\1\0")) {
      return Optional.of(ICO);
    }
    if (Bytes.startsWith(bytes, 0, "II+\0") || Bytes.startsWith(bytes, 0, "MM\0+")) {
      return Optional.of(BIG_TIFF);
    }
    return Bytes.startsWith(bytes, 0, "v/1\1") ? Optional.of(OPEN_EXR) : Optional.empty();
  }
}
