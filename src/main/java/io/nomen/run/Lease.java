package io.nomen.run;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run folder for one job: the file {@code _LEASE}, renewed every 30 s. A second job is
 * refused until the lease is 3 minutes old, or its process on this very host is gone.
 *
 * <p>It guards against the same command started twice, not against clocks that are minutes apart;
 * correctness of the tables does not rest on it.
 */
public final class Lease implements AutoCloseable {
  /** When a process that is stopped gives its lease back, in Hadoop's order: the highest first. */
  public static final int HOOK_PRIORITY = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
  private static final Duration RENEWAL = Duration.ofSeconds(30);
  private static final Duration STALE = Duration.ofMinutes(3);

  private final Storage storage;
  private final String file;
  private final Holder holder;
  private final ScheduledExecutorService renewal;

  /** Who holds a folder. Times are ISO-8601 instants. */
  record Holder(String owner, String host, long pid, String processStart, String started) {}

  record Held(Holder holder, String renewed) {}

  private Lease(Storage storage, String file, Holder holder) {
    this.storage = storage;
    this.file = file;
    this.holder = holder;
    this.renewal = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("nomen-lease"));
  }

  /**
   * Takes the lease of {@code folder}.
   *
   * @throws NomenException of kind {@code LOCKED} when a live job holds it
   */
  static Lease take(RunFolder folder) {
    Storage storage = folder.storage();
    String file = folder.uri() + "/_LEASE";
    read(storage, file).ifPresent(held -> refuseOrTakeOver(held, folder.uri()));
    ProcessHandle self = ProcessHandle.current();
    Lease lease =
        new Lease(
            storage,
            file,
            new Holder(
                UUID.randomUUID().toString(),
                hostName(),
                self.pid(),
                processStart(self),
                Instant.now().toString()));
    lease.write();
    Optional<Held> now = read(storage, file);
    if (now.isPresent() && !now.get().holder().owner().equals(lease.holder.owner())) {
      throw locked(now.get(), folder.uri());
    }
    ScheduledFuture<?> unused =
        lease.renewal.scheduleAtFixedRate(
            lease::renew, RENEWAL.toSeconds(), RENEWAL.toSeconds(), TimeUnit.SECONDS);
    return lease;
  }

  /**
   * Does {@code work} while holding the lease of {@code folder}; gives it back however that ends.
   */
  public static <T> T holding(RunFolder folder, Supplier<T> work) {
    Lease lease = take(folder);
    Runnable giveBack = lease::close;
    // A stopped process must not leave the next one waiting.
    ShutdownHookManager.get().addShutdownHook(giveBack, HOOK_PRIORITY);
    try {
      return work.get();
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

  private static void refuseOrTakeOver(Held held, String folder) {
    Duration age = Duration.between(Instant.parse(held.renewed()), Instant.now());
    if (processIsGone(held.holder())) {
      LOG.warn("Taking {} over: process {} that held it has ended.", folder, held.holder().pid());
    } else if (age.compareTo(STALE) > 0) {
      LOG.warn("Taking {} over: its holder has been silent for {} s.", folder, age.toSeconds());
    } else {
      throw locked(held, folder);
    }
  }

  private static boolean processIsGone(Holder holder) {
    if (!holder.host().equals(hostName())) {
      return false;
    }
    return ProcessHandle.of(holder.pid())
        .filter(process -> processStart(process).equals(holder.processStart()))
        .isEmpty();
  }

  private static NomenException locked(Held held, String folder) {
    return new NomenException(
        NomenException.Kind.LOCKED,
        "%s is held by another job (process %d on %s, since %s); wait for it, or choose another --output."
            .formatted(folder, held.holder().pid(), held.holder().host(), held.holder().started()));
  }

  private void write() {
    storage.writeText(file, Json.pretty(new Held(holder, Instant.now().toString())));
  }

  private void renew() {
    try {
      write();
    } catch (NomenException e) {
      // The next renewal may succeed; three minutes of silence are what counts.
      LOG.warn("The lease could not be renewed: {}", e.getMessage());
    }
  }

  private static Optional<Held> read(Storage storage, String file) {
    if (!storage.exists(file)) {
      return Optional.empty();
    }
    // A lease that its holder was just writing is empty for a moment: it has no one to ask yet.
    return Json.readIfWhole(storage.readText(file), Held.class, file);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown host";
    }
  }

  private static String processStart(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  @Override
  public void close() {
    renewal.shutdownNow();
    try {
      if (read(storage, file).map(h -> h.holder().owner().equals(holder.owner())).orElse(false)) {
        storage.delete(file);
      }
    } catch (NomenException e) {
      // What ended the work counts, not that the store could not be told.
      LOG.warn("The lease could not be given back: {}", e.getMessage());
    }
  }
}
