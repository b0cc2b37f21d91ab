package dev.millrace.http.legacy.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.job.ToolOutcome;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one request has run in the code session of its conversation.
 *
 * @param createdAt when its first piece of code began
 */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS)
record CodeSession(
    @JsonProperty("created_at") Instant createdAt,
    @JsonProperty("execution_count") int executionCount,
    @JsonProperty("last_stdout") String lastStdout,
    @JsonProperty("last_stderr") String lastStderr,
    @JsonProperty("last_used") Instant lastUsed,
    @JsonProperty("last_status") String lastStatus,
    @JsonProperty("last_returnCode") int lastReturnCode) {

  /** Absent where no code has run. */
  static Optional<CodeSession> of(JobState job) {
    List<Step.Tool> runs =
        job.steps().stream()
            .flatMap(step -> step instanceof Step.Tool tool ? Stream.of(tool) : Stream.empty())
            .filter(tool -> tool.executionId() != null && tool.call() != null)
            .filter(tool -> Objects.requireNonNull(tool.call()).arguments().get("code") != null)
            .toList();
    return runs.isEmpty() ? Optional.empty() : Optional.of(of(runs));
  }

  private static CodeSession of(List<Step.Tool> runs) {
    Step.Tool first = runs.getFirst();
    Step.Tool last = runs.getLast();
    ToolOutcome outcome = last.outcome();
    boolean failed = outcome.error() != null;
    return new CodeSession(
        first.endedAt().minus(Duration.ofMillis((long) (first.outcome().seconds() * 1000))),
        runs.size(),
        outcome.stdout().stripTrailing(),
        failed ? String.valueOf(outcome.error()) : outcome.stderr().stripTrailing(),
        last.endedAt(),
        failed ? "Failed" : "Success",
        failed ? 1 : 0);
  }
}
