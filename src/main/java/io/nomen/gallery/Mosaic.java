package io.nomen.gallery;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** One picture out of a cluster's most typical images, so that a card costs one file. */
final class Mosaic {
  static final int WIDTH = 384;
  static final int HEIGHT = 288;
  private static final int GAP = 3;

  private Mosaic() {}

  /** The mosaic of one to nine pictures, as a JPEG. */
  static byte[] jpeg(List<BufferedImage> pictures) {
    BufferedImage out = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = out.createGraphics();
    // Between the light and the dark page's ground: the gaps are quiet on both.
    graphics.setColor(new Color(0x8a8781));
    graphics.fillRect(0, 0, WIDTH, HEIGHT);
    List<Rectangle> tiles = tiles(pictures.size());
    for (int i = 0; i < tiles.size(); i++) {
      Rectangle tile = tiles.get(i);
      graphics.drawImage(
          Thumbnail.crop(pictures.get(i), tile.width, tile.height), tile.x, tile.y, null);
    }
    graphics.dispose();
    return Thumbnail.encode(out);
  }

  /** Nine or more: one large and eight small; four to eight: two by two; fewer: side by side. */
  private static List<Rectangle> tiles(int pictures) {
    if (pictures >= 9) {
      List<Rectangle> tiles = new ArrayList<>(List.of(tile(4, 3, 0, 0, 2, 2)));
      for (int i = 0; i < 4; i++) {
        tiles.add(tile(4, 3, 2 + i % 2, i / 2, 1, 1));
      }
      for (int i = 0; i < 4; i++) {
        tiles.add(tile(4, 3, i, 2, 1, 1));
      }
      return tiles;
    }
    int columns = pictures >= 4 ? 2 : pictures;
    int rows = pictures >= 4 ? 2 : 1;
    List<Rectangle> tiles = new ArrayList<>();
    for (int i = 0; i < columns * rows; i++) {
      tiles.add(tile(columns, rows, i % columns, i / columns, 1, 1));
    }
    return tiles;
  }

  private static Rectangle tile(int columns, int rows, int x, int y, int wide, int tall) {
    int left = edge(WIDTH, columns, x);
    int top = edge(HEIGHT, rows, y);
    return new Rectangle(
        left,
        top,
        edge(WIDTH, columns, x + wide) - GAP - left,
        edge(HEIGHT, rows, y + tall) - GAP - top);
  }

  /** Where part {@code i} of {@code parts} begins when gaps lie only between parts. */
  private static int edge(int length, int parts, int i) {
    return (length + GAP) * i / parts;
  }
}
