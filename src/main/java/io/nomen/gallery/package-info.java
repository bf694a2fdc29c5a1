/**
 * The gallery that people open: static pages from the tables of a finished run.
 *
 * <p>{@link io.nomen.gallery.GalleryData} says what a run was and found; {@link
 * io.nomen.gallery.GalleryPlan#of} decides which images are shown and so need a {@link
 * io.nomen.gallery.Thumbnail}; {@link io.nomen.gallery.GalleryWriter#write} makes the folder.
 * Between the last two, the caller makes the thumbnails where the originals are (on executors):
 *
 * <pre>{@code
 * GalleryPlan plan = GalleryPlan.of(data);
 * Map<String, byte[]> jpegs = …;            // Thumbnail.jpeg(picture) for each of plan.images()
 * GalleryWriter.write(plan, path -> Optional.ofNullable(jpegs.get(path)), storage, folder);
 * }</pre>
 *
 * <p>Everything that comes from outside (names, paths, reasons) is escaped by {@code Html}, which
 * has no way to add markup as a string. No image's label is part of the data.
 */
package io.nomen.gallery;
