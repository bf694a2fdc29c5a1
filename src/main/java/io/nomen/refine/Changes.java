package io.nomen.refine;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What people said of a run, in the order in which they said it; a gallery saves it as a file.
 *
 * @param format {@value #FORMAT}
 * @param version of the form, {@value #VERSION}
 * @param run id of the run whose gallery it was made in
 */
public record Changes(String format, int version, String run, List<Change> changes) {
  public static final String FORMAT = "nomen changes";
  public static final int VERSION = 1;

  private static final int MOST_PARTS = 20;

  public Changes {
    changes = changes == null ? List.of() : List.copyOf(changes);
  }

  /** One thing that somebody said. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Rename.class, name = "rename"),
    @JsonSubTypes.Type(value = Merge.class, name = "merge"),
    @JsonSubTypes.Type(value = Split.class, name = "split"),
    @JsonSubTypes.Type(value = Apart.class, name = "apart"),
    @JsonSubTypes.Type(value = Belongs.class, name = "belongs"),
    @JsonSubTypes.Type(value = Together.class, name = "together")
  })
  public sealed interface Change {
    /** Clusters that it speaks of. */
    default List<Integer> named() {
      return List.of();
    }

    /** Images that it speaks of. */
    default List<String> paths() {
      return List.of();
    }
  }

  /** The cluster is called so. */
  public record Rename(int cluster, String name) implements Change {
    @Override
    public List<Integer> named() {
      return List.of(cluster);
    }
  }

  /** The clusters are one; it keeps the number and the name of the first. */
  public record Merge(List<Integer> clusters) implements Change {
    @Override
    public List<Integer> named() {
      return clusters;
    }
  }

  /** The cluster is several things. */
  public record Split(int cluster, int into) implements Change {
    @Override
    public List<Integer> named() {
      return List.of(cluster);
    }
  }

  /** The images do not belong to the cluster. */
  public record Apart(int cluster, List<String> paths) implements Change {
    @Override
    public List<Integer> named() {
      return List.of(cluster);
    }
  }

  /** The images belong to the cluster. */
  public record Belongs(int cluster, List<String> paths) implements Change {
    @Override
    public List<Integer> named() {
      return List.of(cluster);
    }
  }

  /** The images are a cluster of their own, under a name or none. */
  public record Together(List<String> paths, Optional<String> name) implements Change {
    public Together {
      name = name == null ? Optional.empty() : name.filter(n -> !n.isBlank());
    }
  }

  /** Reads a file that a gallery saved. */
  public static Changes read(Storage storage, String uri) {
    Changes changes = Json.read(storage.readText(storage.qualify(uri)), Changes.class, uri);
    if (!FORMAT.equals(changes.format)) {
      throw NomenException.input(
          "%s is no file of changes; give the one that the gallery saved.".formatted(uri));
    }
    if (changes.version != VERSION) {
      throw NomenException.input(
          "%s holds changes in version %d and this Nomen reads version %d; use the one that made the gallery."
              .formatted(uri, changes.version, VERSION));
    }
    return changes;
  }

  /** All images that are spoken of. */
  Stream<String> images() {
    return changes.stream().flatMap(change -> change.paths().stream());
  }

  /** What cannot be obeyed, all of it. */
  void requireSensible(String ofRun, Set<Integer> clusters, Set<String> paths) {
    if (!ofRun.equals(run)) {
      throw NomenException.input(
          "The changes were made in the gallery of run %s, and --run holds run %s; give the folder of the first."
              .formatted(run, ofRun));
    }
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      String which = RootLocale.format("change %d", i + 1);
      Change change = changes.get(i);
      change.named().stream()
          .filter(cluster -> !clusters.contains(cluster))
          .forEach(
              cluster -> wrong.add(which + " names cluster " + cluster + ", which is not there"));
      List<String> unknown = change.paths().stream().filter(p -> !paths.contains(p)).toList();
      if (!unknown.isEmpty()) {
        wrong.add(
            RootLocale.format(
                "%s names %,d images that the run has not, for example %s",
                which, unknown.size(), unknown.get(0)));
      }
      if (change instanceof Merge merge && merge.clusters().stream().distinct().count() < 2) {
        wrong.add(which + " merges fewer than two clusters");
      }
      if (change instanceof Split split && (split.into() < 2 || split.into() > MOST_PARTS)) {
        wrong.add(
            RootLocale.format("%s cuts into %d; give 2 to %d", which, split.into(), MOST_PARTS));
      }
      if (change instanceof Rename rename && (rename.name() == null || rename.name().isBlank())) {
        wrong.add(which + " gives no name");
      }
    }
    if (!wrong.isEmpty()) {
      throw NomenException.input("The changes cannot be obeyed: " + String.join("; ", wrong) + ".");
    }
  }
}
