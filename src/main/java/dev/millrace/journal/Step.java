package dev.millrace.journal;

import dev.millrace.job.Artifact;
import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One finished step of a job. Every model answer and every tool call takes the next number when it
 * begins. Steps of an agent that was called as a tool have the execution id of that call as their
 * parent, and end before it.
 */
public sealed interface Step {
  int n();

  @Nullable String parent();

  /** A model answered. */
  record Model(
      int n,
      String model,
      Message message,
      Usage usage,
      @Nullable Map<String, Object> modelState,
      double seconds,
      @Nullable String parent,
      Entry.@Nullable Asked asked)
      implements Step {}

  /**
   * A tool answered, or was not called at all.
   *
   * @param call what the model wanted; null only where the log does not say
   * @param executionId null for a call that was not made
   * @param endedAt by the clock of who wrote it down
   */
  record Tool(
      int n,
      String callId,
      ToolOutcome outcome,
      List<Artifact> artifacts,
      boolean reexecuted,
      @Nullable String parent,
      @Nullable ToolCall call,
      @Nullable String executionId,
      Instant endedAt)
      implements Step {
    public Tool {
      artifacts = List.copyOf(artifacts);
    }

    /** The outcome as a model reads it. */
    String told() {
      return artifacts.isEmpty()
          ? outcome.text()
          : outcome.text()
              + "\nkept for the user: "
              + artifacts.stream().map(Artifact::name).collect(Collectors.joining(", "));
    }
  }
}
