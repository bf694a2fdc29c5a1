package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.image.Decoded.ImageInfo;
import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Bytes in, an upright RGB image or a status out; never an exception for what the bytes hold.
 *
 * <p>The format is decided by the first bytes, and the size that the format's own reader would take
 * memory for is held against the limits before it does. Colours follow Pillow's {@code
 * convert("RGB")}: CMYK without a profile, transparency dropped, 16 bits cut to 8, colour profiles
 * ignored, the first picture of an animation. Then the orientation is applied. Thread-safe: it
 * holds nothing.
 */
public final class ImageDecoder {
  /** What a Java array of three bytes per pixel can hold, whatever the pixel limit says. */
  private static final long ARRAY_LIMIT = Integer.MAX_VALUE / 3 - 8;

  /**
   * What is made of a longer one on its way to a model's square has more values than the picture:
   * the other side is no more than some hundred pixels.
   */
  private static final int LONGEST_SIDE = 1 << 18;

  /** Bytes per pixel of the largest picture that readers make, and of the copy in RGB. */
  private static final long BYTES_PER_PIXEL = 8 + 3;

  /** Half of the heap; files and what is made of pictures take the rest. */
  private static final PictureMemory MEMORY =
      new PictureMemory(Runtime.getRuntime().maxMemory() / 2);

  private ImageDecoder() {}

  /** Decodes one image within the limits of {@code options}. */
  public static Decoded decode(byte[] bytes, DecodeOptions options) {
    return decode(bytes, options, MEMORY);
  }

  static Decoded decode(byte[] bytes, DecodeOptions options, PictureMemory memory) {
    if (bytes.length == 0) {
      return new Decoded.Bad(ImageStatus.EMPTY, "it has no bytes", Optional.empty());
    }
    Optional<ImageFormat> format = ImageFormat.of(bytes);
    if (format.isEmpty()) {
      return new Decoded.Bad(
          ImageStatus.NOT_AN_IMAGE, ImageFormat.whatElse(bytes), Optional.empty());
    }
    if (!format.get().isRead()) {
      return new Decoded.Bad(
          ImageStatus.UNSUPPORTED,
          "a picture of the format %s, which is not read; %s"
              .formatted(format.get().word(), format.get().advice()),
          Optional.empty());
    }
    return decode(bytes, format.get(), options, memory);
  }

  /** What other images hold of the memory at this moment must not decide what an image is. */
  private static Decoded decode(
      byte[] bytes, ImageFormat format, DecodeOptions options, PictureMemory memory) {
    try {
      return inTurn(bytes, format, options, memory);
    } catch (OutOfMemoryError crowded) {
      try (PictureMemory.Share all = memory.takeAll()) {
        Attempt alone = new Attempt(bytes, format, options, all);
        try {
          return alone.run();
        } catch (OutOfMemoryError e) {
          return alone.tooLargeForTheHeap().orElseThrow(() -> e);
        }
      }
    }
  }

  /** An image that has to wait begins anew: waiting is no part of its time. */
  private static Decoded inTurn(
      byte[] bytes, ImageFormat format, DecodeOptions options, PictureMemory memory) {
    long needed = 0;
    while (true) {
      try (PictureMemory.Share share = memory.take(needed)) {
        return new Attempt(bytes, format, options, share).run();
      } catch (PictureMemory.Crowded e) {
        needed = e.bytes();
      }
    }
  }

  /** One image on its way, with what is known of it so far. */
  private static final class Attempt {
    private final byte[] bytes;
    private final ImageFormat format;
    private final DecodeOptions options;
    private final Deadline deadline;
    private final PictureMemory.Share memory;

    /** Set by the thread that reads, and asked for after a timeout too. */
    private volatile Optional<ImageInfo> info = Optional.empty();

    Attempt(byte[] bytes, ImageFormat format, DecodeOptions options, PictureMemory.Share memory) {
      this.memory = memory;
      this.bytes = bytes;
      this.format = format;
      this.options = options;
      this.deadline = new Deadline(options.timeLimit());
    }

    Decoded run() {
      try {
        RgbImage stored = deadline.call(this::pixels);
        deadline.check();
        ImageInfo known = info.orElseThrow();
        return new Decoded.Ok(ExifOrientation.apply(stored, known.orientation()), known);
      } catch (BadImageException e) {
        return new Decoded.Bad(e.status(), e.getMessage(), info);
      } catch (InterruptedIOException e) {
        throw new NomenException(NomenException.Kind.STOPPED, "Stopped while decoding.", e);
      } catch (NomenException | PictureMemory.Crowded e) {
        throw e;
      } catch (EOFException e) {
        return new Decoded.Bad(
            ImageStatus.TRUNCATED, "it ends before its " + format.word() + " picture does", info);
      } catch (IOException | RuntimeException | StackOverflowError e) {
        // Readers of other makers throw whatever they come upon in damaged bytes.
        return new Decoded.Bad(
            ImageStatus.CORRUPT, "the " + format.word() + " reader said: " + message(e), info);
      } catch (LinkageError e) {
        // The machine's trouble, not the image's: elsewhere it would have been read.
        throw NomenException.input(
            "The reader of %s images cannot be loaded here (%s); give Java a temporary folder from which programs may run (-Djava.io.tmpdir=FOLDER, on executors in spark.executor.extraJavaOptions)."
                .formatted(format.word(), message(e)),
            e);
      }
    }

    /** The answer where no heap of this size could hold the picture, whatever else it holds. */
    Optional<Decoded> tooLargeForTheHeap() {
      long heap = Runtime.getRuntime().maxMemory();
      return info.filter(f -> f.pixels() * BYTES_PER_PIXEL + bytes.length > heap / 2)
          .map(
              f ->
                  new Decoded.Bad(
                      ImageStatus.TOO_LARGE,
                      RootLocale.format(
                          "%d x %d pixels do not fit into a heap of %d MB",
                          f.width(), f.height(), heap >> 20),
                      info));
    }

    private static String message(Throwable e) {
      String message = e.getMessage() == null ? "nothing" : e.getMessage();
      return e.getClass().getSimpleName() + ": " + message;
    }

    private RgbImage pixels() throws IOException {
      return switch (format) {
        case JPEG -> {
          JpegHeader header = JpegHeader.parse(bytes);
          accept(header.info());
          yield JpegPixels.decode(bytes, header, deadline);
        }
        case PNG -> {
          PngHeader header = PngHeader.parse(bytes);
          accept(header.info());
          header.requireWhole();
          try (ImageIoReader reader =
              new ImageIoReader(header.withoutMetadata(), format, deadline)) {
            yield BufferedPixels.toRgb(reader.image(), deadline);
          }
        }
        case GIF -> gif();
        case BMP -> {
          try (ImageIoReader reader = new ImageIoReader(bytes, format, deadline)) {
            accept(info(reader, ExifOrientation.UPRIGHT));
            BmpHeader.requireWhole(bytes, reader.width(), reader.height());
            yield BufferedPixels.toRgb(reader.image(), deadline);
          }
        }
        case WEBP -> webp();
        case TIFF -> tiff();
        default -> throw new IllegalStateException("no reader for " + format);
      };
    }

    private RgbImage gif() throws IOException {
      GifHeader header = GifHeader.parse(bytes);
      accept(header.info());
      try (ImageIoReader reader = new ImageIoReader(bytes, format, deadline)) {
        requireRoom(info(reader, ExifOrientation.UPRIGHT));
        BufferedImage picture = reader.image();
        return header.onCanvas(picture, BufferedPixels.toRgb(picture, deadline));
      }
    }

    private RgbImage webp() throws IOException {
      WebpHeader.requireWhole(bytes);
      try (ImageIoReader reader =
          new ImageIoReader(WebpHeader.withoutMetadata(bytes), format, deadline)) {
        ImageInfo picture = info(reader, WebpHeader.orientation(bytes));
        if (!WebpHeader.isAnimation(bytes)) {
          accept(picture);
          return BufferedPixels.toRgb(reader.image(), deadline);
        }
        WebpHeader.Canvas canvas = WebpHeader.canvas(bytes);
        accept(
            new ImageInfo(format.word(), canvas.width(), canvas.height(), picture.orientation()));
        requireRoom(picture);
        return canvas.with(BufferedPixels.toRgb(reader.image(), deadline));
      }
    }

    private RgbImage tiff() throws IOException {
      TiffHeader header = new TiffHeader(bytes);
      header.requireRead();
      try (ImageIoReader reader = new ImageIoReader(bytes, format, deadline)) {
        ImageInfo found = accept(info(reader, header.orientation()));
        if (found.pixels() * header.bitsPerPixel() / 32 > options.pixelLimit()) {
          throw BadImageException.tooLarge(
              "%d x %d pixels of %d bits are too many",
              found.width(), found.height(), header.bitsPerPixel());
        }
        header.requireWhole(found.pixels());
        if (header.isFloat()) {
          return BufferedPixels.ofFloats(
              reader.raster(), header.isGrey() ? 1 : 3, header.zeroIsWhite(), deadline);
        }
        BufferedImage picture = reader.image();
        int[] bits = new int[picture.getRaster().getNumBands()];
        Arrays.fill(bits, header.bits());
        return BufferedPixels.toRgb(picture, bits, header.isPremultiplied(), deadline);
      }
    }

    private ImageInfo info(ImageIoReader reader, int orientation) throws IOException {
      int width = reader.width();
      int height = reader.height();
      if (width < 1 || height < 1) {
        throw BadImageException.corrupt("its %s header says %d x %d", format.word(), width, height);
      }
      return new ImageInfo(format.word(), width, height, orientation);
    }

    private ImageInfo accept(ImageInfo header) throws BadImageException {
      info = Optional.of(header);
      requireRoom(header);
      return header;
    }

    private void requireRoom(ImageInfo header) throws BadImageException {
      if (header.pixels() > Math.min(options.pixelLimit(), ARRAY_LIMIT)) {
        throw BadImageException.tooLarge(
            "%d x %d pixels are more than the limit of %d",
            header.width(), header.height(), Math.min(options.pixelLimit(), ARRAY_LIMIT));
      }
      if (Math.max(header.width(), header.height()) > LONGEST_SIDE) {
        throw BadImageException.tooLarge(
            "%d x %d pixels: no side may be longer than %d",
            header.width(), header.height(), LONGEST_SIDE);
      }
      memory.require(header.pixels() * BYTES_PER_PIXEL);
    }
  }

  /**
   * Limits of decoding. Every picture is decoded whole. The JDK's JPEG reader can leave out rows
   * and columns, which saved 15 % of the time at 4000 x 2667 and cost up to 0.008 of cosine;
   * libjpeg's own scaling of blocks, which the JDK does not offer, keeps only 16 of the 24 Kodak
   * photographs (768 x 512 at quality 92, a quarter of the size, model {@code tiny}) at a cosine of
   * 0.9995 or more, and the worst at 0.9987.
   *
   * @param pixelLimit images whose header promises more pixels are refused before decoding
   * @param timeLimit decoding stops after this long
   */
  public record DecodeOptions(long pixelLimit, Duration timeLimit) implements Serializable {
    /** Pillow's: twice its {@code MAX_IMAGE_PIXELS}, above which it refuses an image. */
    public static final long DEFAULT_PIXEL_LIMIT = 178_956_970L;

    public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(30);

    public DecodeOptions {
      if (pixelLimit < 1 || timeLimit.isNegative() || timeLimit.isZero()) {
        throw new IllegalArgumentException(
            "limits of decoding must be positive, found %d pixels and %s"
                .formatted(pixelLimit, timeLimit));
      }
    }

    /** The default limits. */
    public static DecodeOptions defaults() {
      return new DecodeOptions(DEFAULT_PIXEL_LIMIT, DEFAULT_TIME_LIMIT);
    }
  }
}
