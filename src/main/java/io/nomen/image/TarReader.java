package io.nomen.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
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
}
