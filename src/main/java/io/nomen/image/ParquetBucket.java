package io.nomen.image;

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
public record ParquetBucket(
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
