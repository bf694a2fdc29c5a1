package io.nomen.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.nomen.NomenException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libtorch in this JVM, through DJL. It starts once: the number of inter-op threads can only be set
 * before the first parallel work (DJL issue 2825), and the native library is unpacked into a folder
 * that other JVMs of the machine may be unpacking into at the same moment.
 *
 * <p>Nothing is ever downloaded: DJL runs with {@code ai.djl.offline=true}, and the native library
 * is the one on the class path or under {@code PYTORCH_LIBRARY_PATH}.
 */
public final class Torch {
  private static final Logger LOG = LoggerFactory.getLogger(Torch.class);

  /** The CUDA that pytorch-jni 2.7.1 is built for. */
  private static final String CUDA_FLAVOUR = "cu128";

  private static boolean loaded;
  private static int threads;

  private Torch() {}

  /**
   * Starts libtorch with {@code intraOpThreads} threads per operation (cores ÷ tasks that run side
   * by side) and one inter-op thread. The first call of a JVM decides; later ones change nothing.
   *
   * @throws NomenException (input) when the native library is missing or cannot be unpacked
   */
  public static synchronized void start(int intraOpThreads) {
    if (threads > 0) {
      return;
    }
    int wanted = Math.max(1, intraOpThreads);
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(wanted));
    load();
    threads = wanted;
    LOG.debug("libtorch {} with {} threads per operation", version(), wanted);
  }

  private static synchronized void load() {
    if (loaded) {
      return;
    }
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
      System.setProperty("DJL_CACHE_DIR", CacheFolder.path().resolve("djl").toString());
    }
    String library = setting("PYTORCH_LIBRARY_PATH");
    if (!library.isEmpty() && setting("PYTORCH_FLAVOR").isEmpty()) {
      System.setProperty("PYTORCH_FLAVOR", flavour(library));
    }
    unpackAlone();
    loaded = true;
  }

  /** Of the environment or, as DJL reads it, of a system property; empty where there is none. */
  private static String setting(String name) {
    return Optional.ofNullable(System.getenv(name)).orElse(System.getProperty(name, ""));
  }

  /**
   * Which of the bridges in {@code pytorch-jni} fits a libtorch of the user's own. Left to itself,
   * DJL looks for one of a compiler's older ABI, which the jar does not hold.
   */
  static String flavour(String libraryPath) {
    return Stream.of(libraryPath.split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.exists(Path.of(folder, "libtorch_cuda.so")))
        ? CUDA_FLAVOUR
        : "cpu";
  }

  /** Starts libtorch with a thread per processor, where nothing started it before. */
  public static void start() {
    start(Runtime.getRuntime().availableProcessors());
  }

  /** A scope on the CPU, with libtorch started; closing it frees all that was made in it. */
  public static NDManager newScope() {
    startInTask();
    return Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
  }

  /**
   * A task has as many threads as Spark gives it cores. The driver has no more: in local mode it is
   * the JVM of the tasks, and threads that wait for each other on taken cores lose more than they
   * gain.
   */
  static void startInTask() {
    start(SparkEnv.get() == null ? 1 : SparkEnv.get().conf().getInt("spark.task.cpus", 1));
  }

  /** The version of libtorch, as the banner shows it. */
  public static String version() {
    load();
    return Engine.getEngine("PyTorch").getVersion();
  }

  /** Threads of one operation. */
  public static int threads() {
    start();
    return JniUtils.getNumThreads();
  }

  /** CUDA devices that libtorch sees; 0 with its CPU build. */
  public static int cudaDevices() {
    start();
    return Engine.getEngine("PyTorch").getGpuCount();
  }

  /** One JVM of the machine unpacks; the others wait for it and find the library in place. */
  private static void unpackAlone() {
    Path lock = CacheFolder.path().resolve("libtorch.lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      LOG.trace("holding {}", held);
      withOwnLoader(() -> Engine.getEngine("PyTorch"));
    } catch (IOException e) {
      throw NomenException.input(
          "Cannot lock %s (%s); set NOMEN_CACHE_DIR to a folder that can be written."
              .formatted(lock, e.getMessage()),
          e);
    } catch (RuntimeException | UnsatisfiedLinkError e) {
      throw NomenException.input(
          "libtorch does not start (%s); it needs Linux x86-64 with glibc, about 500 MB under %s, or PYTORCH_LIBRARY_PATH."
              .formatted(deepest(e), CacheFolder.path()),
          e);
    }
  }

  /** DJL looks for its engines by the thread's loader, and pools' threads do not have Spark's. */
  private static void withOwnLoader(Runnable work) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(Torch.class.getClassLoader());
    try {
      work.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static String deepest(Throwable e) {
    return Stream.iterate(e, t -> t != null, Throwable::getCause)
        .reduce((first, second) -> second)
        .map(Throwable::getMessage)
        .orElse(e.toString());
  }
}
