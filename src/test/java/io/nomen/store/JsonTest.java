package io.nomen.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.run.Snapshot.Contents;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static final Contents CURRENT =
      new Contents(
          "20261122T120000-0001",
          "now",
          Map.of("clusters \"ü\"", "a\\b", "heads", "c"),
          Map.of(),
          Optional.empty());

  @Test
  void a_text_that_is_cut_short_anywhere_counts_as_never_written() {
    for (String whole : new String[] {Json.pretty(CURRENT), Json.line(CURRENT)}) {
      int end = whole.stripTrailing().length();
      for (int length = 0; length < end; length++) {
        assertThat(Json.readIfWhole(whole.substring(0, length), Contents.class, "_CURRENT"))
            .as("%d of %d", length, end)
            .isEmpty();
      }
      assertThat(Json.readIfWhole(whole, Contents.class, "_CURRENT")).contains(CURRENT);
    }
  }

  @Test
  void a_text_that_nomen_never_wrote_is_one_sentence() {
    for (String other : new String[] {"hello there", "{\"run\": ]}", "[1]", "{\"tables\": 1}"}) {
      assertThatThrownBy(() -> Json.readIfWhole(other, Contents.class, "_CURRENT"))
          .as(other)
          .hasMessageStartingWith("_CURRENT is not the JSON that Nomen writes");
    }
  }
}
