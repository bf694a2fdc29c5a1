package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThumbnailTest {
  @ParameterizedTest
  @CsvSource({
    "3000, 2000, 216, 144",
    "2000, 3000, 144, 216",
    "224, 224, 144, 144",
    "100, 80, 100, 80",
    "10000, 300, 288, 144",
    "1, 1, 1, 1",
    "1, 5000, 1, 2",
  })
  void keeps_the_shape_within_bounds(int width, int height, int shownWidth, int shownHeight) {
    byte[] jpeg = Thumbnail.jpeg(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB));
    assertThat(Thumbnail.size(jpeg)).contains(new Dimension(shownWidth, shownHeight));
  }

  @Test
  void shrinking_averages_and_clear_pixels_are_white() {
    BufferedImage stripes = new BufferedImage(1152, 1152, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 1152; y++) {
      for (int x = 0; x < 1152; x += 2) {
        stripes.setRGB(x, y, 0xff000000);
      }
    }
    BufferedImage small = Thumbnail.decode(Thumbnail.jpeg(stripes)).orElseThrow();
    assertThat(small.getRGB(70, 70) & 0xff).isBetween(120, 135);
  }

  @Test
  void bytes_that_are_no_jpeg_are_nothing() {
    byte[] text = "<script>".getBytes(StandardCharsets.UTF_8);
    assertThat(Thumbnail.size(text)).isEmpty();
    assertThat(Thumbnail.decode(text)).isEmpty();
    assertThat(Thumbnail.size(new byte[0])).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9})
  void a_mosaic_has_one_size_whatever_it_is_made_of(int pictures) {
    BufferedImage white =
        Thumbnail.crop(new BufferedImage(90, 60, BufferedImage.TYPE_INT_ARGB), 90, 60);
    byte[] mosaic = Mosaic.jpeg(Collections.nCopies(pictures, white));
    assertThat(Thumbnail.size(mosaic)).contains(new Dimension(Mosaic.WIDTH, Mosaic.HEIGHT));
    BufferedImage decoded = Thumbnail.decode(mosaic).orElseThrow();
    assertThat(decoded.getRGB(Mosaic.WIDTH - 2, Mosaic.HEIGHT - 2) & 0xff).isGreaterThan(250);
    assertThat(decoded.getRGB(1, 1) & 0xff).isGreaterThan(250);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1000,1", "1,1000", "144,1", "2,3000"})
  void a_picture_of_one_pixel_or_one_line_fits_into_any_tile(int width, int height) {
    byte[] jpeg = Thumbnail.jpeg(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB));
    BufferedImage small = Thumbnail.decode(jpeg).orElseThrow();
    for (int[] tile : new int[][] {{128, 288}, {288, 128}, {1, 400}, {400, 1}}) {
      BufferedImage cut = Thumbnail.crop(small, tile[0], tile[1]);
      assertThat(new int[] {cut.getWidth(), cut.getHeight()}).isEqualTo(tile);
    }
  }
}
