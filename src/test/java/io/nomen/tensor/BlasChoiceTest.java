package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlasChoiceTest {
  @Test
  void mllib_multiplies_with_libtorchs_blas_and_gets_what_java_gets() {
    assertThat(BlasChoice.take()).isEqualTo("libtorch's");
    double[] a = new Random(1).doubles(30 * 20).toArray();
    double[] b = new Random(2).doubles(20 * 10).toArray();
    assertThat(product(NativeBLAS.getInstance(), a, b))
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(product(JavaBLAS.getInstance(), a, b));
  }

  private static double[] product(BLAS blas, double[] a, double[] b) {
    double[] c = new double[30 * 10];
    blas.dgemm("N", "N", 30, 10, 20, 1, a, 30, b, 20, 0, c, 30);
    return c;
  }
}
