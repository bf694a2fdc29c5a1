package io.nomen.gallery;

import java.util.List;

/**
 * Images that show the same picture.
 *
 * @param exact true where the files' pixels are equal, false where they are only nearly so
 * @param members two or more
 */
public record DuplicateGroup(boolean exact, List<Member> members) {

  /** One of the images, and the cluster that it is in. */
  public record Member(String path, int cluster) {}

  public DuplicateGroup {
    members = List.copyOf(members);
  }
}
