package io.nomen.method;

import io.nomen.NomenException;
import java.util.List;
import java.util.stream.Collectors;

/** All methods by name. */
public final class Methods {
  private static final List<ClusteringMethod> ALL =
      List.of(
          new KMeansMethod(),
          new TacNoTrainMethod(),
          new TacMethod(),
          new SicMethod(),
          new TurtleMethod(),
          new NomenMethod(),
          new NomenNoTrainMethod(),
          new ZeroShotMethod());

  private Methods() {}

  /** Every method, in the order in which help lists them. */
  public static List<ClusteringMethod> all() {
    return ALL;
  }

  /** The method called {@code name}. */
  public static ClusteringMethod named(String name) {
    return ALL.stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                NomenException.usage(
                    "There is no method \"%s\"; give one of %s."
                        .formatted(
                            name,
                            ALL.stream()
                                .map(ClusteringMethod::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** The model that {@link FittedModel#parts} took apart. */
  public static FittedModel model(ModelParts parts) {
    return switch (parts.method()) {
      case KMeansMethod.NAME, NomenNoTrainMethod.NAME -> CentreModel.of(parts);
      case TacNoTrainMethod.NAME -> TacNoTrainMethod.Model.of(parts);
      case TacMethod.NAME -> TacMethod.Model.of(parts);
      case SicMethod.NAME, TurtleMethod.NAME -> HeadModel.Linear.of(parts);
      case NomenMethod.NAME -> NomenMethod.Model.of(parts);
      case ZeroShotMethod.NAME -> ZeroShotMethod.Model.of(parts);
      case RefinedModel.NAME -> RefinedModel.of(parts);
      default ->
          throw NomenException.input(
              "The stored model is of method \"%s\", which this version of Nomen does not know;"
                      .formatted(parts.method())
                  + " use the version that made the run.");
    };
  }
}
