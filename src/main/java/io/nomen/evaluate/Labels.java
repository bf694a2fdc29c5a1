package io.nomen.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Labels of a run's images, for scores and nothing else.
 *
 * @param rows rows of the images that have a label, ascending
 * @param labels for each of those rows the place of its label in {@code names}
 * @param names the distinct labels, in alphabetical order (numbers by value)
 */
public record Labels(int[] rows, int[] labels, List<String> names) {

  public Labels {
    if (rows.length != labels.length) {
      throw new IllegalArgumentException(
          "%d rows for %d labels".formatted(rows.length, labels.length));
    }
    names = List.copyOf(names);
  }

  /** Numbers the labels; images without one are left out. */
  static Labels of(List<Optional<String>> perImage) {
    List<String> names =
        perImage.stream().flatMap(Optional::stream).distinct().sorted(Labels::compare).toList();
    int[] rows = new int[perImage.size()];
    int[] labels = new int[perImage.size()];
    int count = 0;
    for (int i = 0; i < rows.length; i++) {
      if (perImage.get(i).isPresent()) {
        rows[count] = i;
        labels[count++] = place(names, perImage.get(i).get());
      }
    }
    return new Labels(Arrays.copyOf(rows, count), Arrays.copyOf(labels, count), names);
  }

  /** The clusters of the images that have a label, in the order of {@link #labels}. */
  public int[] select(int[] clusters) {
    return Arrays.stream(rows).map(row -> clusters[row]).toArray();
  }

  private static int place(List<String> names, String label) {
    return java.util.Collections.binarySearch(names, label, Labels::compare);
  }

  private static int compare(String a, String b) {
    Optional<Long> left = number(a);
    Optional<Long> right = number(b);
    if (left.isPresent() && right.isPresent()) {
      int byValue = left.get().compareTo(right.get());
      return byValue != 0 ? byValue : a.compareTo(b);
    }
    return left.isPresent() == right.isPresent() ? a.compareTo(b) : left.isPresent() ? -1 : 1;
  }

  private static Optional<Long> number(String label) {
    return label.matches("-?\\d{1,18}") ? Optional.of(Long.valueOf(label)) : Optional.empty();
  }
}
