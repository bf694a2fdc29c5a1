package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.heads.Trainer.TrainingHistory.Epoch;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.run.RunRecord;
import io.nomen.store.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FindingsTest {
  private static final NeighbourLists.Report EXACT =
      new NeighbourLists.Report(
          "exact", OptionalInt.empty(), OptionalInt.empty(), 1, OptionalInt.empty());
  private static final Findings.Agreement AGREEMENT =
      new Findings.Agreement(
          0.9, List.of(0.8, 1.0), List.of("well", "well"), true, "the words fit");
  private static final Findings.Training TRAINING =
      new Findings.Training(
          0.5,
          List.of(0.5, 0.75),
          7,
          List.of(
              new Epoch(1, Map.of("loss", 1.5)), new Epoch(2, Map.of("loss", 0.5, "more", 2.0))));

  @Test
  void the_run_s_record_holds_them_side_by_side_under_the_names_that_it_always_had() {
    assertThat(json(Findings.of(new Findings.KMeans(0.75, List.of(0.75, 0.5), 9))))
        .isEqualTo("{\"objective\":0.75,\"objectives\":[0.75,0.5],\"passes\":9}");
    assertThat(
            json(
                Findings.of(
                    AGREEMENT,
                    new Findings.Confidence(0.25),
                    new Findings.LinkageComparison(true, 0.5, 0.25, Optional.of(0.125)),
                    new Findings.GraphComparison(false, 0.5, 0.75),
                    new Findings.Subspace(163, 0.85),
                    Findings.Neighbours.of(EXACT))))
        .isEqualTo(
            "{\"graph\":{\"silhouette\":0.5,\"silhouette_otherwise\":0.75,\"taken\":false},"
                + "\"linkage\":{\"silhouette\":0.5,\"silhouette_otherwise\":0.125,"
                + "\"silhouette_smoothed_twice\":0.25,\"taken\":true},\"mean_confidence\":0.25,"
                + "\"neighbours\":{\"search\":\"exact\",\"cells\":null,\"nprobe\":null,\"recall\":1.0,"
                + "\"sample\":null},\"subspace\":{\"axes\":163,\"share\":0.85},"
                + "\"text_agreement\":{\"fit_per_cluster\":[\"well\",\"well\"],\"rho\":0.9,"
                + "\"rho_per_cluster\":[0.8,1.0],\"texts_join\":true,\"words\":\"the words fit\"}}");
    assertThat(json(Findings.of(Findings.Neighbours.of(EXACT, EXACT), TRAINING)))
        .contains("\"image_neighbours\":{", "\"text_neighbours\":{", "\"replica_seed\":7")
        .contains("\"epochs\":[{\"epoch\":1,\"terms\":{\"loss\":1.5}},")
        .doesNotContain("\"neighbours\":");
  }

  @Test
  void what_was_written_is_read_again() {
    Findings.SemanticConsistency sic =
        new Findings.SemanticConsistency("adjusted", 500, true, Map.of("confidence", 0.5));
    Findings written =
        Findings.of(AGREEMENT, TRAINING, sic, new Findings.Classes(2, List.of("dog")))
            .and(new Findings.KMeans(0.75, List.of(0.75), 9));
    String record = "{\"method\":" + json(written) + "}";
    RunRecord read = Json.read(record, RunRecord.class, "run.json");
    assertThat(read.part(Findings.Agreement.class)).contains(AGREEMENT);
    assertThat(read.part(Findings.Training.class)).contains(TRAINING);
    assertThat(read.part(Findings.SemanticConsistency.class)).contains(sic);
    assertThat(read.part(Findings.Classes.class)).contains(new Findings.Classes(2, List.of("dog")));
    assertThat(read.part(Findings.KMeans.class))
        .contains(new Findings.KMeans(0.75, List.of(0.75), 9));
    assertThat(read.part(Findings.Confidence.class)).isEmpty();
    assertThat(read.part(Findings.LinkageComparison.class)).isEmpty();
    assertThat(Json.line(read.method())).isEqualTo(json(written));
  }

  @Test
  void a_record_of_an_earlier_version_calls_the_agreement_a_gate() {
    String record =
        "{\"method\":" + json(Findings.of(AGREEMENT)).replace("text_agreement", "gate") + "}";
    assertThat(Json.read(record, RunRecord.class, "run.json").part(Findings.Agreement.class))
        .contains(AGREEMENT);
  }

  @Test
  void a_record_of_something_else_has_none() {
    String record = "{\"method\":{\"assigned_by\":\"runs/first\",\"run\":\"x\"}}";
    RunRecord read = Json.read(record, RunRecord.class, "run.json");
    assertThat(read.part(Findings.Agreement.class)).isEmpty();
    assertThat(read.part(Findings.Confidence.class)).isEmpty();
    assertThat(read.part(Findings.KMeans.class)).isEmpty();
    assertThat(Json.line(read)).contains("\"assigned_by\":\"runs/first\"");
  }

  @Test
  void terms_are_told_by_epoch() {
    assertThat(TRAINING.epochNumbers()).containsExactly(1, 2);
    assertThat(TRAINING.terms().get("loss")).containsExactly(1.5, 0.5);
    assertThat(TRAINING.terms().get("more")).containsExactly(Double.NaN, 2.0);
  }

  private static String json(Findings findings) {
    return Json.line(RunRecord.MethodFacts.of(findings));
  }
}
