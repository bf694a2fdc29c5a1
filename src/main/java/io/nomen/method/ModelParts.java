package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.heads.HeadShape;
import io.nomen.heads.HeadShape.NamedTensor;
import io.nomen.heads.TrainedHead;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.safetensors.SafetensorsWriter;
import io.nomen.tensor.Matrix;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fitted model as plain values, for storing: no class of ours is in the file, so a later version
 * can read it.
 *
 * <p>The file is a safetensors file: the matrices by name (float32), and as its metadata {@code
 * nomen.model} (the version of this form), {@code nomen.method} and the settings.
 *
 * @param method the name of the method that made the model
 * @param settings numbers and words by name, in the order of their names
 * @param matrices weights, centres and the like by name
 */
public record ModelParts(String method, Map<String, String> settings, Map<String, Matrix> matrices)
    implements Serializable {
  private static final String VERSION_KEY = "nomen.model";
  private static final String VERSION = "2";
  private static final String METHOD_KEY = "nomen.method";
  private static final String HEAD = "head.";

  public ModelParts {
    settings = Map.copyOf(settings);
    matrices = Map.copyOf(matrices);
  }

  /** The matrix {@code name}; a model without it is an input error. */
  public Matrix matrix(String name) {
    Matrix found = matrices.get(name);
    if (found == null) {
      throw missing("matrix", name);
    }
    return found;
  }

  /** The setting {@code name}; a model without it is an input error. */
  public String setting(String name) {
    String found = settings.get(name);
    if (found == null) {
      throw missing("setting", name);
    }
    return found;
  }

  /** A trained head as matrices by name, as a state dictionary has them. */
  static Map<String, Matrix> matrices(TrainedHead head) {
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    put(matrices, head.shape().parameters(), head.parameters());
    put(matrices, head.shape().statistics(), head.statistics());
    return matrices;
  }

  private static void put(Map<String, Matrix> into, List<NamedTensor> tensors, float[] flat) {
    for (NamedTensor tensor : tensors) {
      int rows = tensor.shape().size() == 1 ? 1 : tensor.shape().get(0);
      into.put(HEAD + tensor.name(), new Matrix(rows, tensor.size() / rows, tensor.in(flat)));
    }
  }

  /** The stored head where it has two layers. */
  TrainedHead twoLayerHead() {
    Matrix last = matrix(HEAD + "3.weight");
    return head(new HeadShape.TwoLayer(last.width(), last.rows()));
  }

  /** The stored head where it has one. */
  TrainedHead linearHead() {
    Matrix weight = matrix(HEAD + "weight");
    return head(new HeadShape.Linear(weight.width(), weight.rows()));
  }

  private TrainedHead head(HeadShape shape) {
    return new TrainedHead(shape, joined(shape.parameters()), joined(shape.statistics()));
  }

  private float[] joined(List<NamedTensor> tensors) {
    float[] flat = new float[HeadShape.size(tensors)];
    for (NamedTensor tensor : tensors) {
      float[] values = matrix(HEAD + tensor.name()).values();
      System.arraycopy(values, 0, flat, tensor.offset(), tensor.size());
    }
    return flat;
  }

  /** Writes the model to {@code target} and closes it. */
  public void write(OutputStream target) {
    Map<String, Matrix> ordered = new TreeMap<>(matrices);
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    ordered.forEach((name, m) -> shapes.put(name, List.of((long) m.rows(), (long) m.width())));
    Map<String, String> metadata = new TreeMap<>(settings);
    metadata.put(VERSION_KEY, VERSION);
    metadata.put(METHOD_KEY, method);
    try (SafetensorsWriter writer = new SafetensorsWriter(target, "the model", shapes, metadata)) {
      ordered.values().forEach(m -> writer.write(m.values()));
    }
  }

  /** Reads what {@link #write} wrote. */
  public static ModelParts read(SafetensorsReader.Source source) {
    SafetensorsReader file;
    try {
      file = SafetensorsReader.open(source);
    } catch (NomenException e) {
      throw NomenException.input(
          "%s is not a model that this version of Nomen stores; make the run again (%s)"
              .formatted(source.name(), e.getMessage()),
          e);
    }
    Map<String, String> settings = new TreeMap<>(file.metadata());
    String version = settings.remove(VERSION_KEY);
    String method = settings.remove(METHOD_KEY);
    if (!VERSION.equals(version) || method == null) {
      throw NomenException.input(
          "%s is not a model that this version of Nomen stores (%s); make the run again."
              .formatted(source.name(), version == null ? "no version" : "version " + version));
    }
    Map<String, Matrix> matrices = new TreeMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              long[] shape = tensor.shape();
              if (shape.length != 2) {
                throw NomenException.input(
                    "%s: the tensor \"%s\" of a model is no matrix; make the run again."
                        .formatted(source.name(), name));
              }
              matrices.put(
                  name,
                  new Matrix(
                      Math.toIntExact(shape[0]), Math.toIntExact(shape[1]), file.read(name)));
            });
    return new ModelParts(method, settings, matrices);
  }

  private NomenException missing(String kind, String name) {
    return NomenException.input(
        "The stored model of method %s has no %s \"%s\"; make the run again."
            .formatted(method, kind, name));
  }
}
