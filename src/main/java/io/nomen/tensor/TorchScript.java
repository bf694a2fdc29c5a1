package io.nomen.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A few lines of TorchScript, compiled by libtorch and called with one crossing of the native
 * border per call instead of one per operation.
 *
 * <p>The source is the body of a module without parameters: methods of the form {@code def
 * name(self, x: Tensor, …) -> Tensor}. It is put into a {@link TorchScriptArchive}, which is the
 * only way in that DJL offers. A script holds no state and may be called by several threads at
 * once.
 */
public final class TorchScript {
  private static final ConcurrentHashMap<String, TorchScript> LOADED = new ConcurrentHashMap<>();

  private final PtSymbolBlock block;

  private TorchScript(PtSymbolBlock block) {
    this.block = block;
  }

  /**
   * The compiled form of {@code methods}, made at the first call in this JVM and kept: there are
   * few sources, and loading costs far more than calling.
   *
   * @param methods TorchScript source, every method indented by two spaces
   */
  public static TorchScript of(String methods) {
    return LOADED.computeIfAbsent(methods, TorchScript::load);
  }

  /**
   * Runs a method that returns a tensor or a tuple of tensors.
   *
   * @param scope owns what comes back
   */
  public NDList run(NDManager scope, String method, NDArray... inputs) {
    IValue[] values = new IValue[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      values[i] = IValue.from((PtNDArray) inputs[i]);
    }
    try (IValue result = IValueUtils.runMethod(block, method, values)) {
      return result.toNDList((PtNDManager) scope);
    } finally {
      for (IValue value : values) {
        value.close();
      }
    }
  }

  private static TorchScript load(String methods) {
    PtNDManager owner = (PtNDManager) Torch.newScope();
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try {
      TorchScriptArchive.write(archive, methods, List.of());
      return new TorchScript(
          JniUtils.loadModule(
              owner, new ByteArrayInputStream(archive.toByteArray()), false, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
