package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
  @TempDir Path folder;

  private RunFolder run() {
    return new RunFolder(new Storage(new Configuration()), folder.toString());
  }

  private void heldBy(String host, long pid, Duration age) throws Exception {
    Lease.Holder holder =
        new Lease.Holder("other", host, pid, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    Files.writeString(
        folder.resolve("_LEASE"),
        Json.pretty(new Lease.Held(holder, Instant.now().minus(age).toString())));
  }

  @Test
  void a_second_job_is_refused_while_the_first_works() {
    String inside =
        Lease.holding(
            run(),
            () -> {
              assertThatThrownBy(() -> Lease.take(run()))
                  .isInstanceOfSatisfying(
                      NomenException.class,
                      e -> assertThat(e.kind()).isEqualTo(NomenException.Kind.LOCKED));
              return "worked";
            });
    assertThat(inside).isEqualTo("worked");
    assertThat(folder.resolve("_LEASE")).doesNotExist();
  }

  @Test
  void a_lease_of_another_host_holds_until_it_is_three_minutes_old() throws Exception {
    heldBy("elsewhere", 1, Duration.ofSeconds(100));
    assertThatThrownBy(() -> Lease.take(run())).hasMessageContaining("held by another job");
    heldBy("elsewhere", 1, Duration.ofSeconds(200));
    Lease.take(run()).close();
    assertThat(folder.resolve("_LEASE")).doesNotExist();
  }

  @Test
  void a_killed_process_on_this_host_holds_nothing() throws Exception {
    // The number may be another process's by now: it did not start when the holder did.
    heldBy(InetAddress.getLocalHost().getHostName(), ProcessHandle.current().pid(), Duration.ZERO);
    Lease.take(run()).close();
  }
}
