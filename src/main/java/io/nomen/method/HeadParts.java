package io.nomen.method;

import io.nomen.heads.HeadShape;
import io.nomen.heads.Slot;
import io.nomen.heads.TrainedHead;
import io.nomen.tensor.Matrix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A trained head as matrices by name, as a state dictionary has them, and back. */
final class HeadParts {
  private static final String PREFIX = "head.";

  private HeadParts() {}

  static Map<String, Matrix> matrices(TrainedHead head) {
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    put(matrices, head.shape().parameters(), head.parameters());
    put(matrices, head.shape().statistics(), head.statistics());
    return matrices;
  }

  static TrainedHead twoLayer(ModelParts parts) {
    Matrix last = parts.matrix(PREFIX + "3.weight");
    return head(parts, new HeadShape.TwoLayer(last.width(), last.rows()));
  }

  static TrainedHead linear(ModelParts parts) {
    Matrix weight = parts.matrix(PREFIX + "weight");
    return head(parts, new HeadShape.Linear(weight.width(), weight.rows()));
  }

  private static TrainedHead head(ModelParts parts, HeadShape shape) {
    return new TrainedHead(
        shape, joined(parts, shape.parameters()), joined(parts, shape.statistics()));
  }

  private static float[] joined(ModelParts parts, List<Slot> slots) {
    float[] flat = new float[HeadShape.size(slots)];
    for (Slot slot : slots) {
      float[] values = parts.matrix(PREFIX + slot.name()).values();
      System.arraycopy(values, 0, flat, slot.offset(), slot.size());
    }
    return flat;
  }

  private static void put(Map<String, Matrix> into, List<Slot> slots, float[] flat) {
    for (Slot slot : slots) {
      int rows = slot.shape().size() == 1 ? 1 : slot.shape().get(0);
      into.put(PREFIX + slot.name(), new Matrix(rows, slot.size() / rows, slot.in(flat)));
    }
  }
}
