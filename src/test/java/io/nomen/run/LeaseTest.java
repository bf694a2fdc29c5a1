package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.run.Lease.Holder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
  private static final int STARTS = 8;

  @TempDir Path folder;

  private RunFolder run() {
    return new RunFolder(new Storage(new Configuration()), folder.toString());
  }

  private Path lease() {
    return folder.resolve("_LEASE");
  }

  private void heldBy(Holder holder, Duration age) throws Exception {
    Files.writeString(
        lease(), Json.pretty(new Lease.Held(holder, Instant.now().minus(age).toString())));
  }

  private static Holder elsewhere() {
    return new Holder("other", "elsewhere", "another machine", 1, "5", "2026-01-01T00:00:00Z");
  }

  private void assertRefused(String words) {
    assertThatThrownBy(() -> Lease.take(run()))
        .isInstanceOfSatisfying(
            NomenException.class, e -> assertThat(e.kind()).isEqualTo(NomenException.Kind.LOCKED))
        .hasMessageContaining(words);
  }

  @Test
  void a_second_job_is_refused_while_the_first_works() {
    String inside =
        run()
            .holding(
                () -> {
                  assertRefused("held by another job");
                  return "worked";
                });
    assertThat(inside).isEqualTo("worked");
    assertThat(lease()).doesNotExist();
  }

  @Test
  void of_jobs_that_start_at_once_one_gets_the_folder() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(STARTS);
    CyclicBarrier together = new CyclicBarrier(STARTS);
    Callable<List<Lease>> start =
        () -> {
          together.await();
          try {
            return List.of(Lease.take(run()));
          } catch (NomenException e) {
            assertThat(e.kind()).isEqualTo(NomenException.Kind.LOCKED);
            return List.of();
          }
        };
    try {
      for (int round = 0; round < 10; round++) {
        List<Future<List<Lease>>> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
          starts.add(threads.submit(start));
        }
        List<Lease> taken = new ArrayList<>();
        for (Future<List<Lease>> started : starts) {
          taken.addAll(started.get());
        }
        assertThat(taken).hasSize(1);
        taken.get(0).close();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_lease_of_another_host_holds_until_it_is_three_minutes_old() throws Exception {
    heldBy(elsewhere(), Duration.ofSeconds(100));
    assertRefused("held by another job");
    heldBy(elsewhere(), Duration.ofSeconds(200));
    Lease.take(run()).close();
    assertThat(lease()).doesNotExist();
  }

  @Test
  void a_killed_process_of_this_machine_holds_nothing() throws Exception {
    Holder self = Holder.self();
    assertThat(self.place()).as("this machine tells its processes apart").isNotEmpty();
    // The number may be another process's by now: it did not start when the holder did.
    heldBy(
        new Holder("other", self.host(), self.place(), self.pid(), "7", self.started()),
        Duration.ZERO);
    Lease.take(run()).close();
  }

  @Test
  void a_process_that_cannot_be_seen_from_here_may_well_live() throws Exception {
    String host = InetAddress.getLocalHost().getHostName();
    for (String place : List.of("", "a container on the same host")) {
      heldBy(
          new Holder("other", host, place, 4_000_000, "7", "2026-01-01T00:00:00Z"), Duration.ZERO);
      assertRefused("held by another job");
    }
  }

  @Test
  void whoever_was_taken_over_does_not_take_the_folder_back() throws Exception {
    try (Lease lease = Lease.take(run())) {
      lease.renew();
      heldBy(elsewhere(), Duration.ZERO);
      String others = Files.readString(lease());
      lease.renew();
      assertThat(Files.readString(lease())).isEqualTo(others);
      assertThatThrownBy(lease::requireHeld).hasMessageContaining("held by another job");
    }
    assertThat(lease()).exists();
  }

  @Test
  void a_lease_that_its_holder_is_just_writing_is_respected_and_one_that_it_died_over_is_not()
      throws Exception {
    Files.writeString(lease(), "{ \"holder\"");
    assertRefused("being taken by another job");
    Files.setLastModifiedTime(lease(), FileTime.from(Instant.now().minusSeconds(200)));
    Lease.take(run()).close();
  }
}
