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
    folder.commit("heads", attempt, List.of(FILE), List.of(0L));
  }

  /** The model of a run. */
  public static FittedModel read(Snapshot run) {
    String uri = run.table("heads").uris().get(0);
    return Methods.model(ModelParts.read(SafetensorsReader.Source.of(run.storage(), uri)));
  }
}
