package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.clip.KnownModel.RemoteFile;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * {@code nomen model pull}: fetches a known checkpoint into a folder of this machine. Each file
 * comes under a temporary name, is checked, and is moved into place; files that are there stay. The
 * folder is opened at the end, so what is reported as pulled can be used.
 *
 * @param digests SHA-256 of every file that was fetched now, by name
 */
public record ModelPull(ClipModel model, TreeMap<String, String> digests) {
  /**
   * Fetches {@code known} into {@code folder}.
   *
   * @param sha256 expected digest of the weights; without one, the server's own for the revision is
   *     what every file is held against
   * @param progress told the bytes that came since it was told last
   * @throws NomenException (usage) when nobody has a digest of the weights, (input) when there is
   *     no network, a file is not there, or a file is not what it should be
   */
  public static ModelPull fetch(
      KnownModel known,
      Path folder,
      Optional<String> sha256,
      Storage storage,
      LongConsumer progress) {
    TreeMap<String, String> digests = new TreeMap<>();
    try {
      Files.createDirectories(folder);
      for (RemoteFile file : known.files()) {
        Optional<String> expected = file.weights() && sha256.isPresent() ? sha256 : file.sha256();
        one(known.folder(), file, folder, expected, progress, digests);
      }
    } catch (IOException e) {
      throw NomenException.input(
          "Cannot write to %s: %s; free space there or name another folder."
              .formatted(folder, e.getMessage()),
          e);
    }
    return new ModelPull(ClipCheckpoint.open(storage, folder.toString()).model(), digests);
  }

  private static void requireSame(Path file, Optional<String> sha256) throws IOException {
    if (sha256.isPresent() && !sha256.get().equalsIgnoreCase(Digests.sha256(file))) {
      throw NomenException.input(
          "%s is there already and has another SHA-256 than %s; delete it, and it is fetched again."
              .formatted(file, sha256.get()));
    }
  }

  private static void one(
      URI base,
      RemoteFile file,
      Path folder,
      Optional<String> sha256,
      LongConsumer progress,
      TreeMap<String, String> digests)
      throws IOException {
    for (String name : file.names()) {
      Path there = folder.resolve(name);
      if (Files.exists(there)) {
        requireSame(there, file.weights() ? sha256 : Optional.empty());
        return;
      }
    }
    for (String name : file.names()) {
      Download download =
          new Download(
              base.resolve(name),
              folder.resolve(name),
              file.size(),
              sha256,
              file.weights(),
              progress);
      Optional<String> digest = download.run();
      if (digest.isPresent()) {
        digests.put(name, digest.get());
        return;
      }
    }
    if (!file.optional()) {
      throw NomenException.input(
          "%s has no %s (404); the model may have moved: fetch its folder by hand and give it to --model."
              .formatted(base, String.join(" and no ", file.names())));
    }
  }
}
