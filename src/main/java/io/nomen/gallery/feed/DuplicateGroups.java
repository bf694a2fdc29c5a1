package io.nomen.gallery.feed;

import io.nomen.gallery.GalleryData.DuplicateGroup;
import io.nomen.gallery.GalleryData.DuplicateGroup.Member;
import io.nomen.run.ResemblanceColumns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Groups of near-duplicates beside those of equal files. */
final class DuplicateGroups {
  private DuplicateGroups() {}

  /**
   * The groups of {@code exact}, then those of near-duplicates that are not one of them.
   *
   * @param exact groups of equal files
   * @param columns what the table {@code assignments} says
   * @param paths [N]
   * @param clusters [N]
   */
  static List<DuplicateGroup> of(
      List<DuplicateGroup> exact, ResemblanceColumns columns, List<String> paths, int[] clusters) {
    Map<String, Integer> equal = new HashMap<>();
    for (int group = 0; group < exact.size(); group++) {
      for (Member member : exact.get(group).members()) {
        equal.put(member.path(), group);
      }
    }
    Map<Integer, List<Member>> near = new TreeMap<>();
    for (int row = 0; row < paths.size(); row++) {
      if (columns.duplicateOf()[row] != row) {
        int first = columns.duplicateOf()[row];
        near.computeIfAbsent(first, f -> new ArrayList<>(List.of(member(f, paths, clusters))))
            .add(member(row, paths, clusters));
      }
    }
    List<DuplicateGroup> groups = new ArrayList<>(exact);
    for (List<Member> members : near.values()) {
      if (members.stream().map(m -> equal.getOrDefault(m.path(), -1)).distinct().count() > 1
          || !equal.containsKey(members.get(0).path())) {
        groups.add(new DuplicateGroup(false, members));
      }
    }
    return groups;
  }

  private static Member member(int row, List<String> paths, int[] clusters) {
    return new Member(paths.get(row), clusters[row]);
  }
}
