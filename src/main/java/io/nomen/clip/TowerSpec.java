package io.nomen.clip;

import io.nomen.NomenException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

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

  /** An image tower: a square RGB picture in, one vector out. */
  public sealed interface VisionSpec extends Serializable
      permits VisionTransformer, EfficientNetLite {
    /** Pixels of the square input's side. */
    int imageSize();

    /** How many vectors a picture is while most of the work is done on it. */
    int tokens();

    /** Bytes of one input. */
    default int imageBytes() {
      return imageSize() * imageSize() * 3;
    }
  }

  /**
   * An image tower of convolutions, as timm's {@code tf_efficientnet_lite0} to {@code 4} (Tan and
   * Le, "EfficientNet", ICML 2019): EfficientNet without squeeze-and-excitation, with ReLU6. Its
   * last map's mean goes through a linear layer.
   *
   * @param stages after the stem, in order
   * @param projectionBias whether the last linear layer has a bias
   */
  public record EfficientNetLite(int imageSize, List<Stage> stages, boolean projectionBias)
      implements VisionSpec {
    /** Channels of the stem, whatever the others are scaled by. */
    public static final int STEM = 32;

    /** Channels of the last map, whatever the others are scaled by. */
    public static final int LAST = 1280;

    private static final int ROUND = 8;

    /**
     * Blocks of one width.
     *
     * @param blocks how many; the first strides
     * @param kernel side of the depthwise convolution
     * @param stride of the first block
     * @param expansion how many times a block's channels are widened inside; 1 in the first stage,
     *     whose blocks have no layer for it
     * @param channels that each block gives
     */
    public record Stage(int blocks, int kernel, int stride, int expansion, int channels)
        implements Serializable {}

    /**
     * EfficientNet-Lite with its numbers of channels and blocks scaled; blocks are rounded up, and
     * the first and last stage keep theirs.
     */
    static EfficientNetLite of(int imageSize, double width, double depth, boolean projectionBias) {
      List<Stage> lite0 =
          List.of(
              new Stage(1, 3, 1, 1, 16),
              new Stage(2, 3, 2, 6, 24),
              new Stage(2, 5, 2, 6, 40),
              new Stage(3, 3, 2, 6, 80),
              new Stage(3, 5, 1, 6, 112),
              new Stage(4, 5, 2, 6, 192),
              new Stage(1, 3, 1, 6, 320));
      List<Stage> scaled = new ArrayList<>();
      for (Stage stage : lite0) {
        boolean kept = scaled.isEmpty() || scaled.size() == lite0.size() - 1;
        scaled.add(
            new Stage(
                kept ? stage.blocks : (int) Math.ceil(stage.blocks * depth),
                stage.kernel,
                stage.stride,
                stage.expansion,
                rounded(stage.channels * width)));
      }
      return new EfficientNetLite(imageSize, List.copyOf(scaled), projectionBias);
    }

    /** The nearest multiple of eight that is not more than a tenth below. */
    private static int rounded(double channels) {
      int near = Math.max(ROUND, (int) (channels + ROUND / 2.0) / ROUND * ROUND);
      return near < 0.9 * channels ? near + ROUND : near;
    }

    /**
     * One block.
     *
     * @param name in the {@link Layout}, with a full stop behind it
     * @param inner channels of the depthwise convolution; those that it is given where nothing
     *     widens them
     * @param residual whether what it is given is added to what it gives
     */
    record Block(String name, int kernel, int stride, int inner, int channels, boolean residual) {}

    /** All blocks, in order. */
    List<Block> blocks() {
      List<Block> blocks = new ArrayList<>();
      int given = STEM;
      for (int s = 0; s < stages.size(); s++) {
        Stage stage = stages.get(s);
        for (int b = 0; b < stage.blocks; b++) {
          int stride = b == 0 ? stage.stride : 1;
          blocks.add(
              new Block(
                  s == 0 ? "image.first." + b + '.' : "image.stage." + s + '.' + b + '.',
                  stage.kernel,
                  stride,
                  given * stage.expansion,
                  stage.channels,
                  stride == 1 && given == stage.channels));
          given = stage.channels;
        }
      }
      return blocks;
    }

    @Override
    public int tokens() {
      int side = (imageSize + 15) / 16;
      return side * side;
    }
  }

  /**
   * An image tower that is a vision transformer over square patches.
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
  public record VisionTransformer(
      TowerSpec tower,
      int imageSize,
      int patchSize,
      int positionGrid,
      boolean classToken,
      int registers,
      boolean patchBias,
      boolean normBefore,
      VisionTransformer.Rotary rotary,
      VisionTransformer.Pooling pooling,
      VisionTransformer.Projection projection)
      implements VisionSpec {
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
    public static VisionTransformer clip(TowerSpec tower, int imageSize, int patchSize) {
      return new VisionTransformer(
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

    VisionTransformer withoutProjection() {
      return new VisionTransformer(
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
    VisionTransformer withImageSize(int side, String where) {
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
      return new VisionTransformer(
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
    @Override
    public int tokens() {
      return grid() * grid() + (classToken ? 1 : 0) + registers;
    }
  }
}
