package io.nomen.heads;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.tensor.HalfFloats;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.Torch;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.util.List;

/**
 * The rows that heads are trained on, as they are broadcast: features as half floats and the lists
 * of neighbours, 1.2 kB per row and view at 512 columns and 50 neighbours.
 *
 * <p>An executor puts the features into libtorch's memory at the first step and keeps them there as
 * long as the set itself, or until it is closed.
 */
public final class TrainingSet implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1L;
  private static final Cleaner CLEANER = Cleaner.create();

  /**
   * One table of features.
   *
   * @param width d
   * @param features [N, d] half floats
   * @param neighbours [N, m] row numbers
   * @param count m
   */
  public record View(int width, short[] features, int[] neighbours, int count)
      implements Serializable {

    public View {
      if ((long) features.length / width * count != neighbours.length) {
        throw new IllegalArgumentException(
            "%d rows with %d neighbours each need %d row numbers, not %d"
                .formatted(
                    features.length / width,
                    count,
                    (long) features.length / width * count,
                    neighbours.length));
      }
    }

    /** A view of features that are still [N, d] float32. */
    public static View of(float[] features, int width, int[] neighbours, int count) {
      return new View(width, HalfFloats.encode(features), neighbours, count);
    }

    int rows() {
      return features.length / width;
    }
  }

  private final List<View> views;
  private transient NDManager owner;
  private transient List<NDArray> tensors;
  private transient BatchPlan lastPlan;
  private transient List<Object> lastPlanOf;

  public TrainingSet(List<View> views) {
    this.views = List.copyOf(views);
    for (View view : views) {
      if (view.rows() != rows()) {
        throw new IllegalArgumentException(
            "one view has %d rows, another %d".formatted(rows(), view.rows()));
      }
    }
  }

  /** N. */
  public int rows() {
    return views.get(0).rows();
  }

  public List<View> views() {
    return views;
  }

  /** The features in libtorch's memory, one [N, d] float16 tensor per view. */
  synchronized List<NDArray> tensors() {
    if (tensors == null) {
      NDManager scope = Torch.newScope();
      tensors =
          views.stream()
              .map(v -> NativeFloats.ofHalves(scope, v.features(), v.rows(), v.width()))
              .toList();
      owner = scope;
      // An executor drops a broadcast without a word; its native memory must go with it.
      CLEANER.register(this, scope::close);
    }
    return tensors;
  }

  /** The plan of an epoch; the last one is kept, for shards ask for it at every step. */
  synchronized BatchPlan plan(Objective objective, TrainerSettings settings, int epoch) {
    List<Object> key = List.of(objective, settings, epoch);
    if (!key.equals(lastPlanOf)) {
      lastPlan = new BatchPlan(this, objective, settings, epoch);
      lastPlanOf = key;
    }
    return lastPlan;
  }

  /** Frees the native memory of this JVM; the next step takes it again. */
  @Override
  public synchronized void close() {
    if (owner != null) {
      owner.close();
      owner = null;
      tensors = null;
    }
  }

  private record HalfBlock(long firstRow, short[] values) implements Serializable {}

  /**
   * Brings features to the driver as half floats, so that float32 rows never gather in one place.
   *
   * @return all rows, [N, d] half floats, row-major: 1 kB per row at 512 columns
   */
  public static short[] collectHalves(RowBlocks rows) {
    short[] all = new short[Math.toIntExact(rows.rows() * rows.width())];
    for (HalfBlock part :
        rows.blocks()
            .map(b -> new HalfBlock(b.firstRow(), HalfFloats.encode(b.values())))
            .collect()) {
      System.arraycopy(
          part.values(),
          0,
          all,
          Math.toIntExact(part.firstRow() * rows.width()),
          part.values().length);
    }
    return all;
  }
}
