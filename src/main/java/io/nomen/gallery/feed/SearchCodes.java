package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.SearchNumbers;
import io.nomen.run.Assignments.Image;
import io.nomen.run.JobContext;
import io.nomen.run.NounTable;
import io.nomen.run.Snapshot;
import io.nomen.semantics.NounSubspace;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.MeanRow;
import io.nomen.tensor.PrincipalAxes;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.vocabulary.Noun;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * Images and nouns along the strongest axes of the nouns, each around its own mean, as bytes:
 * enough to find by, a fifth of a kilobyte each.
 */
final class SearchCodes {
  private static final int WIDTH = 96;

  /** Coordinates of unit rows are small; the few beyond one half lose little. */
  private static final float SCALE = 254;

  private SearchCodes() {}

  private record Part(long firstRow, byte[] codes) implements Serializable {}

  /**
   * Codes of the images on the map and, where the run has nouns, of all of them.
   *
   * @param onMap every {@link RowSample#even} row, by its number
   */
  static SearchNumbers of(
      JobContext context,
      Snapshot run,
      RowBlocks all,
      RowSample sample,
      NavigableMap<Long, Image> onMap) {
    Optional<NounTable> nouns = NounTable.of(run);
    int width = Math.min(WIDTH, all.width());
    Matrix axes =
        PrincipalAxes.of(nouns.map(NounTable::embeddings).orElse(sample.rows())).first(width);
    NounSubspace images = new NounSubspace(MeanRow.of(sample.rows()), axes, 1);
    RowBlocks drawn = RowSample.even(all, Positions.MOST);
    Map<String, byte[]> byPath = new HashMap<>();
    for (Part part : images.of(drawn).blocks().map(SearchCodes::part).collect()) {
      for (int i = 0; i * width < part.codes().length; i++) {
        long row = RowSample.evenRow(part.firstRow() + i, all.rows(), Positions.MOST);
        byPath.put(onMap.get(row).path(), code(part.codes(), i, width));
      }
    }
    List<String> words = new ArrayList<>();
    List<byte[]> codes = new ArrayList<>();
    nouns.ifPresent(
        table -> {
          Matrix rows = table.embeddings();
          RowBlocks blocks = RowBlocks.of(context.spark().get(), rows.values(), rows.width());
          words.addAll(table.nouns().stream().map(Noun::lemma).toList());
          images
              .around(MeanRow.of(rows))
              .of(blocks)
              .blocks()
              .map(SearchCodes::part)
              .collect()
              .stream()
              .map(Part::codes)
              .forEach(
                  part -> {
                    for (int i = 0; i * width < part.length; i++) {
                      codes.add(code(part, i, width));
                    }
                  });
        });
    return new SearchNumbers(width, byPath, words, codes);
  }

  private static byte[] code(byte[] codes, int row, int width) {
    return java.util.Arrays.copyOfRange(codes, row * width, (row + 1) * width);
  }

  private static Part part(RowBlock block) {
    byte[] codes = new byte[block.values().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) Math.max(-127, Math.min(127, Math.round(block.values()[i] * SCALE)));
    }
    return new Part(block.firstRow(), codes);
  }
}
