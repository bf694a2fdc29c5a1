package io.nomen.cluster;

import io.nomen.tensor.TorchDevice;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/** A program of its own: its tasks tell which GPU Spark gave them and what Nomen makes of it. */
public final class GpuProbe {
  private GpuProbe() {}

  public static void main(String[] arguments) {
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("gpus"))) {
      List<Integer> numbers = IntStream.range(0, 12).boxed().toList();
      spark.parallelize(numbers, 12).map(GpuProbe::look).collect().forEach(System.out::println);
    }
  }

  /** {@code executor address device}, where libtorch would see two devices. */
  private static String look(int task) {
    Jvm.pause(200);
    List<String> offered = List.of(TaskContext.get().resourcesJMap().get("gpu").addresses());
    TorchDevice device = TorchDevice.choose("auto", offered, 2);
    return SparkEnv.get().executorId() + " " + String.join(",", offered) + " " + device;
  }
}
