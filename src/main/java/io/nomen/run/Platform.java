package io.nomen.run;

import ai.djl.engine.Engine;
import io.nomen.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.package$;

/** What a run ran on, for its record and the banner. */
public final class Platform {
  private Platform() {}

  /** Versions by component, Nomen's own first. */
  public static Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Nomen", nomenVersion());
    versions.put("Spark", package$.MODULE$.SPARK_VERSION());
    versions.put("Scala", scala.util.Properties.versionNumberString());
    versions.put("Java", Runtime.version().toString());
    versions.put("DJL", Engine.getDjlVersion());
    versions.put("libtorch", Torch.version());
    return versions;
  }

  /** Nomen's own version, which decides like an option what a stage writes. */
  public static String nomenVersion() {
    String version = Platform.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
