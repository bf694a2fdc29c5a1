package io.nomen.clip;

import io.nomen.NomenException;
import java.io.Serializable;

/**
 * The transformer of one tower: pre-norm blocks of attention and a two-layer perceptron.
 *
 * @param width numbers per token
 * @param perceptron width of the perceptron's inner layer
 * @param layers number of blocks
 * @param heads attention heads; divides {@code width}
 * @param epsilon of the layer norms
 * @param innerNorms whether a layer norm stands before the last linear layer of attention and
 *     perceptron too
 */
public record TowerSpec(
    int width,
    int perceptron,
    int layers,
    int heads,
    Activation activation,
    double epsilon,
    boolean innerNorms)
    implements Serializable {

  /** The non-linearity between the two layers of a block's perceptron. */
  public enum Activation {
    /** {@code x · sigmoid(1.702 x)}, as OpenAI trained with. */
    QUICK_GELU,
    /** The exact Gaussian error linear unit. */
    GELU,
    /** Its approximation by a hyperbolic tangent. */
    GELU_TANH,
    /** {@code silu(gate) · x}: the first layer gives both, the gate first. */
    SWIGLU
  }

  /** The same with the inner layer norms. */
  TowerSpec withInnerNorms() {
    return new TowerSpec(width, perceptron, layers, heads, activation, epsilon, true);
  }

  /** Numbers per attention head. */
  public int headWidth() {
    return width / heads;
  }

  /**
   * The text tower: a transformer whose state at one token is the text's embedding.
   *
   * @param positions most tokens of a text, start and end included
   * @param pooling which token is read
   * @param endToken {@code eos_token_id} of the configuration; {@link #LEGACY_END} in checkpoints
   *     converted early, whose end token is the largest id
   * @param causal whether a token sees those before it only
   * @param projectionBias whether the last linear layer has a bias
   */
  public record TextSpec(
      TowerSpec tower,
      int vocabulary,
      int positions,
      TextSpec.Pooling pooling,
      int endToken,
      boolean causal,
      boolean projectionBias)
      implements Serializable {
    /** The wrong {@code eos_token_id} that early conversions carry; real end tokens are never 2. */
    public static final int LEGACY_END = 2;

    /** Which token's state is the text's embedding. */
    public enum Pooling {
      /** The first end token. */
      END_TOKEN,
      /** The last of {@code positions}: every text is padded to them, and padding is seen. */
      LAST_TOKEN
    }

    /** Whether the end of a text is where its largest id is. */
    public boolean endIsLargestId() {
      return endToken == LEGACY_END;
    }
  }

  /**
   * The image tower: a vision transformer over square patches.
   *
   * @param imageSize pixels of the square input's side; a multiple of {@code patchSize}
   * @param positionGrid patches along one side of the table of positions; where that is not the
   *     input's, the table is resized (bicubic)
   * @param classToken whether a learned token stands before the patches
   * @param registers number of further tokens, which nothing is read from
   * @param patchBias whether the patches' projection has a bias
   * @param normBefore whether a layer norm stands before the first block
   * @param rotary how queries and keys are turned by their patch's place
   * @param pooling how a picture's tokens become one vector
   * @param projection which linear layer ends the tower
   */
  public record VisionSpec(
      TowerSpec tower,
      int imageSize,
      int patchSize,
      int positionGrid,
      boolean classToken,
      int registers,
      boolean patchBias,
      boolean normBefore,
      VisionSpec.Rotary rotary,
      VisionSpec.Pooling pooling,
      VisionSpec.Projection projection)
      implements Serializable {
    private static final int LARGEST = 4096;

    /**
     * How the tokens of a picture become one vector: a learned query looks at all of them, and a
     * perceptron follows.
     *
     * @param heads attention heads of the query
     * @param perceptron width of the perceptron's inner layer
     */
    public record Pooling(int heads, int perceptron) implements Serializable {
      /** The class token instead, after the last norm. */
      public static final Pooling CLASS_TOKEN = new Pooling(0, 0);

      public boolean attention() {
        return heads > 0;
      }
    }

    /** The linear layer that ends the tower. */
    public enum Projection {
      NONE,
      WITHOUT_BIAS,
      WITH_BIAS
    }

    /**
     * Rotary positions: each pair of numbers of a query and a key is turned by an angle that grows
     * with the patch's row or column (Su et al., "RoFormer", 2021; in two dimensions as timm has
     * it). Tokens that are no patches are not turned.
     *
     * @param grid patches along one side that places are scaled to; 0 where nothing is turned
     * @param first place of the first row and column
     * @param columnsFirst whether the first half of the numbers is turned by the column, not the
     *     row
     */
    public record Rotary(int grid, int first, boolean columnsFirst) implements Serializable {
      public static final Rotary NONE = new Rotary(0, 0, false);

      public boolean turns() {
        return grid > 0;
      }
    }

    /** OpenAI's kind of tower. */
    public static VisionSpec clip(TowerSpec tower, int imageSize, int patchSize) {
      return new VisionSpec(
          tower,
          imageSize,
          patchSize,
          imageSize / patchSize,
          true,
          0,
          false,
          true,
          Rotary.NONE,
          Pooling.CLASS_TOKEN,
          Projection.WITHOUT_BIAS);
    }

    VisionSpec withoutProjection() {
      return new VisionSpec(
          tower,
          imageSize,
          patchSize,
          positionGrid,
          classToken,
          registers,
          patchBias,
          normBefore,
          rotary,
          pooling,
          Projection.NONE);
    }

    /**
     * This for pictures of {@code side} pixels.
     *
     * @param where the configuration's name, for messages
     */
    VisionSpec withImageSize(int side, String where) {
      if (side % patchSize != 0) {
        throw NomenException.input(
            "%s has images of %d pixels in patches of %d, which leaves a rest; such a model is not supported."
                .formatted(where, side, patchSize));
      }
      if (side > LARGEST) {
        throw NomenException.input(
            "%s has images of %d pixels; at most %d are supported."
                .formatted(where, side, LARGEST));
      }
      return new VisionSpec(
          tower,
          side,
          patchSize,
          positionGrid,
          classToken,
          registers,
          patchBias,
          normBefore,
          rotary,
          pooling,
          projection);
    }

    /** Patches along one side. */
    public int grid() {
      return imageSize / patchSize;
    }

    /** Tokens of an image: its patches, the class token and the registers. */
    public int tokens() {
      return grid() * grid() + (classToken ? 1 : 0) + registers;
    }

    /** Bytes of one RGB input. */
    public int imageBytes() {
      return imageSize * imageSize * 3;
    }
  }
}
