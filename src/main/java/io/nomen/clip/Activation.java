package io.nomen.clip;

/** The non-linearity between the two layers of a block's perceptron. */
public enum Activation {
  /** {@code x · sigmoid(1.702 x)}, as OpenAI trained with. */
  QUICK_GELU,
  /** The exact Gaussian error linear unit. */
  GELU
}
