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
    findings
        .part(Findings.Agreement.class)
        .ifPresent(
            agreement ->
                remarks.add(
                    RootLocale.format(
                        "How well the nouns describe these images: ρ = %.2f, %s.",
                        agreement.rho(), agreement.words())));
    findings
        .part(Findings.LinkageComparison.class)
        .filter(Findings.LinkageComparison::taken)
        .ifPresent(
            linkage ->
                remarks.add(
                    RootLocale.format(
                        "Clusters are as large as they come, by average linkage (silhouette"
                            + " %.2f%s).",
                        linkage.best(),
                        linkage
                            .silhouetteOtherwise()
                            .map(
                                s ->
                                    RootLocale.format(", of clusters of about equal sizes %.2f", s))
                            .orElse(""))));
    findings
        .part(Findings.GraphComparison.class)
        .filter(Findings.GraphComparison::taken)
        .ifPresent(
            graph ->
                remarks.add(
                    RootLocale.format(
                        "Clusters are groups of the graph of neighbours (silhouette %.2f, of"
                            + " clusters of about equal sizes %.2f).",
                        graph.silhouette(), graph.silhouetteOtherwise())));
    count.ifPresent(
        choice ->
            remarks.add(
                RootLocale.format(
                    "%d clusters were chosen: %s.", choice.clusters(), choice.reason())));
    return remarks;
  }
}
