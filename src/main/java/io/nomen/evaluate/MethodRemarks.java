package io.nomen.evaluate;

import io.nomen.RootLocale;
import io.nomen.method.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a method found out that its user should read, in sentences. */
public final class MethodRemarks {
  private MethodRemarks() {}

  /**
   * The remarks on a fit.
   *
   * @param findings how well the nouns fit, why linkage or the graph of neighbours was taken
   * @param count how K was chosen, where it was
   */
  public static List<String> of(Findings findings, Optional<ClusterCount.Choice> count) {
    List<String> remarks = new ArrayList<>();
    findings.part(Findings.Agreement.class).map(MethodRemarks::agreement).ifPresent(remarks::add);
    findings
        .part(Findings.LinkageComparison.class)
        .filter(Findings.LinkageComparison::taken)
        .map(MethodRemarks::linkage)
        .ifPresent(remarks::add);
    findings
        .part(Findings.GraphComparison.class)
        .filter(Findings.GraphComparison::taken)
        .map(MethodRemarks::graph)
        .ifPresent(remarks::add);
    count.map(MethodRemarks::count).ifPresent(remarks::add);
    return remarks;
  }

  private static String agreement(Findings.Agreement agreement) {
    return RootLocale.format(
        "How well the nouns describe these images: ρ = %.2f, %s.",
        agreement.rho(), agreement.words());
  }

  private static String linkage(Findings.LinkageComparison linkage) {
    return RootLocale.format(
        "Clusters are as large as they come, by average linkage (silhouette %.2f%s).",
        linkage.best(),
        linkage
            .silhouetteOtherwise()
            .map(silhouette -> RootLocale.format(", otherwise %.2f", silhouette))
            .orElse(""));
  }

  private static String graph(Findings.GraphComparison graph) {
    return RootLocale.format(
        "Clusters are groups of the graph of neighbours (silhouette %.2f, of the widest margin's"
            + " clusters %.2f).",
        graph.silhouette(), graph.silhouetteOtherwise());
  }

  private static String count(ClusterCount.Choice choice) {
    return RootLocale.format("%d clusters were chosen: %s.", choice.clusters(), choice.reason());
  }
}
