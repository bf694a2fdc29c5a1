package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.run.TableSchema;
import io.nomen.store.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published, and by whom, on local disks and on S3; {@link YarnIT} does it on HDFS. */
class PublicationTest {
  private static final int STARTS = 4;
  private static final TableSchema<Thing> THINGS = new TableSchema<>("clusters", Thing.class);

  private record Thing(String name) {}

  private Storage storage;
  private String uri;

  @Test
  void local_disks_have_one_holder_and_whole_runs(@TempDir Path folder) throws Exception {
    check(new Storage(new Configuration()), folder.toString(), true);
  }

  @Test
  void an_object_store_has_one_that_publishes_and_whole_runs() throws Exception {
    try (MemoryStore server = new MemoryStore(S3Server.BUCKET)) {
      Configuration configuration = new Configuration();
      S3Server.settings(server.endpoint()).forEach(configuration::set);
      configuration.set("fs.s3a.access.key", "test");
      configuration.set("fs.s3a.secret.key", "test");
      check(new Storage(configuration), "s3a://" + S3Server.BUCKET + "/run", false);
    }
  }

  /**
   * Checks it in the folder {@code uri}.
   *
   * @param exclusive whether the store makes a file only once
   */
  static void check(Storage storage, String uri, boolean exclusive) throws Exception {
    PublicationTest test = new PublicationTest();
    test.storage = storage;
    test.uri = uri;
    test.a_reader_works_on_its_snapshot_until_the_next_run_but_one();
    test.whoever_has_lost_the_folder_publishes_and_deletes_nothing();
    for (int round = 0; round < 10; round++) {
      test.of_jobs_that_start_at_once_one_publishes(round, exclusive);
    }
  }

  private RunFolder folder() {
    return new RunFolder(storage, uri);
  }

  private static Snapshot publish(RunFolder folder, String id) {
    folder.write(THINGS, id, List.of(new Thing("of " + id)));
    return folder.publish(id, Map.of("clusters", id), Map.of(), Optional.empty());
  }

  private void published(String id) {
    RunFolder folder = folder();
    folder.holding(() -> publish(folder, id));
  }

  private static String read(Snapshot run) {
    return run.rows(THINGS).get(0).name();
  }

  private void a_reader_works_on_its_snapshot_until_the_next_run_but_one() {
    published("one");
    Snapshot reading = folder().snapshot();
    published("two");
    assertThat(read(reading)).isEqualTo("of one");
    assertThat(read(folder().snapshot())).isEqualTo("of two");
    published("three");
    assertThatThrownBy(() -> read(reading)).hasMessageContaining("have taken its place");
  }

  private void whoever_has_lost_the_folder_publishes_and_deletes_nothing() {
    RunFolder sleeper = folder();
    RunFolder other = folder();
    sleeper.holding(
        () -> {
          storage.delete(uri + "/_LEASE");
          return other.holding(
              () -> {
                other.write(THINGS, "five", List.of(new Thing("of five")));
                assertThatThrownBy(() -> publish(sleeper, "four"))
                    .hasMessageContaining("held by another job");
                assertThat(read(folder().snapshot())).isEqualTo("of three");
                return publish(other, "five");
              });
        });
    assertThat(read(folder().snapshot())).isEqualTo("of five");
  }

  private void of_jobs_that_start_at_once_one_publishes(int round, boolean exclusive)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(STARTS);
    CyclicBarrier together = new CyclicBarrier(STARTS);
    Phaser started = new Phaser(STARTS);
    List<Future<Optional<String>>> jobs = new ArrayList<>();
    List<Integer> holders = new ArrayList<>();
    for (int number = 0; number < STARTS; number++) {
      String id = "start-" + round + "-" + number;
      RunFolder folder = folder();
      Callable<Optional<String>> job =
          () -> {
            together.await();
            try {
              return folder.holding(
                  () -> {
                    // Nobody publishes before all have tried to take the folder.
                    started.arriveAndAwaitAdvance();
                    synchronized (holders) {
                      holders.add(1);
                    }
                    publish(folder, id);
                    return Optional.of(id);
                  });
            } catch (NomenException e) {
              assertThat(e.kind()).isEqualTo(NomenException.Kind.LOCKED);
              started.arriveAndDeregister();
              return Optional.empty();
            }
          };
      jobs.add(threads.submit(job));
    }
    List<String> done = new ArrayList<>();
    for (Future<Optional<String>> job : jobs) {
      job.get().ifPresent(done::add);
    }
    threads.shutdownNow();
    assertThat(done).hasSize(1);
    assertThat(read(folder().snapshot())).isEqualTo("of " + done.get(0));
    if (exclusive) {
      assertThat(holders).hasSize(1);
    }
  }
}
