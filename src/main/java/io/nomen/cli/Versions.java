package io.nomen.cli;

import java.util.List;
import org.apache.spark.package$;
import picocli.CommandLine.IVersionProvider;

/** What runs here: for {@code --version}, the banner and reports. */
final class Versions implements IVersionProvider {

  static String nomen() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  static List<String> lines() {
    return List.of(
        "Nomen " + nomen(),
        "Spark %s (Scala %s)"
            .formatted(
                package$.MODULE$.SPARK_VERSION(), scala.util.Properties.versionNumberString()),
        "Java %s (%s)".formatted(Runtime.version(), System.getProperty("java.vm.name")),
        "DJL " + ai.djl.engine.Engine.getDjlVersion());
  }

  @Override
  public String[] getVersion() {
    return lines().toArray(String[]::new);
  }
}
