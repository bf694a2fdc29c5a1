package io.nomen.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

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
    return RawName.text(Arrays.copyOf(data, end));
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
      case "path" -> new TarExtension(Optional.of(RawName.text(value)), size, sparse);
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
