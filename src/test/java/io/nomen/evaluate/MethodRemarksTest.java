package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.method.Findings;
import io.nomen.method.Findings.GraphComparison;
import io.nomen.method.Findings.LinkageComparison;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MethodRemarksTest {
  private static List<String> remarks(Findings.Part... parts) {
    return MethodRemarks.of(Findings.of(parts), Optional.empty());
  }

  @Test
  void what_a_method_ends_in_is_told_where_it_is_not_its_own() {
    assertThat(remarks(new LinkageComparison(true, 0.5, 0.25, Optional.of(0.125))))
        .containsExactly(
            "Clusters are as large as they come, by average linkage (silhouette 0.50, otherwise"
                + " 0.13).");
    assertThat(remarks(new LinkageComparison(true, 0.25, 0.5, Optional.empty())))
        .containsExactly(
            "Clusters are as large as they come, by average linkage (silhouette 0.50).");
    assertThat(
            remarks(
                new LinkageComparison(false, 0.5, 0.25, Optional.of(0.5)),
                new GraphComparison(true, 0.5, 0.25)))
        .containsExactly(
            "Clusters are groups of the graph of neighbours (silhouette 0.50, of the widest"
                + " margin's clusters 0.25).");
    assertThat(remarks(new GraphComparison(false, 0.5, 0.5))).isEmpty();
  }
}
