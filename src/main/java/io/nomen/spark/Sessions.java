package io.nomen.spark;

import io.nomen.NomenException;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * The one place where a Spark session is made.
 *
 * <p>Master, memory and cores come from spark-submit and are never set here; settings that Nomen
 * would like are only defaults, so whatever the command line or {@code spark-defaults.conf} says
 * wins.
 */
public final class Sessions {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          // Blocks of floats: nothing to gain from compressing them on their way.
          "spark.broadcast.compress", "false",
          "spark.rdd.compress", "false",
          "spark.ui.showConsoleProgress", "false");

  /** Keys in settings end in process lists and event logs. */
  private static final Pattern SECRET =
      Pattern.compile(
          "spark\\.hadoop\\.fs\\.s3a\\..*(?:access\\.key|secret\\.key|session\\.token)");

  private Sessions() {}

  /**
   * Hadoop's configuration with what spark-submit was given as {@code spark.hadoop.*}.
   *
   * @throws NomenException (usage) when that holds a key of S3: credentials come by the platform's
   *     default chain
   */
  public static Configuration hadoopConfiguration() {
    Configuration configuration = new Configuration();
    for (Tuple2<String, String> entry : new SparkConf().getAll()) {
      if (SECRET.matcher(entry._1()).matches()) {
        throw NomenException.usage(
            "The Spark setting %s is refused: settings are shown to others; give driver and executors a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in their environment."
                .formatted(entry._1()));
      }
      if (entry._1().startsWith("spark.hadoop.")) {
        configuration.set(entry._1().substring("spark.hadoop.".length()), entry._2());
      }
    }
    return configuration;
  }

  /** Whether this process is YARN's application master, which runs the driver in cluster mode. */
  public static boolean inApplicationMaster() {
    SparkConf conf = new SparkConf();
    return conf.get("spark.master", "").equals("yarn")
        && conf.get("spark.submit.deployMode", "client").equals("cluster");
  }

  /** Ends the session of this process, if it has one, and tells the cluster how the job ended. */
  public static void stop(int exitCode) {
    if (SparkSession.getDefaultSession().isDefined()) {
      SparkSession.getDefaultSession().get().sparkContext().stop(exitCode);
    }
  }

  /**
   * Opens the session of this process.
   *
   * @param name what the job is called in Spark's own pages
   * @throws NomenException of kind {@code USAGE} when nothing has chosen a master
   */
  public static SparkSession open(String name) {
    SparkConf conf = new SparkConf();
    if (!conf.contains("spark.master")) {
      throw NomenException.usage(
          "No Spark master is set; start Nomen through ./nomen or spark-submit, which choose one.");
    }
    DEFAULTS.forEach(conf::setIfMissing);
    if (conf.get("spark.master").startsWith("local")) {
      // An executor that has no memory left is better dead and replaced; here it is the whole job,
      // which could not even say why.
      conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
      // The one executor is this process: it is silent only while the machine sleeps or the process
      // is suspended, and goes on after that. The session would end it for that after two minutes.
      conf.setIfMissing("spark.storage.blockManagerHeartbeatTimeoutMs", "365d");
    }
    SparkSession session;
    try {
      session = SparkSession.builder().config(conf.setAppName("nomen " + name)).getOrCreate();
    } catch (Exception e) {
      // Of many types, checked ones among them that no signature tells of.
      throw doesNotStart(conf, reason(e), e);
    }
    if (session.sparkContext().isStopped()) {
      // A standalone master that does not answer within a minute; another thread gave up.
      throw doesNotStart(conf, "it was stopped at once", null);
    }
    return session;
  }

  private static NomenException doesNotStart(SparkConf conf, String why, Throwable cause) {
    return NomenException.input(
        "Spark does not start with the master %s: %s; give a master that answers (./nomen --runner, spark-submit --master), 512m of memory or more, and in SPARK_LOCAL_IP an address of this machine that others reach."
            .formatted(conf.get("spark.master"), why),
        cause);
  }

  private static String reason(Throwable e) {
    String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return e.getClass().getSimpleName() + ", " + said.replaceAll("[.\\s]+$", "");
  }

  /** Whether executors have GPUs, which the driver, often on a smaller machine, cannot see. */
  public static boolean offersGpus() {
    return offersGpus(new SparkConf());
  }

  /** The same for a session that is there. */
  public static boolean offersGpus(SparkConf conf) {
    return conf.contains("spark.task.resource.gpu.amount")
        || conf.contains("spark.executor.resource.gpu.amount");
  }

  /** Threads of a task: its cores on a cluster, its share of this machine where Spark is local. */
  public static int taskThreads(JavaSparkContext spark) {
    return spark.isLocal()
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / spark.defaultParallelism())
        : spark.getConf().getInt("spark.task.cpus", 1);
  }
}
