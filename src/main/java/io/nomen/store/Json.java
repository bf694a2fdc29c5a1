package io.nomen.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.nomen.NomenException;
import java.util.Optional;

/** The one JSON mapper: records in, records out, {@code Optional} as value or {@code null}. */
public final class Json {
  private static final ObjectMapper MAPPER =
      // What a file says does not belong into the message that it is wrong.
      JsonMapper.builder(
              JsonFactory.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build())
          .addModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private Json() {}

  /** The mapper itself, for trees and types that the two methods here do not cover. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** One line of JSON. */
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + value.getClass(), e);
    }
  }

  /** Indented JSON, for files that people open. */
  public static String pretty(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + value.getClass(), e);
    }
  }

  /**
   * Reads {@code text} as {@code type}.
   *
   * @param where what the text is, for the message when it is not such JSON
   */
  public static <T> T read(String text, Class<T> type, String where) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw NomenException.input(
          "%s is not the JSON that Nomen writes (%s); delete it or restore it."
              .formatted(where, e.getOriginalMessage()),
          e);
    }
  }

  /**
   * Reads {@code text} as {@code type}, unless its writer died over it. Where a file shows before
   * it is closed, as on HDFS, such a text is empty or cut short, and counts as never written.
   */
  public static <T> Optional<T> readIfWhole(String text, Class<T> type, String where) {
    try {
      if (MAPPER.readTree(text).isMissingNode()) {
        return Optional.empty();
      }
    } catch (JsonProcessingException e) {
      if (e.getLocation() != null && e.getLocation().getCharOffset() >= text.length()) {
        return Optional.empty();
      }
    }
    // What else may be wrong with it is said here.
    return Optional.of(read(text, type, where));
  }
}
