package io.nomen.clip;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the entries of a zip of stored files lie, from two reads at its end: a checkpoint on an
 * object store is not walked entry by entry. Compressed entries are refused, so nothing can grow
 * when it is read. Format: PKWARE APPNOTE 6.3.9, sections 4.3.7 to 4.3.16 and 4.5.3.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_LOCATOR = 0x07064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_LENGTH = 22;
  private static final int LIMIT = 1 << 26;

  private final CheckpointFiles files;
  private final String file;
  private final long length;
  private final Map<String, Entry> entries = new HashMap<>();

  private record Entry(long size, long header) {}

  /** Bytes of an entry in the file. */
  record Span(long position, long length) {}

  private ZipDirectory(CheckpointFiles files, String file) {
    this.files = files;
    this.file = file;
    this.length = files.length(file).orElseThrow();
  }

  static ZipDirectory open(CheckpointFiles files, String file) {
    ZipDirectory directory = new ZipDirectory(files, file);
    try {
      directory.read();
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw directory.broken("its zip directory is cut short");
    }
    return directory;
  }

  /** The one entry whose name ends with {@code /name}, by its whole name. */
  Optional<String> named(String name) {
    return entries.keySet().stream().filter(n -> n.endsWith("/" + name)).sorted().findFirst();
  }

  /** Where the entry's bytes are. */
  Optional<Span> span(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      return Optional.empty();
    }
    ByteBuffer header = bytes(entry.header(), 30);
    if (header.getInt(0) != LOCAL) {
      throw broken("entry %s has no header".formatted(name));
    }
    long start = entry.header() + 30 + unsigned(header, 26) + unsigned(header, 28);
    if (start + entry.size() > length) {
      throw broken("entry %s lies outside the file".formatted(name));
    }
    return Optional.of(new Span(start, entry.size()));
  }

  private void read() {
    int tailLength = (int) Math.min(length, END_LENGTH + 0xFFFF);
    ByteBuffer tail = bytes(length - tailLength, tailLength);
    int end = tailLength - END_LENGTH;
    while (end >= 0 && tail.getInt(end) != END) {
      end--;
    }
    if (end < 0) {
      throw broken("it has no zip directory");
    }
    long size = tail.getInt(end + 12) & 0xFFFFFFFFL;
    long start = tail.getInt(end + 16) & 0xFFFFFFFFL;
    if (end >= 20 && tail.getInt(end - 20) == END_64_LOCATOR) {
      ByteBuffer large = bytes(tail.getLong(end - 12), 56);
      if (large.getInt(0) != END_64) {
        throw broken("its zip directory is not where it says");
      }
      size = large.getLong(40);
      start = large.getLong(48);
    }
    if (size < 0 || size > LIMIT) {
      throw broken("its zip directory claims %d bytes".formatted(size));
    }
    ByteBuffer directory = bytes(start, (int) size);
    while (directory.hasRemaining()) {
      entry(directory);
    }
  }

  private void entry(ByteBuffer directory) {
    int at = directory.position();
    if (directory.getInt(at) != CENTRAL) {
      throw broken("its zip directory holds something else");
    }
    int nameLength = unsigned(directory, at + 28);
    int extraLength = unsigned(directory, at + 30);
    byte[] name = new byte[nameLength];
    directory.position(at + 46).get(name);
    long[] numbers = {
      directory.getInt(at + 24) & 0xFFFFFFFFL,
      directory.getInt(at + 20) & 0xFFFFFFFFL,
      directory.getInt(at + 42) & 0xFFFFFFFFL
    };
    widen(
        directory.slice(at + 46 + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN), numbers);
    directory.position(at + 46 + nameLength + extraLength + unsigned(directory, at + 32));
    String text = new String(name, StandardCharsets.UTF_8);
    if (unsigned(directory, at + 10) != 0 || numbers[0] != numbers[1]) {
      throw broken("its entry %s is compressed".formatted(text));
    }
    if (numbers[0] < 0 || numbers[0] > length) {
      throw broken("its entry %s claims %d bytes".formatted(text, numbers[0]));
    }
    if (entries.put(text, new Entry(numbers[0], numbers[2])) != null) {
      throw broken("its entry %s is there twice".formatted(text));
    }
  }

  /** Numbers that do not fit 32 bits follow in the extra field 1, in this order. */
  private static void widen(ByteBuffer extra, long[] numbers) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xFFFF;
      int next = extra.position() + 2 + (extra.getShort(extra.position()) & 0xFFFF);
      extra.getShort();
      for (int i = 0; id == 1 && i < numbers.length; i++) {
        numbers[i] = numbers[i] == 0xFFFFFFFFL ? extra.getLong() : numbers[i];
      }
      extra.position(next);
    }
  }

  private ByteBuffer bytes(long position, int count) {
    if (position < 0 || count < 0 || position > length - count) {
      throw broken("its zip directory points outside the file");
    }
    return ByteBuffer.wrap(files.read(file, position, count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int unsigned(ByteBuffer buffer, int at) {
    return buffer.getShort(at) & 0xFFFF;
  }

  private RuntimeException broken(String why) {
    return Safetensors.broken(files, file, why);
  }
}
