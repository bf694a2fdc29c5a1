/**
 * From inputs to pixels.
 *
 * <p>{@link io.nomen.image.Inventory} lists inputs into {@link io.nomen.image.Bucket}s on the
 * driver; {@link io.nomen.image.BucketReader} reads a bucket's images on an executor; {@link
 * io.nomen.image.ImageDecoder} turns bytes into an upright {@link io.nomen.image.RgbImage} or a
 * {@link io.nomen.image.ImageStatus} with a reason; {@link io.nomen.image.ModelInput} makes the
 * pixels that CLIP is given.
 *
 * <p>Three promises hold throughout. Every listed image becomes exactly one {@link
 * io.nomen.image.RawImage}, whatever is wrong with it; what is no image of a user's is left out and
 * counted in {@link io.nomen.image.BucketReader.SkippedCounts}. What an image's bytes say is never
 * believed before it is checked against what is there: sizes, offsets and lengths cannot make
 * memory or time be spent that the bytes do not pay for, up to the limits in {@link
 * io.nomen.image.ImageDecoder.DecodeOptions}. Pixels are Pillow's: the goldens of CLIP's
 * preprocessing are made with it.
 *
 * <p>Formats are recognised and their headers read here; JPEG, PNG and GIF are decoded by the JDK's
 * ImageIO readers, BMP and TIFF by TwelveMonkeys', WebP by libwebp.
 */
package io.nomen.image;
