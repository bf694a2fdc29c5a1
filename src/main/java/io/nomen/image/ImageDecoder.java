package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;

/**
 * Bytes in, an upright RGB image or a status out; never an exception for what the bytes hold.
 *
 * <p>The format is decided by the first bytes, the header is read before anything is allocated, and
 * colours follow Pillow's {@code convert("RGB")}: CMYK without a profile, transparency dropped, 16
 * bits cut to 8, colour profiles ignored, the first picture of an animation. Then the EXIF
 * orientation is applied. Thread-safe: it holds nothing.
 */
public final class ImageDecoder {
  /** What a Java array of three bytes per pixel can hold, whatever the pixel limit says. */
  private static final long ARRAY_LIMIT = Integer.MAX_VALUE / 3 - 8;

  /** Bytes per pixel of the largest picture that readers make, and of the copy in RGB. */
  private static final long BYTES_PER_PIXEL = 8 + 3;

  /** Of those images for which there was no memory, one at a time is decoded. */
  private static final Object ALONE = new Object();

  private ImageDecoder() {}

  /** Decodes one image within the limits of {@code options}. */
  public static Decoded decode(byte[] bytes, DecodeOptions options) {
    if (bytes.length == 0) {
      return new Decoded.Bad(ImageStatus.EMPTY, "it has no bytes", Optional.empty());
    }
    Optional<ImageFormat> format = ImageFormat.of(bytes);
    if (format.isEmpty()) {
      return new Decoded.Bad(
          ImageStatus.NOT_AN_IMAGE, "its first bytes are no known image's", Optional.empty());
    }
    if (!format.get().isRead()) {
      return new Decoded.Bad(
          ImageStatus.UNSUPPORTED,
          "a picture of the format " + format.get().word() + ", which is not read",
          Optional.empty());
    }
    return decode(bytes, format.get(), options);
  }

  /** What other images hold of the memory at this moment must not decide what an image is. */
  private static Decoded decode(byte[] bytes, ImageFormat format, DecodeOptions options) {
    try {
      return new Attempt(bytes, format, options).run();
    } catch (OutOfMemoryError crowded) {
      synchronized (ALONE) {
        Attempt alone = new Attempt(bytes, format, options);
        try {
          return alone.run();
        } catch (OutOfMemoryError e) {
          return alone.tooLargeForTheHeap().orElseThrow(() -> e);
        }
      }
    }
  }

  /** One image on its way, with what is known of it so far. */
  private static final class Attempt {
    private final byte[] bytes;
    private final ImageFormat format;
    private final DecodeOptions options;
    private final Deadline deadline;
    private Optional<Facts> facts = Optional.empty();

    Attempt(byte[] bytes, ImageFormat format, DecodeOptions options) {
      this.bytes = bytes;
      this.format = format;
      this.options = options;
      this.deadline = new Deadline(options.timeLimit());
    }

    Decoded run() {
      try {
        RgbImage stored = pixels();
        deadline.check();
        Facts known = facts.orElseThrow();
        return new Decoded.Ok(Upright.apply(stored, known.orientation()), known);
      } catch (BadImageException e) {
        return new Decoded.Bad(e.status(), e.getMessage(), facts);
      } catch (InterruptedIOException e) {
        throw new NomenException(NomenException.Kind.STOPPED, "Stopped while decoding.", e);
      } catch (NomenException e) {
        throw e;
      } catch (IOException | RuntimeException | StackOverflowError e) {
        // Readers of other makers throw whatever they come upon in damaged bytes.
        return new Decoded.Bad(
            ImageStatus.CORRUPT, "the " + format.word() + " reader said: " + told(e), facts);
      } catch (LinkageError e) {
        // The machine's trouble, not the image's: elsewhere it would have been read.
        throw NomenException.input(
            "The reader of %s images cannot be loaded here (%s); give Java a temporary folder from which programs may run (-Djava.io.tmpdir=FOLDER, on executors in spark.executor.extraJavaOptions)."
                .formatted(format.word(), told(e)),
            e);
      }
    }

    /** The answer where no heap of this size could hold the picture, whatever else it holds. */
    Optional<Decoded> tooLargeForTheHeap() {
      long heap = Runtime.getRuntime().maxMemory();
      return facts
          .filter(f -> f.pixels() * BYTES_PER_PIXEL + bytes.length > heap / 2)
          .map(
              f ->
                  new Decoded.Bad(
                      ImageStatus.TOO_LARGE,
                      RootLocale.format(
                          "%d x %d pixels do not fit into a heap of %d MB",
                          f.width(), f.height(), heap >> 20),
                      facts));
    }

    private static String told(Throwable e) {
      String message = e.getMessage() == null ? "nothing" : e.getMessage();
      return e.getClass().getSimpleName() + ": " + message;
    }

    private RgbImage pixels() throws IOException {
      return switch (format) {
        case JPEG -> {
          JpegHeader header = JpegHeader.parse(bytes);
          accept(header.facts());
          yield Watchdog.run(() -> JpegPixels.decode(bytes, header, deadline), deadline);
        }
        case PNG -> {
          PngHeader header = PngHeader.parse(bytes);
          accept(header.facts());
          header.requireWhole();
          yield imageIo(header.bare());
        }
        case GIF -> {
          Facts canvas = accept(GifHeader.peek(bytes));
          GifHeader header = GifHeader.parse(bytes, canvas);
          yield Watchdog.run(
              () -> ImageIoPixels.decodeGif(bytes, canvas, header, deadline), deadline);
        }
        case BMP -> {
          BmpHeader.requireWhole(bytes, accept(BmpHeader.peek(bytes)));
          yield imageIo(bytes);
        }
        case WEBP -> {
          accept(WebpHeader.peek(bytes));
          WebpHeader.requireWhole(bytes);
          yield imageIo(WebpHeader.bare(bytes));
        }
        case TIFF -> tiff();
        default -> throw new IllegalStateException("no reader for " + format);
      };
    }

    private RgbImage imageIo(byte[] picture) throws IOException {
      return Watchdog.run(() -> ImageIoPixels.decode(picture, format, deadline), deadline);
    }

    private RgbImage tiff() throws IOException {
      TiffHeader header = new TiffHeader(bytes);
      Facts found = accept(header.facts());
      if (found.pixels() * header.bitsPerPixel() / 32 > options.pixelLimit()) {
        throw BadImageException.tooLarge(
            "%d x %d pixels of %d bits are too many",
            found.width(), found.height(), header.bitsPerPixel());
      }
      header.requireWhole();
      return header.isLabOfBytes()
          ? Watchdog.run(() -> ImageIoPixels.decodeLab(bytes, deadline), deadline)
          : imageIo(bytes);
    }

    private Facts accept(Facts header) throws BadImageException {
      facts = Optional.of(header);
      if (header.pixels() > Math.min(options.pixelLimit(), ARRAY_LIMIT)) {
        throw BadImageException.tooLarge(
            "%d x %d pixels are more than the limit of %d",
            header.width(), header.height(), Math.min(options.pixelLimit(), ARRAY_LIMIT));
      }
      return header;
    }
  }
}
