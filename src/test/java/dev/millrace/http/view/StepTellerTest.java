package dev.millrace.http.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.ToolOutcome;
import dev.millrace.journal.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTellerTest {

  @Test
  void what_a_tool_has_noted_is_told() {
    var outcome = new ToolOutcome("", "", "42", null, false, 0.1, "sales.csv is not there");
    var done = new Entry.ToolDone(2, "c1", outcome, List.of(), false, null);

    assertThat(new StepTeller().tell(done))
        .isInstanceOfSatisfying(
            StepView.Tool.class,
            step -> assertThat(step.note()).isEqualTo("sales.csv is not there"));
  }
}
