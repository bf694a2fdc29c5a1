package io.nomen.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, in hexadecimal: short names for long contents. */
public final class Digests {
  private Digests() {}

  /** A digest of what is still to come; {@link #end} gives its name. */
  public static MessageDigest begin() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** The name of what {@code digest} has seen. */
  public static String end(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(begin().digest(bytes));
  }

  public static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The digest of a local file of any size. */
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = begin();
    try (InputStream in = Files.newInputStream(file)) {
      update(digest, in);
    }
    return end(digest);
  }

  /** Adds all that is left of {@code in}. */
  public static void update(MessageDigest digest, InputStream in) throws IOException {
    in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
  }
}
