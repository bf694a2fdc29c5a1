package io.nomen.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Principal axes of a matrix, the strongest first: LAPACK's, from the d × d products of its centred
 * rows, in double precision.
 *
 * @param mean [1, d] of the rows
 * @param axes [d, d] orthonormal rows; the largest number of each is positive
 * @param variances [d] sums of squares along the axes
 */
public record PrincipalAxes(Matrix mean, Matrix axes, float[] variances) implements Serializable {
  private static final int ROWS_AT_ONCE = 8192;

  private static final String SCRIPT =
      """
        def products(self, rows: Tensor, mean: Tensor, before: Tensor) -> Tensor:
          centred = torch.to(rows - mean, 7)
          return torch.add(before, torch.mm(centred.t(), centred))
        def axes(self, products: Tensor) -> Tuple[Tensor, Tensor]:
          values, vectors, = torch.linalg_eigh(products, "U")
          return torch.to(torch.flip(values, [0]), 6), torch.contiguous(torch.to(torch.flip(vectors.t(), [0]), 6))
      """;

  /**
   * The axes of {@code rows}.
   *
   * @param rows [n, d]
   */
  public static PrincipalAxes of(Matrix rows) {
    int width = rows.width();
    Matrix mean = MeanRow.of(rows);
    float[] variances = new float[width];
    float[] axes = new float[width * width];
    try (NDManager scope = Torch.newScope()) {
      TorchScript script = TorchScript.of(SCRIPT);
      NDArray centre = NativeFloats.of(scope, mean.values(), 1, width);
      NDArray products = scope.zeros(new Shape(width, width), DataType.FLOAT64);
      for (int first = 0; first < rows.rows(); first += ROWS_AT_ONCE) {
        int count = Math.min(ROWS_AT_ONCE, rows.rows() - first);
        NDArray slice = NativeFloats.rows(scope, rows.values(), first, count, width);
        products = script.run(scope, "products", slice, centre, products).head();
        slice.close();
      }
      NDList found = script.run(scope, "axes", products);
      NativeFloats.read(found.get(0), 0, variances, width);
      NativeFloats.read(found.get(1), 0, axes, axes.length);
    }
    for (int axis = 0; axis < width; axis++) {
      orient(axes, axis * width, width);
    }
    return new PrincipalAxes(mean, new Matrix(width, width, axes), variances);
  }

  /** An axis has no sign of its own. */
  private static void orient(float[] axes, int from, int width) {
    int largest = from;
    for (int i = from; i < from + width; i++) {
      largest = Math.abs(axes[i]) > Math.abs(axes[largest]) ? i : largest;
    }
    if (axes[largest] < 0) {
      for (int i = from; i < from + width; i++) {
        axes[i] = -axes[i];
      }
    }
  }

  /** [count, d] the strongest axes. */
  public Matrix first(int count) {
    int width = axes.width();
    return new Matrix(count, width, Arrays.copyOf(axes.values(), count * width));
  }

  /**
   * Where {@code rows} lie along the strongest axes.
   *
   * @param rows [n, d]
   * @return [n, count] row-major; zeros in columns beyond d
   */
  public float[] project(Matrix rows, int count) {
    int width = rows.width();
    int known = Math.min(count, width);
    float[] centred = rows.values().clone();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= mean.values()[i % width];
    }
    float[] projected = new float[rows.rows() * count];
    try (InnerProducts products = new InnerProducts(first(known))) {
      products.of(
          new RowBlock(0, rows.rows(), width, centred),
          (from, slice, values) -> {
            for (int row = 0; row < slice; row++) {
              System.arraycopy(values, row * known, projected, (from + row) * count, known);
            }
          });
    }
    return projected;
  }
}
