package io.nomen.heads;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.heads.Trainer.TrainingHistory;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.safetensors.SafetensorsWriter;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * States of trainings after each epoch, as safetensors files that other programs can read too. The
 * two newest of a training are kept: one that was cut off while it was written is passed over.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final int KEPT = 2;
  private static final String SUFFIX = ".safetensors";

  private final Optional<Place> place;

  private record Place(Storage storage, String folder, String digest) {}

  private Checkpoints(Optional<Place> place) {
    this.place = place;
  }

  /** A state and how it came about. */
  public record Saved(TrainingState state, TrainingHistory history) {}

  /** Keeps nothing and finds nothing. */
  public static Checkpoints none() {
    return new Checkpoints(Optional.empty());
  }

  /**
   * Checkpoints in {@code folder}.
   *
   * @param digest of all that decides how training goes: data, objective, settings. Files of
   *     another digest are not gone on from
   */
  public static Checkpoints in(Storage storage, String folder, String digest) {
    return new Checkpoints(Optional.of(new Place(storage, folder, digest)));
  }

  /** The same place for a training that {@code detail} tells apart from others of these data. */
  public Checkpoints of(String detail) {
    return new Checkpoints(
        place.map(p -> new Place(p.storage(), p.folder(), p.digest() + " " + detail)));
  }

  /** Writes the state after the last epoch of {@code history}. */
  public void save(long seed, TrainingState state, TrainingHistory history) {
    if (place.isEmpty()) {
      return;
    }
    Place where = place.get();
    Map<String, float[]> tensors = new LinkedHashMap<>();
    tensors.put("parameters", state.parameters());
    tensors.put("statistics", state.statistics());
    tensors.put("first_moment", state.firstMoment());
    tensors.put("second_moment", state.secondMoment());
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    tensors.forEach((name, values) -> shapes.put(name, List.of((long) values.length)));
    Map<String, String> facts =
        Map.of(
            "digest", where.digest(),
            "steps", Integer.toString(state.steps()),
            "history", Json.line(history));
    String name = RootLocale.format("epoch-%06d%s", history.epochs().size(), SUFFIX);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SafetensorsWriter writer = new SafetensorsWriter(bytes, name, shapes, facts)) {
      tensors.values().forEach(writer::write);
    }
    where.storage().writeBytes(folder(where, seed) + "/" + name, bytes.toByteArray());
    forgetOld(where, seed);
  }

  /** The newest whole state of the training with {@code seed}. */
  public Optional<Saved> latest(long seed) {
    if (place.isEmpty()) {
      return Optional.empty();
    }
    Place where = place.get();
    List<Storage.Entry> files = files(where, seed);
    for (int i = files.size() - 1; i >= 0; i--) {
      Optional<Saved> found = read(where, files.get(i).uri());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Saved> read(Place where, String uri) {
    try {
      SafetensorsReader file = SafetensorsReader.open(where.storage(), uri);
      if (!where.digest().equals(file.metadata().get("digest"))) {
        LOG.info("{} is of another training and not gone on from", uri);
        return Optional.empty();
      }
      TrainingState state =
          new TrainingState(
              file.read("parameters"),
              file.read("statistics"),
              file.read("first_moment"),
              file.read("second_moment"),
              Integer.parseInt(file.metadata().getOrDefault("steps", "0")));
      String history = file.metadata().getOrDefault("history", "");
      return Optional.of(new Saved(state, Json.read(history, TrainingHistory.class, uri)));
    } catch (NomenException e) {
      StorageFailure.stopUnlessOfOneFile(uri, e);
      LOG.warn("a checkpoint is passed over: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static void forgetOld(Place where, long seed) {
    List<Storage.Entry> files = files(where, seed);
    for (int i = 0; i < files.size() - KEPT; i++) {
      where.storage().delete(files.get(i).uri());
    }
  }

  private static List<Storage.Entry> files(Place where, long seed) {
    return where.storage().list(folder(where, seed)).stream()
        .filter(entry -> entry.name().endsWith(SUFFIX))
        .toList();
  }

  private static String folder(Place where, long seed) {
    return where.folder() + "/seed-" + seed;
  }
}
