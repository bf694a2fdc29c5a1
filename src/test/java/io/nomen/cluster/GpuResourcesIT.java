package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * GPUs as Spark finds and hands them out, on machines that have none: the discovery script is the
 * real one, {@code nvidia-smi} is not.
 */
@Tag("cluster")
class GpuResourcesIT {
  private static final Map<String, String> ONE_GPU_PER_TASK =
      Map.of(
          "spark.executor.resource.gpu.amount", "2",
          "spark.task.resource.gpu.amount", "1");

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Path tools = Files.createDirectories(folder.resolve("bin"));
    Path nvidia = tools.resolve("nvidia-smi");
    Files.writeString(nvidia, "#!/bin/sh\nprintf '0\\n1\\n'\n");
    Files.setPosixFilePermissions(nvidia, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path settings = folder.resolve("worker.conf");
    Files.writeString(
        settings,
        "spark.worker.resource.gpu.amount 2\nspark.worker.resource.gpu.discoveryScript %s\n"
            .formatted(Path.of("deploy/find-gpus.sh").toAbsolutePath()));
    cluster =
        new LocalCluster(
            "gpus",
            Map.of(
                "PATH",
                tools + ":" + System.getenv("PATH"),
                "SETTINGS",
                settings.toString(),
                "CORES",
                "2"));
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void tasks_side_by_side_get_gpus_of_their_own_and_work_on_them() throws Exception {
    Path jar = probe();
    List<String> program =
        List.of("--jars", "target/nomen.jar", "--class", GpuProbe.class.getName(), jar.toString());
    try (Submission job = cluster.submit(ONE_GPU_PER_TASK, program)) {
      assertThat(job.driver().exitCode()).as(job.driver().lastWords()).isZero();
      List<String> tasks = job.driver().out().lines().toList();
      assertThat(tasks).hasSize(12).allMatch(line -> line.matches("\\d+ (0 cuda:0|1 cuda:1)"));
      assertThat(tasks).anyMatch(line -> line.endsWith("cuda:0"));
      assertThat(tasks).anyMatch(line -> line.endsWith("cuda:1"));
    }
  }

  private static Path probe() throws IOException {
    Path jar = folder.resolve("probe.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out)) {
      for (Class<?> part : List.of(GpuProbe.class, Jvm.class)) {
        String name = part.getName().replace('.', '/') + ".class";
        zip.putNextEntry(new ZipEntry(name));
        Files.copy(Path.of("target/test-classes").resolve(name), zip);
        zip.closeEntry();
      }
    }
    return jar;
  }

  @Test
  void a_job_that_is_given_gpus_it_cannot_use_says_so() {
    String[] words = {
      "encode", "--input", "samples/pizza", "--output", folder.resolve("out").toString()
    };
    try (Submission job = cluster.submit(ONE_GPU_PER_TASK, words)) {
      assertThat(job.driver().exitCode()).isEqualTo(3);
      assertThat(job.driver().err())
          .contains("on the executors' GPUs in fp16")
          .contains("Spark gave this task GPU")
          .contains("PYTORCH_LIBRARY_PATH");
    }
  }

  @Test
  void the_same_job_on_the_processors_of_that_cluster_works() {
    String[] words = {
      "encode",
      "--input",
      "samples/pizza",
      "--device",
      "cpu",
      "--output",
      folder.resolve("cpu").toString()
    };
    try (Submission job = cluster.submit(ONE_GPU_PER_TASK, words)) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
    }
  }
}
