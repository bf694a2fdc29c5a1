package io.nomen.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system in memory, as small as a test wants it, which only the processes see that are
 * started {@link #inside} it. Needs a kernel that lets users have namespaces of their own.
 */
final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final Process holder;

  /**
   * Mounts it.
   *
   * @param size as tmpfs takes it: {@code 64k}, {@code 8m}
   * @throws IOException where that is not allowed
   */
  SmallDisk(Path folder, String size) throws IOException {
    this.folder = folder;
    holder =
        new ProcessBuilder(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "bash",
                "-c",
                "mount -t tmpfs -o size=%s tmpfs '%s' && echo mounted && exec sleep 3600"
                    .formatted(size, folder))
            .redirectErrorStream(true)
            .start();
    String said = holder.inputReader().readLine();
    if (!"mounted".equals(said)) {
      throw new IOException("no small file system here: " + said);
    }
  }

  /** The words before a command that shall see this file system. */
  List<String> inside() {
    return List.of(
        "nsenter",
        "--target",
        Long.toString(holder.pid()),
        "--user",
        "--mount",
        "--preserve-credentials",
        "--wd=" + Path.of("").toAbsolutePath());
  }

  /** Mounts it anew with other options, {@code size=64m} or {@code ro}. */
  void remount(String options) throws Exception {
    run("mount", "-o", "remount," + options, folder.toString());
  }

  /** Runs a command inside; it must succeed. */
  void run(String... words) throws Exception {
    List<String> command = new java.util.ArrayList<>(inside());
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", words) + " failed");
    }
  }

  /** Where processes outside see a file of it. */
  Path seen(String file) {
    return Path.of("/proc", Long.toString(holder.pid()), "root", folder.toString(), file);
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
