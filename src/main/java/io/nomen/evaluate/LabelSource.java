package io.nomen.evaluate;

import io.nomen.NomenException;
import io.nomen.exchange.NpyReader;
import io.nomen.store.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where {@code nomen evaluate --labels} takes labels from. */
public sealed interface LabelSource {

  /**
   * Looks the labels up.
   *
   * @param paths the images in row order
   * @param stored [paths] the label column of the run's images table
   * @return the images that have a label; at least one
   */
  Labels of(Storage storage, List<String> paths, List<Optional<String>> stored);

  /** The source that the option's word or file names. */
  static LabelSource parse(String option) {
    String lower = option.toLowerCase(Locale.ROOT);
    if (List.of("folder", "column", "cls").contains(option)) {
      return new Stored(option);
    }
    if (lower.endsWith(".npy")) {
      return new Npy(option);
    }
    if (lower.endsWith(".csv") || lower.endsWith(".tsv")) {
      return new Csv(option);
    }
    throw NomenException.usage(
        "--labels takes folder, column, cls, a .csv or a .npy file, not \"%s\".".formatted(option));
  }

  /**
   * What the input said when it was read: the image's folder, its Parquet column or its {@code
   * .cls} in the tar.
   *
   * @param word which of them the user expects
   */
  record Stored(String word) implements LabelSource {
    @Override
    public Labels of(Storage storage, List<String> paths, List<Optional<String>> stored) {
      if (stored.stream().noneMatch(Optional::isPresent)) {
        throw NomenException.input(
            "None of the run's %d images came with a label (--labels %s); give them as a .csv of"
                    .formatted(paths.size(), word)
                + " path,label or as a .npy in path order.");
      }
      return Labels.of(stored);
    }
  }

  /** Integers, entry i for the i-th path. */
  record Npy(String uri) implements LabelSource {
    @Override
    public Labels of(Storage storage, List<String> paths, List<Optional<String>> stored) {
      try (NpyReader reader = NpyReader.open(storage, storage.qualify(uri))) {
        if (reader.rows() != paths.size() || reader.width() != 1) {
          throw NomenException.input(
              "%s holds %d × %d values for %d embedded images; it needs one label an image, in path"
                      .formatted(uri, reader.rows(), reader.width(), paths.size())
                  + " order.");
        }
        return Labels.of(
            Arrays.stream(reader.ints()).mapToObj(i -> Optional.of(Integer.toString(i))).toList());
      }
    }
  }

  /** Lines of {@code path,label}; a path may be the end of one, as long as it is the only such. */
  record Csv(String uri) implements LabelSource {
    @Override
    public Labels of(Storage storage, List<String> paths, List<Optional<String>> stored) {
      return new LabelFile(uri, storage.readBytes(storage.qualify(uri))).match(paths);
    }
  }

  /**
   * Labels of a run's images, for scores and nothing else.
   *
   * @param rows rows of the images that have a label, ascending
   * @param labels for each of those rows the place of its label in {@code names}
   * @param names the distinct labels, in alphabetical order (numbers by value)
   */
  record Labels(int[] rows, int[] labels, List<String> names) {

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
}
