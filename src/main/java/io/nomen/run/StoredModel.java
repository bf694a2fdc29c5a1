package io.nomen.run;

import io.nomen.method.FittedModel;
import io.nomen.method.Methods;
import io.nomen.method.ModelParts;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** What a run learnt, in its folder {@code heads}: {@code nomen assign} needs no more. */
public final class StoredModel {
  private static final String FILE = "model.safetensors";

  private StoredModel() {}

  public static void write(RunFolder folder, String attempt, FittedModel model) {
    String target = folder.attemptFolder("heads", attempt);
    try (OutputStream out = folder.storage().create(target + "/" + FILE)) {
      model.parts().write(out);
    } catch (IOException e) {
      throw StoreTrouble.cannot("write", target, e);
    }
    new Table("heads", target, List.of(FILE), List.of(0L)).commit(folder.storage());
  }

  /** The model of the finished run in {@code folder}. */
  public static FittedModel read(RunFolder folder) {
    Storage storage = folder.storage();
    String uri = folder.table("heads").uris().get(0);
    try (InputStream in = storage.open(uri)) {
      return Methods.model(ModelParts.read(in, uri));
    } catch (IOException e) {
      throw StoreTrouble.cannot("read", uri, e);
    }
  }
}
