package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.gallery.Tiles.OriginalLink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginalTest {
  @ParameterizedTest
  @CsvSource({
    "/a/b.jpg, file:///a/b.jpg",
    "file:/a/b.jpg, file:///a/b.jpg",
    "file:///a/b.jpg, file:///a/b.jpg",
    "/a b/50%20off?#1.jpg, file:///a%20b/50%2520off%3F%231.jpg",
    "/größe/\"x\".png, file:///gr%C3%B6%C3%9Fe/%22x%22.png",
  })
  void a_local_file_becomes_a_percent_encoded_link(String path, String link) {
    assertThat(new OriginalLink(path).link()).contains(link);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://bucket/a.jpg",
        "hdfs://host/a.jpg",
        "javascript:alert(1)",
        "https://example.org/a.jpg",
        "//example.org/a.jpg",
        "file://host/a.jpg",
        "data:text/html,x",
        "row-0000001",
        "/a/shard.tar#000001.png",
        "/a/shard.tar!000001.png",
        "file:/a/shard.TAR/000001.png",
      })
  void anything_else_is_text(String path) {
    assertThat(new OriginalLink(path).link()).isEmpty();
  }

  @Test
  void a_newline_in_a_name_is_encoded() {
    assertThat(new OriginalLink("/a\n.jpg").link()).contains("file:///a%0A.jpg");
  }

  @Test
  void a_very_long_name_is_cut_in_the_middle_and_not_linked() {
    OriginalLink original = new OriginalLink("/" + "x".repeat(4000) + ".jpg");
    assertThat(original.link()).isEmpty();
    assertThat(original.shown()).hasSize(240).startsWith("/xxx").endsWith("x.jpg");
    assertThat(original.name()).hasSize(40);
  }
}
