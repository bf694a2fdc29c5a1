package io.nomen.tensor;

import ai.djl.ndarray.NDManager;

/** Opens memory scopes of libtorch for packages that run scripts of their own. */
public final class NativeScope {
  private NativeScope() {}

  /** A scope on the CPU, with libtorch started; closing it frees all that was made in it. */
  public static NDManager open() {
    return TorchScope.open();
  }
}
