package io.nomen.tensor;

import io.nomen.NomenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder on this machine for things that can be made again: libtorch's unpacked library and
 * TorchScript archives. The first of these that can be written: {@code NOMEN_CACHE_DIR}, the
 * executor's own local folders ({@code SPARK_LOCAL_DIRS}, {@code LOCAL_DIRS}: homes are often
 * read-only on clusters), {@code XDG_CACHE_HOME}, {@code ~/.cache}, the temporary folder.
 */
public final class CacheFolder {
  private CacheFolder() {}

  /** The folder, which exists and can be written. */
  public static Path path() {
    List<Path> candidates = candidates();
    for (Path candidate : candidates) {
      if (usable(candidate)) {
        return candidate;
      }
    }
    throw NomenException.input(
        "None of %s can be written and holds programs that run (noexec); set NOMEN_CACHE_DIR to a folder that can."
            .formatted(candidates));
  }

  private static List<Path> candidates() {
    List<Path> candidates = new ArrayList<>();
    String asked = System.getProperty("nomen.cache", System.getenv("NOMEN_CACHE_DIR"));
    if (asked != null) {
      candidates.add(Path.of(asked));
      return candidates;
    }
    for (String variable : List.of("SPARK_LOCAL_DIRS", "LOCAL_DIRS", "XDG_CACHE_HOME")) {
      String folders = System.getenv(variable);
      if (folders != null && !folders.isBlank()) {
        int comma = folders.indexOf(',');
        String first = comma < 0 ? folders : folders.substring(0, comma);
        candidates.add(Path.of(first.strip(), "nomen"));
      }
    }
    candidates.add(Path.of(System.getProperty("user.home"), ".cache", "nomen"));
    candidates.add(
        Path.of(System.getProperty("java.io.tmpdir"), "nomen-" + System.getProperty("user.name")));
    return candidates;
  }

  private static boolean usable(Path folder) {
    try {
      Files.createDirectories(folder);
      return Files.isWritable(folder) && runsPrograms(folder.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  /** Native code is mapped from here, which a file system mounted as {@code noexec} refuses. */
  private static boolean runsPrograms(Path folder) {
    String longest = "";
    boolean runs = true;
    try {
      for (String mount : Files.readAllLines(Path.of("/proc/self/mounts"))) {
        String[] words = mount.split(" ", -1);
        // Of two at one place the later one counts.
        if (folder.startsWith(words[1]) && words[1].length() >= longest.length()) {
          longest = words[1];
          runs = !List.of(words[3].split(",")).contains("noexec");
        }
      }
    } catch (IOException e) {
      // Not Linux: nothing is known against it.
      return true;
    }
    return runs;
  }
}
