package io.nomen.neighbours;

import io.nomen.tensor.RddCheckpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * What waves of broadcasts have made so far: every wave replaces the RDD by one that is made of it
 * and of the wave. Every {@value #INTERVAL} waves it is checkpointed.
 */
final class WaveState<T> {
  /** Waves between checkpoints: a file of 400 bytes a row for half a million compared rows. */
  static final int INTERVAL = 8;

  private final List<Broadcast<?>> needed = new ArrayList<>();
  private JavaRDD<T> current;
  private Optional<JavaRDD<T>> checkpoint = Optional.empty();
  private int waves;

  WaveState(JavaRDD<T> start) {
    this.current = start;
  }

  /** What the waves until now have made. */
  JavaRDD<T> current() {
    return current;
  }

  /** How many waves there were. */
  int waves() {
    return waves;
  }

  /** The waves that {@link #current} would be made of again: the last checkpoint's and later. */
  List<Broadcast<?>> needed() {
    return List.copyOf(needed);
  }

  /**
   * Goes on by one wave.
   *
   * @param wave what went round
   * @param next made of it and of {@link #current}; computed here
   */
  void advance(Broadcast<?> wave, JavaRDD<T> next) {
    waves++;
    needed.add(wave);
    boolean cut = waves % INTERVAL == 0;
    if (cut) {
      RddCheckpoint.of(next).count();
    } else {
      next.persist(StorageLevel.MEMORY_AND_DISK()).count();
    }
    JavaRDD<T> before = current;
    current = next;
    if (cut) {
      before.unpersist(false);
      checkpoint.ifPresent(RddCheckpoint::delete);
      checkpoint = Optional.of(next);
      // The wave that led to the checkpoint is named by it still, though nobody asks for it.
      needed.remove(wave);
      needed.forEach(Broadcast::destroy);
      needed.clear();
      needed.add(wave);
    } else {
      release(before);
    }
    // Only a lost executor's work would need it again, and then fetches it from the driver.
    wave.unpersist(false);
  }

  /** Lets go of {@link #current}; what was made of it can still be made again. */
  void release() {
    release(current);
  }

  private void release(JavaRDD<T> made) {
    boolean onlyCopy = checkpoint.filter(made::equals).isPresent() && !RddCheckpoint.isFile(made);
    if (!onlyCopy) {
      made.unpersist(false);
    }
  }
}
