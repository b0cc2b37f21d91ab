package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StopReasonTest {

  @Test
  void the_words_are_those_of_the_wire_each_under_its_status() {
    var words =
        Stream.of(StopReason.values())
            .collect(
                Collectors.groupingBy(
                    reason -> reason.status().word(),
                    Collectors.mapping(StopReason::word, Collectors.toList())));

    assertThat(words)
        .isEqualTo(
            Map.of(
                "succeeded",
                List.of("answered"),
                "incomplete",
                List.of(
                    "budget.turns",
                    "budget.toolCalls",
                    "budget.tokens",
                    "budget.seconds",
                    "budget.output",
                    "deadline"),
                "failed",
                List.of(
                    "refused",
                    "schema",
                    "context",
                    "invalid",
                    "conflict",
                    "workflow.error",
                    "delegation.expired",
                    "model.unavailable",
                    "sessions.unavailable",
                    "poison",
                    "corrupt",
                    "internal"),
                "canceled",
                List.of("canceled")));
  }

  @Test
  void the_statuses_are_those_of_the_wire() {
    assertThat(Stream.of(Status.values()).map(Status::word))
        .containsExactly("queued", "running", "succeeded", "incomplete", "failed", "canceled");
  }

  @Test
  void only_a_failure_says_why() {
    assertThatThrownBy(() -> Ending.cutShort(StopReason.POISON, ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ending.failed(StopReason.ANSWERED, "", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
