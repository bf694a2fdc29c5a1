package io.nomen.clip;

import io.nomen.NomenException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

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
  private final Map<String, PickleReader.Pickled.Tensor> views = new HashMap<>();
  private final Map<String, Span> storages = new HashMap<>();

  /** Bytes of a storage in the file. */
  private record Span(long position, long length) {}

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
        checkpoint.readZip(checkpoint.entries());
      } else {
        checkpoint.openLegacy();
      }
      checkpoint.checkStorages();
    } catch (IOException e) {
      throw NomenException.input(
          "%s/%s is not a usable weights file: %s; fetch it again."
              .formatted(files.name(), file, e.getMessage()),
          e);
    }
    return checkpoint;
  }

  @Override
  public Map<String, Stored> tensors() {
    return tensors;
  }

  @Override
  public float[] read(String name) {
    PickleReader.Pickled.Tensor view = views.get(name);
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

  private static float[] gather(float[] stretch, PickleReader.Pickled.Tensor view, int elements) {
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

  /** Where the entries of the zip are, by name. */
  private Map<String, Span> entries() throws IOException {
    try (SeekableByteChannel channel = new PositionedReads();
        ZipFile zip =
            ZipFile.builder()
                .setSeekableByteChannel(channel)
                .setIgnoreLocalFileHeader(true)
                .get()) {
      Map<String, Span> entries = new HashMap<>();
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        if (entries.put(entry.getName(), span(zip, entry)) != null) {
          throw new PickleReader.Refused("its entry %s is there twice".formatted(entry.getName()));
        }
      }
      return entries;
    } catch (PickleReader.Refused | NomenException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new IOException("it has no whole zip directory", e);
    }
  }

  /** Where an entry's bytes are; a compressed one is refused, so nothing grows when it is read. */
  private Span span(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw new PickleReader.Refused("its entry %s is compressed".formatted(entry.getName()));
    }
    // Looks the entry's own header up.
    zip.getRawInputStream(entry).close();
    long length = files.length(file).orElseThrow();
    if (entry.getSize() < 0
        || entry.getDataOffset() < 0
        || entry.getDataOffset() > length - entry.getSize()) {
      throw new PickleReader.Refused("its entry %s lies outside".formatted(entry.getName()));
    }
    return new Span(entry.getDataOffset(), entry.getSize());
  }

  private void readZip(Map<String, Span> entries) throws IOException {
    String pickle =
        entries.keySet().stream()
            .filter(name -> name.endsWith("/data.pkl"))
            .sorted()
            .findFirst()
            .orElseThrow(() -> new PickleReader.Refused("it holds no data.pkl"));
    String root = pickle.substring(0, pickle.length() - "data.pkl".length());
    Span order = entries.getOrDefault(root + "byteorder", new Span(0, 0));
    if (order.length() == 3
        && new String(files.read(file, order.position(), 3), StandardCharsets.US_ASCII)
            .equals("big")) {
      throw new PickleReader.Refused("its numbers are big-endian");
    }
    Span span = entries.get(pickle);
    if (span.length() > PICKLE_LIMIT) {
      throw new PickleReader.Refused("its data.pkl has %d bytes".formatted(span.length()));
    }
    byte[] bytes = files.read(file, span.position(), (int) span.length());
    take(new PickleReader(new ByteArrayInputStream(bytes), PICKLE_LIMIT).read());
    for (PickleReader.Pickled.Tensor view : views.values()) {
      String key = view.storage().key();
      Span storage = entries.get(root + "data/" + key);
      if (storage == null) {
        throw new PickleReader.Refused("it lacks storage " + key);
      }
      storages.put(key, storage);
    }
  }

  /**
   * The file as commons-compress wants it, in blocks: a directory on an object store is not asked
   * for entry by entry.
   */
  private final class PositionedReads implements SeekableByteChannel {
    private static final int BLOCK = 1 << 18;

    /** The directory of a checkpoint of 2,000 tensors has 200 kB. */
    private static final int MOST_BLOCKS = 1 << 9;

    private final long length = files.length(file).orElseThrow();
    private long position;
    private long block = -1;
    private byte[] held = {};
    private int blocks;

    @Override
    public int read(ByteBuffer target) throws IOException {
      if (position >= length) {
        return -1;
      }
      long wanted = position / BLOCK;
      if (wanted != block) {
        if (++blocks > MOST_BLOCKS) {
          throw new IOException("its zip directory is too long");
        }
        held = files.read(file, wanted * BLOCK, (int) Math.min(BLOCK, length - wanted * BLOCK));
        block = wanted;
      }
      int from = (int) (position - block * BLOCK);
      int count = Math.min(target.remaining(), held.length - from);
      target.put(held, from, count);
      position += count;
      return count;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public SeekableByteChannel position(long wanted) throws IOException {
      if (wanted < 0) {
        throw new IOException("its zip directory points outside the file");
      }
      position = wanted;
      return this;
    }

    @Override
    public long size() {
      return length;
    }

    @Override
    public int write(ByteBuffer source) {
      throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private void openLegacy() throws IOException {
    try (InputStream in = new BufferedInputStream(files.open(file, 0))) {
      PickleReader reader = new PickleReader(in, PICKLE_LIMIT);
      if (!LEGACY_MAGIC.equals(reader.read()) || !reader.read().equals(LEGACY_VERSION)) {
        throw new PickleReader.Refused("it is not a PyTorch checkpoint");
      }
      reader.read();
      take(reader.read());
      Object keys = reader.read();
      Map<String, PickleReader.Pickled.Storage> described = new HashMap<>();
      views.values().forEach(v -> described.put(v.storage().key(), v.storage()));
      long position = reader.position();
      for (Object key : keys instanceof List<?> list ? list : List.of()) {
        PickleReader.Pickled.Storage storage =
            key instanceof String text ? described.get(text) : null;
        if (storage == null) {
          throw new PickleReader.Refused("it holds a storage that no tensor uses");
        }
        position = legacyStorage(storage, position);
      }
    }
  }

  private long legacyStorage(PickleReader.Pickled.Storage storage, long position)
      throws IOException {
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
    storages.put(storage.key(), new Span(position + 8, elements * bytes));
    return position + 8 + elements * bytes;
  }

  private void take(Object root) throws PickleReader.Refused {
    if (!(root instanceof Map<?, ?> dictionary)) {
      throw new PickleReader.Refused("its pickle is not a dictionary of tensors");
    }
    dictionary.forEach(
        (name, value) -> {
          if (name instanceof String text && value instanceof PickleReader.Pickled.Tensor view) {
            tensors.put(text, new Stored(view.storage().type(), view.shape()));
            views.put(text, view);
          }
        });
  }

  private void checkStorages() throws PickleReader.Refused {
    for (PickleReader.Pickled.Tensor view : views.values()) {
      PickleReader.Pickled.Storage storage = view.storage();
      Span span = storages.get(storage.key());
      if (span == null || span.length() / storage.type().bytes() < storage.elements()) {
        throw new PickleReader.Refused(
            "storage %s does not hold its %d numbers".formatted(storage.key(), storage.elements()));
      }
    }
  }
}
