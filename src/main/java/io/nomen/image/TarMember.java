package io.nomen.image;

/**
 * One header of a tar archive and what it announces.
 *
 * @param name as stored; empty for damage
 * @param offset where its data begins; where the damage begins
 * @param length bytes of data as announced; bytes passed over for damage
 */
record TarMember(String name, long offset, long length, Kind kind) {

  enum Kind {
    FILE,
    /** A hard or symbolic link: a name without data. */
    LINK,
    /** A file with holes, which only its writer's tar can put together. */
    SPARSE,
    /** A folder, a device, a volume's label. */
    OTHER,
    /** Bytes that should be a header and are none. */
    DAMAGE
  }
}
