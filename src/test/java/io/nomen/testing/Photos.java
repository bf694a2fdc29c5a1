package io.nomen.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Inputs made of the samples. */
public final class Photos {
  private static final Path SAMPLES = Path.of("samples");

  private Photos() {}

  /** The first {@code perFolder} photographs of the first {@code folders} folders, in order. */
  public static List<Path> of(int folders, int perFolder) throws IOException {
    List<Path> photos = new ArrayList<>();
    try (var things = Files.list(SAMPLES)) {
      for (Path thing : things.filter(Files::isDirectory).sorted().limit(folders).toList()) {
        try (var files = Files.list(thing)) {
          files.sorted().limit(perFolder).forEach(photos::add);
        }
      }
    }
    return photos;
  }

  /** Copies to {@code target}, each photograph in the folder of its thing. */
  public static void copy(List<Path> photos, Path target) throws IOException {
    for (Path photo : photos) {
      Path folder = Files.createDirectories(target.resolve(thing(photo)));
      Files.copy(photo, folder.resolve(photo.getFileName()));
    }
  }

  /** A copy of {@code photo} in 64 × 64, as JPEG. */
  public static byte[] small(Path photo) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      BufferedImage small = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
      small.createGraphics().drawImage(ImageIO.read(photo.toFile()), 0, 0, 64, 64, null);
      ImageIO.write(small, "jpeg", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a WebDataset shard: {@code thing-name.jpg} one after the other. */
  public static void tar(List<Path> photos, OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (Path photo : photos) {
        TarArchiveEntry entry = new TarArchiveEntry(thing(photo) + "-" + photo.getFileName());
        entry.setSize(Files.size(photo));
        tar.putArchiveEntry(entry);
        Files.copy(photo, tar);
        tar.closeArchiveEntry();
      }
    }
  }

  private static String thing(Path photo) {
    return photo.getParent().getFileName().toString();
  }
}
