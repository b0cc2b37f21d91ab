package dev.millrace.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Artifact;
import dev.millrace.job.ToolOutcome;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTest {

  @Test
  void a_model_is_told_which_files_a_call_has_left() {
    assertThat(tool().told()).isEqualTo("42");
    assertThat(tool(artifact("plot.png"), artifact("sums.csv")).told())
        .isEqualTo("42\nkept for the user: plot.png, sums.csv");
  }

  private static Step.Tool tool(Artifact... made) {
    var outcome = ToolOutcome.of("42");
    return new Step.Tool(2, "c1", outcome, List.of(made), false, null, null, null, Instant.EPOCH);
  }

  private static Artifact artifact(String name) {
    return new Artifact(name, "text/plain", 1, "a".repeat(64), 2, "jobs/default/j1/files/a", name);
  }
}
