package io.nomen.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class StorageTest {

  @Test
  void a_folder_has_one_name_whether_or_not_its_host_is_said() {
    Configuration configuration = new Configuration();
    configuration.set("fs.defaultFS", "hdfs://127.0.0.1:8020");
    Storage storage = new Storage(configuration);
    assertThat(storage.qualify("hdfs:///runs/2026-W47"))
        .isEqualTo("hdfs://127.0.0.1:8020/runs/2026-W47");
    assertThat(storage.qualify("hdfs://127.0.0.1:8020/runs/x"))
        .isEqualTo("hdfs://127.0.0.1:8020/runs/x");
    assertThat(storage.qualify("/runs")).isEqualTo("file:/runs");
    assertThat(storage.qualify("file:///runs")).isEqualTo("file:/runs");
  }
}
