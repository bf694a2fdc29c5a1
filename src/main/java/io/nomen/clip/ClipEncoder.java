package io.nomen.clip;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtModel;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The two towers of a CLIP model on one device. Each is loaded when it is first used: encoding
 * images keeps no text tower in memory.
 *
 * <p>Safe for use by many threads: a TorchScript module without gradients has no state that a
 * forward pass changes, and every call owns its tensors in a scope of its own. On one device calls
 * gain nothing from running side by side; a batch already uses all of libtorch's threads.
 */
public final class ClipEncoder implements AutoCloseable {
  private final Path archives;
  private final ClipModel model;
  private final TorchDevice device;
  private final ReadWriteLock towers = new ReentrantReadWriteLock();
  private PtModel imageTower;
  private PtModel textTower;
  private boolean closed;

  private ClipEncoder(Path archives, ClipModel model, TorchDevice device) {
    this.archives = archives;
    this.model = model;
    this.device = device;
  }

  /**
   * An encoder from archives that {@link ArchiveCache#archives} wrote; their folder decides the
   * precision.
   */
  public static ClipEncoder load(Path archives, ClipModel model, TorchDevice device) {
    Torch.start();
    return new ClipEncoder(archives, model, device);
  }

  public ClipModel model() {
    return model;
  }

  public TorchDevice device() {
    return device;
  }

  /**
   * Embeds {@code n} pictures.
   *
   * @param rgb from its position on, {@code n × S × S × 3} bytes: rows from the top, red first,
   *     resized and cropped as {@link Preprocessing} says; a direct buffer is read in place
   * @return {@code [n, d] float32}, row-major, not normalised
   */
  public float[] encodeImages(ByteBuffer rgb, int n) {
    int side = model.vision().imageSize();
    long expected = (long) n * model.vision().imageBytes();
    if (rgb.remaining() != expected) {
      throw new IllegalArgumentException(
          "%d bytes for %d pictures of %d × %d × 3".formatted(rgb.remaining(), n, side, side));
    }
    if (n == 0) {
      return new float[0];
    }
    return forward(
        true, manager -> manager.create(rgb, new Shape(n, side, side, 3), DataType.UINT8));
  }

  /**
   * Embeds texts, padded to the longest of them.
   *
   * @param tokens what {@link Tokenizer#encode} gives for each text
   * @return {@code [texts, d] float32}, row-major, not normalised
   */
  public float[] encodeTexts(List<int[]> tokens) {
    if (tokens.isEmpty()) {
      return new float[0];
    }
    int n = tokens.size();
    int longest = tokens.stream().mapToInt(t -> t.length).max().orElseThrow();
    if (longest > model.text().positions()) {
      throw new IllegalArgumentException(
          "a text of %d tokens for a model of %d".formatted(longest, model.text().positions()));
    }
    if (model.text().pooling() == TextSpec.Pooling.LAST_TOKEN
        && tokens.stream().anyMatch(t -> t.length != model.text().positions())) {
      throw new IllegalArgumentException(
          "texts of this model have %d tokens each, with padding"
              .formatted(model.text().positions()));
    }
    // Zero after the end token: the causal mask keeps it out of the end token's state.
    long[] padded = new long[n * longest];
    for (int i = 0; i < n; i++) {
      int[] text = tokens.get(i);
      for (int j = 0; j < text.length; j++) {
        padded[i * longest + j] = text[j];
      }
    }
    return forward(
        false,
        manager -> manager.create(LongBuffer.wrap(padded), new Shape(n, longest), DataType.INT64));
  }

  private interface Input {
    PtNDArray in(PtNDManager manager);
  }

  private float[] forward(boolean image, Input input) {
    towers.readLock().lock();
    try {
      return forward(tower(image), input);
    } finally {
      towers.readLock().unlock();
    }
  }

  private static float[] forward(PtModel tower, Input input) {
    PtSymbolBlock block = (PtSymbolBlock) tower.getBlock();
    try (NDManager scope = tower.getNDManager().newSubManager();
        PtNDArray batch = input.in((PtNDManager) scope);
        IValue argument = IValue.from(batch);
        IValue result = block.forward(argument);
        PtNDArray embeddings = result.toTensor((PtNDManager) scope)) {
      return embeddings.toFloatArray();
    }
  }

  /** Whether weights are in memory. */
  synchronized boolean holdsWeights() {
    return imageTower != null || textTower != null;
  }

  synchronized PtModel tower(boolean image) {
    if (closed) {
      throw new IllegalStateException("the encoder of " + model.id() + " is closed");
    }
    if (image) {
      imageTower = imageTower == null ? open(ArchiveCache.IMAGE) : imageTower;
      return imageTower;
    }
    textTower = textTower == null ? open(ArchiveCache.TEXT) : textTower;
    return textTower;
  }

  private PtModel open(String file) {
    String name = file.substring(0, file.lastIndexOf('.'));
    PtModel tower = (PtModel) ai.djl.Model.newInstance(name, device.djl(), "PyTorch");
    try {
      tower.load(archives, name);
      return tower;
    } catch (IOException | ai.djl.MalformedModelException | RuntimeException e) {
      tower.close();
      throw NomenException.input(
          "libtorch cannot load %s (%s); delete its folder, and it is written again."
              .formatted(archives.resolve(file), e.getMessage()),
          e);
    }
  }

  /** Frees the towers' memory once no forward pass is under way; the next one loads them again. */
  void release() {
    towers.writeLock().lock();
    try {
      synchronized (this) {
        for (PtModel tower : new PtModel[] {imageTower, textTower}) {
          if (tower != null) {
            tower.close();
          }
        }
        imageTower = null;
        textTower = null;
      }
    } finally {
      towers.writeLock().unlock();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    release();
  }
}
