package io.nomen.run;

import io.nomen.method.FittedModel;
import io.nomen.method.Methods;
import io.nomen.method.ModelParts;
import io.nomen.safetensors.SafetensorsReader;
import java.util.List;

/** What a run learnt, in its folder {@code heads}: {@code nomen assign} needs no more. */
public final class StoredModel {
  private static final String FILE = "model.safetensors";

  private StoredModel() {}

  public static void write(RunFolder folder, String attempt, FittedModel model) {
    String target = folder.attemptFolder("heads", attempt);
    model.parts().write(folder.storage().create(target + "/" + FILE));
    new Table("heads", target, List.of(FILE), List.of(0L)).commit(folder.storage());
  }

  /** The model of the finished run in {@code folder}. */
  public static FittedModel read(RunFolder folder) {
    String uri = folder.table("heads").uris().get(0);
    return Methods.model(ModelParts.read(SafetensorsReader.Source.of(folder.storage(), uri)));
  }
}
