package io.nomen.clip;

/** What a restricted pickle can hold beside texts, numbers, lists and dictionaries. */
sealed interface Pickled {
  /** A name of Python's that is known here; nothing is called by it. */
  enum Name implements Pickled {
    ORDERED_DICTIONARY,
    REBUILD_TENSOR
  }

  /** A kind of storage, by PyTorch's name. */
  record StorageType(ElementType type) implements Pickled {}

  /** A storage in the file. */
  record Storage(ElementType type, String key, long elements) implements Pickled {}

  /** A view of a storage. */
  record Tensor(Storage storage, long offset, long[] shape, long[] strides) implements Pickled {}
}
