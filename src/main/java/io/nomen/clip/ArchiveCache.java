package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Storage;
import io.nomen.tensor.CacheFolder;
import io.nomen.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TorchScript archives on this machine's disk, one folder per checkpoint digest and precision. A
 * folder appears whole or not at all: it is written under another name and moved. Two JVMs that
 * write the same one write the same bytes, and the second keeps the first's.
 */
public final class ArchiveCache {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveCache.class);

  /** Part of the folder's name: another number whenever the written forward pass changes. */
  static final int GENERATION = 3;

  static final String IMAGE = "image.pt";
  static final String TEXT = "text.pt";

  private ArchiveCache() {}

  /**
   * The folder with the model's two archives, written now where it is missing.
   *
   * @param precision resolved, not {@code AUTO}
   * @throws NomenException (input) when the checkpoint is no longer the one that was opened, or the
   *     cache cannot be written
   */
  public static Path archives(ClipModel model, Storage storage, Precision precision) {
    Path folder =
        CacheFolder.path()
            .resolve("archives")
            .resolve(RootLocale.format("%s-%s-%d", model.digest(), precision.word(), GENERATION));
    if (Files.isDirectory(folder)) {
      return folder;
    }
    ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, model.location());
    if (!checkpoint.model().digest().equals(model.digest())) {
      throw NomenException.input(
          "%s changed while the job was running; start the job again.".formatted(model.location()));
    }
    try {
      return write(checkpoint, precision, folder);
    } catch (IOException e) {
      throw NomenException.input(
          "Cannot write the model's archive under %s (%s); free space there, or set NOMEN_CACHE_DIR."
              .formatted(folder.getParent(), e.getMessage()),
          e);
    }
  }

  private static Path write(ClipCheckpoint checkpoint, Precision precision, Path folder)
      throws IOException {
    long started = System.nanoTime();
    Files.createDirectories(folder.getParent());
    Path building = Files.createTempDirectory(folder.getParent(), "writing-");
    try {
      ClipModel model = checkpoint.model();
      ImageTower.of(model, checkpoint.tensors(), checkpoint.layout(), precision)
          .write(building.resolve(IMAGE));
      if (model.hasText()) {
        TextTower.of(model, checkpoint.tensors(), checkpoint.layout(), precision)
            .write(building.resolve(TEXT));
      }
      publish(building, folder);
      LOG.info(
          "wrote the {} archive of {} in {} ms",
          precision.word(),
          model.id(),
          (System.nanoTime() - started) / 1_000_000);
      return folder;
    } finally {
      Files.deleteIfExists(building.resolve(IMAGE));
      Files.deleteIfExists(building.resolve(TEXT));
      Files.deleteIfExists(building);
    }
  }

  private static void publish(Path building, Path folder) throws IOException {
    try {
      Files.move(building, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Another JVM was first; its folder holds the same bytes.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }
}
