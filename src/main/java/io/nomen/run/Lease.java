package io.nomen.run;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run folder for one job: the file {@code _LEASE}, renewed every 30 s. A second job is
 * refused until the lease is 3 minutes old, or its process, where this one could see it, is gone.
 *
 * <p>Of two jobs that start at once one gets it, where the store makes a file only once ({@link
 * Storage#writeNew}). Where it does not, and wherever a holder was silent for too long and wakes up
 * again, what counts is who is named there when a table is made whole or a run is published:
 * whoever is not, ends without having published or deleted anything.
 */
final class Lease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
  private static final Duration RENEWAL = Duration.ofSeconds(30);
  private static final Duration STALE = Duration.ofMinutes(3);

  private final Storage storage;
  private final String file;
  private final String folder;
  private final Holder holder;
  private final ScheduledExecutorService renewal;
  private Optional<String> base;

  /**
   * Who holds a folder.
   *
   * @param place where process numbers mean the same: a start of a machine and a container on it;
   *     empty where that cannot be told
   * @param processStart by the machine's own clock, which nobody sets
   * @param started ISO-8601 instant
   */
  record Holder(
      String owner, String host, String place, long pid, String processStart, String started) {
    static Holder self() {
      long pid = ProcessHandle.current().pid();
      return new Holder(
          UUID.randomUUID().toString(),
          hostName(),
          placeOfProcesses(),
          pid,
          startOf(pid).orElse(""),
          Instant.now().toString());
    }

    boolean hasEnded() {
      return !place.isEmpty()
          && place.equals(placeOfProcesses())
          && !startOf(pid).equals(Optional.of(processStart));
    }
  }

  record Held(Holder holder, String renewed) {}

  private Lease(RunFolder folder) {
    this.storage = folder.storage();
    this.folder = folder.uri();
    this.file = folder.uri() + "/_LEASE";
    this.holder = Holder.self();
    this.base = folder.current().map(Snapshot::run);
    this.renewal = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("nomen-lease"));
  }

  /**
   * Takes the lease of {@code folder}.
   *
   * @throws NomenException of kind {@code LOCKED} when a live job holds it
   */
  static Lease take(RunFolder folder) {
    Lease lease = new Lease(folder);
    if (!lease.storage.writeNew(lease.file, lease.content())) {
      Optional<Held> held = lease.read();
      held.ifPresentOrElse(lease::refuseOrTakeOver, lease::refuseUnlessOld);
      lease.write();
    }
    lease.requireHeld();
    ScheduledFuture<?> unused =
        lease.renewal.scheduleAtFixedRate(
            lease::renew, RENEWAL.toSeconds(), RENEWAL.toSeconds(), TimeUnit.SECONDS);
    return lease;
  }

  /** Does {@code work} while holding {@code folder}; gives it back however that ends. */
  static <T> T holding(RunFolder folder, Function<Lease, T> work) {
    Lease lease = take(folder);
    Runnable giveBack = lease::close;
    // A stopped process must not leave the next one waiting.
    ShutdownHookManager.get().addShutdownHook(giveBack, RunFolder.HOOK_PRIORITY);
    try {
      return work.apply(lease);
    } finally {
      lease.close();
      forget(giveBack);
    }
  }

  private static void forget(Runnable hook) {
    try {
      ShutdownHookManager.get().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("The process is ending: the hook gives the lease back itself.", e);
    }
  }

  /**
   * Makes sure that this job is still the one that may change the folder.
   *
   * @throws NomenException of kind {@code LOCKED} when it is another's by now
   */
  void requireHeld() {
    Optional<Held> held = read();
    if (held.isEmpty()) {
      if (storage.writeNew(file, content())) {
        return; // Somebody deleted the file by hand.
      }
      held = read();
    }
    if (held.isEmpty()) {
      throw beingTaken();
    }
    if (!isOwn(held.get())) {
      throw locked(held.get());
    }
  }

  /**
   * Makes sure besides that nothing was published since.
   *
   * @param current id of the published run
   */
  void requireHeldOver(Optional<String> current) {
    requireHeld();
    if (!current.equals(base)) {
      throw new NomenException(
          NomenException.Kind.LOCKED,
          "Another job has published the run %s in %s since this one began; nothing was changed; run this command again, or choose another --output."
              .formatted(current.orElse("?"), folder));
    }
  }

  /** The run {@code run} is what this job has published. */
  void published(String run) {
    base = Optional.of(run);
  }

  private void refuseOrTakeOver(Held held) {
    Duration age = Duration.between(Instant.parse(held.renewed()), Instant.now());
    if (held.holder().hasEnded()) {
      LOG.warn("Taking {} over: process {} that held it has ended.", folder, held.holder().pid());
    } else if (age.compareTo(STALE) > 0) {
      LOG.warn("Taking {} over: its holder has been silent for {} s.", folder, age.toSeconds());
    } else {
      throw locked(held);
    }
  }

  /** A lease that says nothing: its holder is just writing it, or died over that. */
  private void refuseUnlessOld() {
    storage
        .modified(file)
        .filter(written -> Duration.between(written, Instant.now()).compareTo(STALE) < 0)
        .ifPresent(
            written -> {
              throw beingTaken();
            });
  }

  private NomenException beingTaken() {
    return new NomenException(
        NomenException.Kind.LOCKED,
        "%s is being taken by another job; wait for it, or choose another --output."
            .formatted(folder));
  }

  private NomenException locked(Held held) {
    return new NomenException(
        NomenException.Kind.LOCKED,
        "%s is held by another job (process %d on %s, since %s); wait for it, or choose another --output."
            .formatted(folder, held.holder().pid(), held.holder().host(), held.holder().started()));
  }

  private boolean isOwn(Held held) {
    return held.holder().owner().equals(holder.owner());
  }

  private byte[] content() {
    return Json.pretty(new Held(holder, Instant.now().toString())).getBytes(StandardCharsets.UTF_8);
  }

  private void write() {
    storage.writeBytes(file, content());
  }

  void renew() {
    try {
      requireHeld();
      write();
    } catch (NomenException e) {
      // The next renewal may succeed; three minutes of silence are what counts, and who is named
      // in the file when this job wants to publish.
      LOG.warn("The lease could not be renewed: {}", e.getMessage());
    }
  }

  private Optional<Held> read() {
    // A lease that its holder was just writing is empty for a moment: it has no one to ask yet.
    return storage.readTextIfThere(file).flatMap(text -> Json.readIfWhole(text, Held.class, file));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown host";
    }
  }

  /** Linux's number of this start of the machine, and the container's own list of processes. */
  private static String placeOfProcesses() {
    if (!Files.isReadable(Path.of("/proc/1/stat"))) {
      return ""; // Other users' processes are hidden: one that cannot be seen may well live.
    }
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  /** Ticks from the start of the machine to that of the process: the 22nd field of its state. */
  private static Optional<String> startOf(long pid) {
    try {
      String state = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // The second field is the program's name, which may hold anything.
      return Optional.of(state.substring(state.lastIndexOf(')') + 2).split(" ", -1)[19]);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    renewal.shutdownNow();
    try {
      if (read().filter(this::isOwn).isPresent()) {
        storage.delete(file);
      }
    } catch (NomenException e) {
      // What ended the work counts, not that the store could not be told.
      LOG.warn("The lease could not be given back: {}", e.getMessage());
    }
  }
}
