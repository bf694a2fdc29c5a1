package io.nomen.image;

import java.io.Serializable;
import java.util.List;

/**
 * A share of the input that one task reads in one pass: the unit of resume. The same input and
 * options give the same buckets under the same numbers, wherever they are listed.
 */
public sealed interface Bucket extends Serializable {
  /** 0, 1, 2, … over all inputs together. */
  int number();

  /**
   * Plain files, one image each.
   *
   * @param files in path order
   */
  record FileBucket(int number, List<ListedFile> files) implements Bucket {
    private static final long serialVersionUID = 1L;

    public FileBucket {
      files = List.copyOf(files);
    }
  }

  /**
   * One WebDataset shard, read as a stream.
   *
   * @param path URI of the shard as text
   * @param length bytes of the shard when it was listed
   * @param modified when it was written last, as {@link ListedFile} has it
   */
  record TarBucket(int number, String path, long length, long modified) implements Bucket {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Row groups of one Parquet file with a column of images.
   *
   * @param path URI of the file as text
   * @param modified when it was written last, as {@link ListedFile} has it
   * @param firstRow number in the file of the first row
   * @param rows how many rows
   * @param imageColumn binary column that holds the images
   * @param labelColumn column of labels, or empty
   * @param pathColumn column of names, or empty: then a row's name is its number
   */
  record ParquetBucket(
      int number,
      String path,
      long modified,
      long firstRow,
      long rows,
      String imageColumn,
      String labelColumn,
      String pathColumn)
      implements Bucket {
    private static final long serialVersionUID = 1L;
  }
}
