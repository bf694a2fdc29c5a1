package io.nomen.image;

import java.io.Serializable;

/**
 * A share of the input that one task reads in one pass: the unit of resume. The same input and
 * options give the same buckets under the same numbers, wherever they are listed.
 */
public sealed interface Bucket extends Serializable permits FileBucket, TarBucket, ParquetBucket {
  /** 0, 1, 2, … over all inputs together. */
  int number();
}
