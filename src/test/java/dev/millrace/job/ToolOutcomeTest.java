package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ToolOutcomeTest {

  @Test
  void a_model_reads_output_errors_value_and_fault_in_this_order() {
    var outcome = new ToolOutcome("printed", "warned", "42", "ZeroDivisionError", false, 1);

    assertThat(outcome.text()).isEqualTo("printed\nstderr:\nwarned\n42\nerror: ZeroDivisionError");
  }

  @Test
  void what_is_empty_is_left_out() {
    assertThat(ToolOutcome.of("42").text()).isEqualTo("42");
    assertThat(ToolOutcome.error("no such file").text()).isEqualTo("error: no such file");
    assertThat(new ToolOutcome("", "warned", null, null, false, 1).text())
        .isEqualTo("stderr:\nwarned");
  }

  /** An empty answer would look like a fault of the transport. */
  @Test
  void nothing_at_all_is_said_in_words() {
    assertThat(ToolOutcome.of("").text()).isEqualTo("(no output)");
    assertThat(new ToolOutcome("", "", null, null, false, 1).text()).isEqualTo("(no output)");
  }

  @Test
  void the_time_it_took_changes_nothing_else() {
    assertThat(ToolOutcome.of("42").took(1.5))
        .isEqualTo(new ToolOutcome("", "", "42", null, false, 1.5));
  }
}
