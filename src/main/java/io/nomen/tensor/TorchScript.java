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
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A few lines of TorchScript, compiled by libtorch and called with one crossing of the native
 * border per call instead of one per operation.
 *
 * <p>The source is the body of a module without parameters: methods of the form {@code def
 * name(self, x: Tensor, …) -> Tensor}. It is put into the archive that {@code torch.jit.save} would
 * write (a zip of {@code data.pkl}, {@code code/}, {@code constants.pkl} and {@code version}),
 * which is the only way in that DJL offers. A script holds no state and may be called by several
 * threads at once.
 */
public final class TorchScript {
  private static final ConcurrentHashMap<String, TorchScript> LOADED = new ConcurrentHashMap<>();

  /** A module object of class {@code __torch__.Script} whose only attribute is {@code training}. */
  private static final byte[] MODULE =
      "\u0080\u0002c__torch__\nScript\n)\u0081}X\u0008\0\0\0training\u0089sb."
          .getBytes(StandardCharsets.ISO_8859_1);

  /** An empty tuple. */
  private static final byte[] NO_CONSTANTS = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

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
    PtNDManager owner = (PtNDManager) TorchScope.open();
    try {
      return new TorchScript(
          JniUtils.loadModule(owner, new ByteArrayInputStream(archive(methods)), false, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] archive(String methods) throws IOException {
    String code =
        "class Script(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
            + methods;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", MODULE);
      store(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", NO_CONSTANTS);
      store(zip, "version", "3\n".getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry("script/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
