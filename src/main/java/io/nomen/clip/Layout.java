package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.EfficientNetLite;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.clip.TowerSpec.VisionSpec;
import io.nomen.clip.TowerSpec.VisionTransformer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors that a model must have, by the names that the towers use, with their shapes; where
 * they are in a checkpoint says {@link TensorNames}. What else is in it ({@code position_ids},
 * {@code logit_scale}) is nobody's business here.
 */
final class Layout {
  private final TensorNames names;
  private final String configFile;
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /**
   * Lists a model's tensors.
   *
   * @param configFile the file that asks for them, for messages
   */
  Layout(
      VisionSpec vision,
      Optional<TextSpec> text,
      int projectionWidth,
      TensorNames names,
      String configFile) {
    this.names = names;
    this.configFile = configFile;
    if (vision instanceof EfficientNetLite convolutions) {
      image(convolutions, projectionWidth);
    } else {
      image((VisionTransformer) vision, projectionWidth);
    }
    text.ifPresent(spec -> text(spec, projectionWidth));
  }

  private void image(VisionTransformer vision, int projectionWidth) {
    TowerSpec tower = vision.tower();
    long width = tower.width();
    long patch = vision.patchSize();
    long positions = (long) vision.positionGrid() * vision.positionGrid();
    if (vision.classToken()) {
      shapes.put("image.class_token", new long[] {width});
    }
    if (vision.registers() > 0) {
      shapes.put("image.registers", new long[] {vision.registers(), width});
    }
    shapes.put("image.patches.weight", new long[] {width, 3, patch, patch});
    if (vision.patchBias()) {
      shapes.put("image.patches.bias", new long[] {width});
    }
    shapes.put("image.positions", new long[] {positions + (vision.classToken() ? 1 : 0), width});
    if (vision.normBefore()) {
      norm("image.before", width);
    }
    blocks("image", tower);
    norm("image.after", width);
    if (vision.pooling().attention()) {
      shapes.put("image.pool.probe", new long[] {width});
      linear("image.pool.qkv", 3 * width, width);
      linear("image.pool.out", width, width);
      norm("image.pool.norm", width);
      linear("image.pool.fc1", vision.pooling().perceptron(), width);
      linear("image.pool.fc2", width, vision.pooling().perceptron());
    }
    if (vision.projection() != VisionTransformer.Projection.NONE) {
      shapes.put("image.projection.weight", new long[] {projectionWidth, width});
    }
    if (vision.projection() == VisionTransformer.Projection.WITH_BIAS) {
      shapes.put("image.projection.bias", new long[] {projectionWidth});
    }
  }

  private void image(EfficientNetLite vision, int projectionWidth) {
    convolution("image.stem", EfficientNetLite.STEM, 3, 3);
    int channels = EfficientNetLite.STEM;
    for (EfficientNetLite.Block block : vision.blocks()) {
      int inner = block.inner();
      if (inner > channels) {
        convolution(block.name() + "expand", inner, channels, 1);
      }
      convolution(block.name() + "depthwise", inner, 1, block.kernel());
      convolution(block.name() + "project", block.channels(), inner, 1);
      channels = block.channels();
    }
    convolution("image.last", EfficientNetLite.LAST, channels, 1);
    shapes.put("image.projection.weight", new long[] {projectionWidth, EfficientNetLite.LAST});
    if (vision.projectionBias()) {
      shapes.put("image.projection.bias", new long[] {projectionWidth});
    }
  }

  private void convolution(String name, long out, long in, long kernel) {
    shapes.put(name + ".weight", new long[] {out, in, kernel, kernel});
    norm(name + "_norm", out);
    shapes.put(name + "_norm.running_mean", new long[] {out});
    shapes.put(name + "_norm.running_var", new long[] {out});
  }

  private void text(TextSpec text, int projectionWidth) {
    long width = text.tower().width();
    shapes.put("text.vocabulary", new long[] {text.vocabulary(), width});
    shapes.put("text.positions", new long[] {text.positions(), width});
    blocks("text", text.tower());
    norm("text.after", width);
    shapes.put("text.projection.weight", new long[] {projectionWidth, width});
    if (text.projectionBias()) {
      shapes.put("text.projection.bias", new long[] {projectionWidth});
    }
  }

  /** The checkpoint's own names of all tensors that are read. */
  Set<String> sources() {
    Set<String> all = new LinkedHashSet<>();
    shapes.keySet().forEach(name -> all.addAll(names.of(name).all()));
    return all;
  }

  /** Number of weights in all towers. */
  long parameters() {
    return shapes.values().stream().mapToLong(Layout::product).sum();
  }

  /** Refuses a source that lacks a tensor or has it in another shape. */
  void check(TensorSource source, String where) {
    shapes.forEach(
        (name, expected) -> {
          TensorNames.Sources at = names.of(name);
          int parts = at.parts().size();
          long rows = 0;
          for (String part : at.parts()) {
            long[] wanted = at.transposed() ? turned(expected) : expected.clone();
            wanted[0] = parts == 3 ? wanted[0] / 3 : wanted[0];
            if (part.equals(TensorNames.ZEROS)) {
              continue;
            }
            long[] found = shape(source, part, wanted, where);
            // Of two parts, only the sum of their rows is known.
            wanted[0] = parts == 2 && found.length > 0 ? found[0] : wanted[0];
            require(Arrays.equals(found, wanted), part, found, wanted, where);
            rows += found[0];
          }
          require(parts != 2 || rows == expected[0], name, new long[] {rows}, expected, where);
          if (!at.scale().isEmpty()) {
            long[] wanted = {expected[0]};
            long[] found = shape(source, at.scale(), wanted, where);
            require(Arrays.equals(found, wanted), at.scale(), found, wanted, where);
          }
        });
  }

  /** The shape of a tensor that must be there, without ones in front. */
  private long[] shape(TensorSource source, String name, long[] expected, String where) {
    TensorSource.Stored found = source.tensors().get(name);
    if (found == null) {
      throw NomenException.input(
          "%s has no tensor %s of shape %s, which its %s asks for; the weights or the configuration belong to another model."
              .formatted(where, name, Arrays.toString(expected), configFile));
    }
    if (!found.type().isFloat()) {
      throw NomenException.input(
          "%s: tensor %s is of a type that holds no weights; F32, F16 or BF16 is expected."
              .formatted(where, name));
    }
    int ones = 0;
    long[] shape = found.shape();
    while (shape.length - ones > expected.length && shape[ones] == 1) {
      ones++;
    }
    return Arrays.copyOfRange(shape, ones, shape.length);
  }

  private void require(boolean fits, String name, long[] found, long[] expected, String where) {
    if (!fits) {
      throw NomenException.input(
          "%s: tensor %s has shape %s where %s asks for %s; the weights or the configuration belong to another model."
              .formatted(
                  where, name, Arrays.toString(found), configFile, Arrays.toString(expected)));
    }
  }

  /** The numbers of the tensor {@code name} of this list. */
  float[] read(TensorSource source, String name) {
    TensorNames.Sources at = names.of(name);
    float[] values = source.read(at.parts().get(0));
    int first = values.length;
    for (String part : at.parts().subList(1, at.parts().size())) {
      float[] more = part.equals(TensorNames.ZEROS) ? new float[first] : source.read(part);
      int before = values.length;
      values = Arrays.copyOf(values, before + more.length);
      System.arraycopy(more, 0, values, before, more.length);
    }
    int rows = (int) shapes.get(name)[0];
    int columns = values.length / rows;
    if (at.transposed()) {
      float[] turned = new float[values.length];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          turned[r * columns + c] = values[c * rows + r];
        }
      }
      values = turned;
    }
    if (!at.scale().isEmpty()) {
      float[] scale = source.read(at.scale());
      for (int i = 0; i < values.length; i++) {
        values[i] *= scale[i / columns];
      }
    }
    return values;
  }

  private void blocks(String tower, TowerSpec spec) {
    long width = spec.width();
    long inner = spec.perceptron();
    boolean gated = spec.activation() == TowerSpec.Activation.SWIGLU;
    for (int i = 0; i < spec.layers(); i++) {
      String block = tower + ".block." + i + ".";
      norm(block + "norm1", width);
      linear(block + "qkv", 3 * width, width);
      linear(block + "out", width, width);
      norm(block + "norm2", width);
      linear(block + "fc1", gated ? 2 * inner : inner, width);
      linear(block + "fc2", width, inner);
      if (spec.innerNorms()) {
        norm(block + "inner1", width);
        norm(block + "inner2", inner);
      }
    }
  }

  private void norm(String name, long width) {
    shapes.put(name + ".weight", new long[] {width});
    shapes.put(name + ".bias", new long[] {width});
  }

  private void linear(String name, long out, long in) {
    shapes.put(name + ".weight", new long[] {out, in});
    shapes.put(name + ".bias", new long[] {out});
  }

  private static long[] turned(long[] shape) {
    return new long[] {shape[1], shape[0]};
  }

  private static long product(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
