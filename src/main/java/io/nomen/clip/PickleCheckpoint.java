package io.nomen.clip;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@code pytorch_model.bin}: a pickled dictionary of tensors and their storages, as PyTorch has
 * written it since 1.6 (a zip of stored entries) or before (pickles and storages in a row).
 * Formats: {@code torch/serialization.py}, {@code _save} and {@code _legacy_save}.
 */
final class PickleCheckpoint implements TensorSource {
  private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long LEGACY_VERSION = 1001;
  private static final int PICKLE_LIMIT = 1 << 24;

  private final CheckpointFiles files;
  private final String file;
  private final Map<String, Stored> tensors = new TreeMap<>();
  private final Map<String, Pickled.Tensor> views = new HashMap<>();
  private final Map<String, ZipDirectory.Span> storages = new HashMap<>();

  private PickleCheckpoint(CheckpointFiles files, String file) {
    this.files = files;
    this.file = file;
  }

  static PickleCheckpoint open(CheckpointFiles files, String file) {
    PickleCheckpoint checkpoint = new PickleCheckpoint(files, file);
    try {
      if (files.length(file).orElseThrow() < 4) {
        throw new PickleReader.Refused("it is too short to be a checkpoint");
      }
      byte[] start = files.read(file, 0, 2);
      if (start[0] == 'P' && start[1] == 'K') {
        checkpoint.openZip();
      } else {
        checkpoint.openLegacy();
      }
      checkpoint.checkStorages();
    } catch (IOException e) {
      throw Safetensors.broken(files, file, e.getMessage());
    }
    return checkpoint;
  }

  @Override
  public Map<String, Stored> tensors() {
    return tensors;
  }

  @Override
  public float[] read(String name) {
    Pickled.Tensor view = views.get(name);
    int elements = (int) tensors.get(name).elements();
    int bytes = view.storage().type().bytes();
    if (elements == 0) {
      return new float[0];
    }
    // The stretch of the storage that the view touches, which for almost all is the view itself.
    long reach = 0;
    for (int i = 0; i < view.shape().length; i++) {
      reach += (view.shape()[i] - 1) * view.strides()[i];
    }
    long from = storages.get(view.storage().key()).position() + view.offset() * bytes;
    float[] stretch =
        view.storage().type().decode(files.read(file, from, Math.toIntExact((reach + 1) * bytes)));
    return gather(stretch, view, elements);
  }

  private static float[] gather(float[] stretch, Pickled.Tensor view, int elements) {
    long[] strides = view.strides();
    float[] values = new float[elements];
    long[] at = new long[strides.length];
    long source = 0;
    for (int i = 0; i < elements; i++) {
      values[i] = stretch[(int) source];
      for (int d = strides.length - 1; d >= 0; d--) {
        source += strides[d];
        if (++at[d] < view.shape()[d]) {
          break;
        }
        source -= at[d] * strides[d];
        at[d] = 0;
      }
    }
    return values;
  }

  private void openZip() throws IOException {
    ZipDirectory zip = ZipDirectory.open(files, file);
    String pickle =
        zip.named("data.pkl").orElseThrow(() -> new PickleReader.Refused("it holds no data.pkl"));
    String root = pickle.substring(0, pickle.length() - "data.pkl".length());
    ZipDirectory.Span order = zip.span(root + "byteorder").orElse(new ZipDirectory.Span(0, 0));
    if (order.length() == 3
        && new String(files.read(file, order.position(), 3), StandardCharsets.US_ASCII)
            .equals("big")) {
      throw new PickleReader.Refused("its numbers are big-endian");
    }
    ZipDirectory.Span span = zip.span(pickle).orElseThrow();
    if (span.length() > PICKLE_LIMIT) {
      throw new PickleReader.Refused("its data.pkl has %d bytes".formatted(span.length()));
    }
    byte[] bytes = files.read(file, span.position(), (int) span.length());
    take(new PickleReader(new ByteArrayInputStream(bytes), PICKLE_LIMIT).read());
    for (Pickled.Tensor view : views.values()) {
      String key = view.storage().key();
      if (!storages.containsKey(key)) {
        storages.put(
            key,
            zip.span(root + "data/" + key)
                .orElseThrow(() -> new PickleReader.Refused("it lacks storage " + key)));
      }
    }
  }

  private void openLegacy() throws IOException {
    try (InputStream in = new BufferedInputStream(files.open(file))) {
      PickleReader reader = new PickleReader(in, PICKLE_LIMIT);
      if (!LEGACY_MAGIC.equals(reader.read()) || !reader.read().equals(LEGACY_VERSION)) {
        throw new PickleReader.Refused("it is not a PyTorch checkpoint");
      }
      reader.read();
      take(reader.read());
      Object keys = reader.read();
      Map<String, Pickled.Storage> described = new HashMap<>();
      views.values().forEach(v -> described.put(v.storage().key(), v.storage()));
      long position = reader.position();
      for (Object key : keys instanceof List<?> list ? list : List.of()) {
        Pickled.Storage storage = key instanceof String text ? described.get(text) : null;
        if (storage == null) {
          throw new PickleReader.Refused("it holds a storage that no tensor uses");
        }
        position = legacyStorage(storage, position);
      }
    }
  }

  private long legacyStorage(Pickled.Storage storage, long position) throws IOException {
    long length = files.length(file).orElseThrow();
    if (position > length - 8) {
      throw new PickleReader.Refused("it ends before storage " + storage.key());
    }
    long elements =
        ByteBuffer.wrap(files.read(file, position, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int bytes = storage.type().bytes();
    if (elements != storage.elements() || elements > (length - position - 8) / bytes) {
      throw new PickleReader.Refused("storage " + storage.key() + " does not fit the file");
    }
    storages.put(storage.key(), new ZipDirectory.Span(position + 8, elements * bytes));
    return position + 8 + elements * bytes;
  }

  private void take(Object root) throws PickleReader.Refused {
    if (!(root instanceof Map<?, ?> dictionary)) {
      throw new PickleReader.Refused("its pickle is not a dictionary of tensors");
    }
    dictionary.forEach(
        (name, value) -> {
          if (name instanceof String text && value instanceof Pickled.Tensor view) {
            tensors.put(text, new Stored(view.storage().type(), view.shape()));
            views.put(text, view);
          }
        });
  }

  private void checkStorages() throws PickleReader.Refused {
    for (Pickled.Tensor view : views.values()) {
      Pickled.Storage storage = view.storage();
      ZipDirectory.Span span = storages.get(storage.key());
      if (span == null || span.length() / storage.type().bytes() < storage.elements()) {
        throw new PickleReader.Refused(
            "storage %s does not hold its %d numbers".formatted(storage.key(), storage.elements()));
      }
    }
  }
}
