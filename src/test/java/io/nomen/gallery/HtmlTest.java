package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void text_cannot_become_markup() {
    String hostile = "</p><script>alert('x')</script><img src=x onerror=\"y\"> &amp;";
    String page = Html.document().leaf("p", hostile, "title", hostile).page();
    String escaped =
        "&lt;/p&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"
            + "&lt;img src=x onerror=&quot;y&quot;&gt; &amp;amp;";
    assertThat(page)
        .isEqualTo("<!doctype html>\n<p title=\"" + escaped + "\">" + escaped + "</p>\n");
  }

  @Test
  void control_characters_are_seen_and_broken_surrogates_replaced() {
    assertThat(Html.escape("a\nb\0c\u001b\u007f\u0085\ud800x\udc00\ufffe🦩"))
        .isEqualTo("a␊b␀c␛␡\ufffd\ufffdx\ufffd\ufffd🦩");
    assertThat(Html.escape("\u202egpj.exe")).isEqualTo("\ufffdgpj.exe");
  }

  @Test
  void foreign_text_is_isolated_in_its_own_direction() {
    String page = Html.document().open("p").foreign("\u2067abc").text(" end").close().page();
    assertThat(page).contains("<p><bdi>\u2067abc</bdi> end</p>");
  }

  @Test
  void any_text_survives_encoding_and_holds_no_delimiter() {
    Random random = new Random(20250101);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
      }
      String escaped = Html.escape(text.toString());
      assertThat(escaped).doesNotContainPattern("[<>\"'\\p{Cc}]");
      assertThat(
              new String(
                  escaped.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                  java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo(escaped);
    }
  }

  @Test
  void a_page_with_an_open_element_is_refused() {
    assertThatThrownBy(() -> Html.document().open("p").page())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("p");
  }
}
