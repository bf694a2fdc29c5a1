package io.nomen.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a tar archive as a stream: ustar, PAX and GNU names and sizes. Names are data and are never
 * followed; what extends a header is limited in size; behind a damaged header the next sound one is
 * looked for, so that one bad block does not cost a shard.
 *
 * <p>Own code rather than commons-compress: offsets for random access, limits, and going on.
 */
final class TarReader {
  private static final long MAX_EXTENSION = 1 << 20;

  private final InputStream in;
  private long position;

  /** Where the next header stands. */
  private long nextHeader;

  private long dataLeft;
  private boolean ended;

  TarReader(InputStream in) {
    this.in = in;
  }

  /** The next member; empty at the archive's end, with or without its end mark. */
  Optional<TarMember> next() throws IOException {
    TarExtension extension = TarExtension.NONE;
    while (!ended) {
      skip(nextHeader - position);
      long start = position;
      byte[] block = block();
      if (block.length < TarHeader.BLOCK) {
        ended = true;
        return block.length == 0 ? Optional.empty() : damage(start);
      }
      if (TarHeader.isZero(block)) {
        nextHeader = position;
        continue;
      }
      Optional<TarHeader> found = TarHeader.parse(block);
      if (found.isEmpty()) {
        return lookOn(start);
      }
      TarHeader header = found.get();
      char type = header.type();
      boolean isExtension = type == 'L' || type == 'K' || type == 'x' || type == 'g';
      if (!isExtension) {
        return Optional.of(member(header, extension));
      }
      if (header.size() > MAX_EXTENSION) {
        return lookOn(start);
      }
      expect(header.size());
      byte[] data = read((int) header.size());
      if (data.length < header.size()) {
        return damage(start);
      }
      extension = extension.with(type, data);
    }
    return Optional.empty();
  }

  private TarMember member(TarHeader header, TarExtension extension) {
    long length = extension.size().orElse(header.size());
    TarMember.Kind kind =
        switch (header.type()) {
          case '0', '\0', '7' -> TarMember.Kind.FILE;
          case '1', '2' -> TarMember.Kind.LINK;
          case 'S' -> TarMember.Kind.SPARSE;
          default -> TarMember.Kind.OTHER;
        };
    String name = extension.name().orElseGet(header::name);
    // Before ustar, a folder was a file whose name ends so.
    if (kind == TarMember.Kind.FILE && name.endsWith("/")) {
      kind = TarMember.Kind.OTHER;
    }
    if (kind == TarMember.Kind.FILE && extension.sparse()) {
      kind = TarMember.Kind.SPARSE;
    }
    expect(kind == TarMember.Kind.LINK ? 0 : length);
    return new TarMember(name, position, length, kind);
  }

  private void expect(long length) {
    dataLeft = length;
    long blocks = length / TarHeader.BLOCK + (length % TarHeader.BLOCK == 0 ? 0 : 1);
    nextHeader =
        blocks > (Long.MAX_VALUE - position) / TarHeader.BLOCK
            ? Long.MAX_VALUE
            : position + blocks * TarHeader.BLOCK;
  }

  /** Passes over blocks until one is a header beyond doubt. */
  private Optional<TarMember> lookOn(long start) throws IOException {
    while (true) {
      long here = position;
      in.mark(TarHeader.BLOCK);
      byte[] block = block();
      if (block.length < TarHeader.BLOCK) {
        ended = true;
        return damage(start);
      }
      boolean sound = TarHeader.parse(block).map(TarHeader::isUstar).orElse(false);
      if (sound) {
        in.reset();
        position = here;
        nextHeader = here;
        return damage(start);
      }
    }
  }

  private Optional<TarMember> damage(long start) {
    dataLeft = 0;
    return Optional.of(new TarMember("", start, position - start, TarMember.Kind.DAMAGE));
  }

  /** The next bytes of the current member, {@code count} of them or as many as there are. */
  byte[] read(int count) throws IOException {
    byte[] bytes = in.readNBytes((int) Math.min(count, dataLeft));
    position += bytes.length;
    dataLeft -= bytes.length;
    return bytes;
  }

  /** A whole block, or what is left of the file. */
  private byte[] block() throws IOException {
    byte[] block = in.readNBytes(TarHeader.BLOCK);
    position += block.length;
    return block;
  }

  private void skip(long count) throws IOException {
    try {
      in.skipNBytes(count);
      position += count;
    } catch (EOFException e) {
      // A member that is not whole; its reader has seen so, and there is no header behind it.
      ended = true;
      nextHeader = position;
    }
  }

  /**
   * What PAX records and GNU's long names say about the header behind them.
   *
   * @param name instead of the header's
   * @param size instead of the header's
   * @param sparse whether the file has holes
   */
  record TarExtension(Optional<String> name, Optional<Long> size, boolean sparse) {
    static final TarExtension NONE = new TarExtension(Optional.empty(), Optional.empty(), false);

    /**
     * This, extended by the data of a header of type {@code L}, {@code K}, {@code x} or {@code g}.
     */
    TarExtension with(char type, byte[] data) {
      return switch (type) {
        case 'L' -> new TarExtension(Optional.of(longName(data)), size, sparse);
        case 'x' -> withRecords(data);
        // A link's target and what holds for all members say nothing about this one.
        default -> this;
      };
    }

    private static String longName(byte[] data) {
      int end = 0;
      while (end < data.length && data[end] != 0) {
        end++;
      }
      return EscapedName.text(Arrays.copyOf(data, end));
    }

    /** Records are {@code "LENGTH KEY=VALUE\n"}; what is damaged ends their list. */
    private TarExtension withRecords(byte[] data) {
      TarExtension result = this;
      int at = 0;
      while (at < data.length) {
        int blank = at;
        int length = 0;
        while (blank < data.length && data[blank] >= '0' && data[blank] <= '9' && blank - at < 8) {
          length = 10 * length + data[blank] - '0';
          blank++;
        }
        int end = at + length - 1;
        if (blank >= data.length || data[blank] != ' ' || end <= blank || end >= data.length) {
          return result;
        }
        result = result.withRecord(Arrays.copyOfRange(data, blank + 1, end));
        at = end + 1;
      }
      return result;
    }

    private TarExtension withRecord(byte[] record) {
      int equals = 0;
      while (equals < record.length && record[equals] != '=') {
        equals++;
      }
      if (equals == record.length) {
        return this;
      }
      String key = new String(record, 0, equals, StandardCharsets.UTF_8);
      byte[] value = Arrays.copyOfRange(record, equals + 1, record.length);
      return switch (key) {
        case "path" -> new TarExtension(Optional.of(EscapedName.text(value)), size, sparse);
        case "size" -> new TarExtension(name, number(value), sparse);
        case "GNU.sparse.major", "GNU.sparse.map" -> new TarExtension(name, size, true);
        default -> this;
      };
    }

    private static Optional<Long> number(byte[] value) {
      try {
        long number = Long.parseLong(new String(value, StandardCharsets.UTF_8));
        return number < 0 ? Optional.empty() : Optional.of(number);
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /**
   * One header of a tar archive and what it announces.
   *
   * @param name as stored; empty for damage
   * @param offset where its data begins; where the damage begins
   * @param length bytes of data as announced; bytes passed over for damage
   */
  record TarMember(String name, long offset, long length, Kind kind) {

    enum Kind {
      FILE,
      /** A hard or symbolic link: a name without data. */
      LINK,
      /** A file with holes, which only its writer's tar can put together. */
      SPARSE,
      /** A folder, a device, a volume's label. */
      OTHER,
      /** Bytes that should be a header and are none. */
      DAMAGE
    }
  }
}
