package io.nomen.gallery;

/**
 * An image that was listed and could not be embedded.
 *
 * @param status the word in the images table, for example {@code truncated}
 * @param reason one sentence
 */
public record FailedImage(String path, String status, String reason) {}
