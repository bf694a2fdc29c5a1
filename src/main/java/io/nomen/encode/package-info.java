/**
 * Encoding on executors: from listed images to the tables {@code images} and {@code embeddings}.
 */
package io.nomen.encode;
