package io.nomen.clip;

import io.nomen.RootLocale;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchScriptArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects the source and the tensors of one tower's archive. */
class TowerWriter {
  private final TensorSource checkpoint;
  private final Layout layout;
  private final Precision precision;
  private final List<TorchScriptArchive.Tensor> tensors = new ArrayList<>();
  private final StringBuilder source = new StringBuilder();

  TowerWriter(TensorSource checkpoint, Layout layout, Precision precision, String argument) {
    this.checkpoint = checkpoint;
    this.layout = layout;
    this.precision = precision;
    source.append("  def forward(self, ").append(argument).append(": Tensor) -> Tensor:\n");
  }

  /** Adds a line of TorchScript; {@code @name} in it is the attribute {@code name}. */
  TowerWriter line(String format, Object... arguments) {
    source.append("    ").append(format(format, arguments).replace("@", "self.")).append('\n');
    return this;
  }

  /** Formats for libtorch's compiler, which reads no other digits than these, in any locale. */
  static String format(String format, Object... arguments) {
    return RootLocale.format(format, arguments);
  }

  /** Adds a tensor that is computed here. */
  void tensor(String name, Precision kept, long[] shape, Supplier<float[]> values) {
    tensors.add(new TorchScriptArchive.Tensor(name, kept, shape, values));
  }

  /**
   * Adds a tensor of the {@link Layout} under a new name and, with as many numbers, a new shape.
   */
  void copy(String name, Precision kept, String from, long... shape) {
    tensor(name, kept, shape, () -> read(from));
  }

  /** The numbers of a tensor of the {@link Layout}. */
  float[] read(String name) {
    return layout.read(checkpoint, name);
  }

  /** Adds the weight and the bias of a linear layer, {@code name_w} and {@code name_b}. */
  void linear(String name, String from, long out, long in) {
    copy(name + "_w", precision, from + ".weight", out, in);
    copy(name + "_b", precision, from + ".bias", out);
  }

  /** The expression of {@code x} in the precision of the products. */
  String low(String x) {
    return format("torch.to(%s, %d)", x, precision.scalarType());
  }

  /** The expression of {@code x} as float32. */
  static String full(String x) {
    return format("torch.to(%s, %d)", x, Precision.FP32.scalarType());
  }

  Precision precision() {
    return precision;
  }

  void write(Path file) throws IOException {
    TorchScriptArchive.write(file, source.toString(), tensors);
  }
}
