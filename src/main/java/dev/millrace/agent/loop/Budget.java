package dev.millrace.agent.loop;

import dev.millrace.job.Artifact;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Limits;
import dev.millrace.job.StopReason;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a job may use, and which part of it is used up. It is worked out from the log each time, so
 * whoever takes over comes to the same answer. Time is as late as the last step at least: what was
 * written because it was up stays true, also for who takes over from a worker that has died.
 */
record Budget(Limits limits) {
  /** What the agent may use, or less where the request says so. */
  static Budget of(JobRequest request, Limits agents) {
    return new Budget(request.limits() == null ? agents : request.limits().within(agents));
  }

  /**
   * What was used of it.
   *
   * @param refused whether calls were wanted for which something was used up
   */
  record Spent(
      int turns, int toolCalls, boolean refused, long tokens, long seconds, long outputBytes) {
    /**
     * @param open how many calls are made but not ended: those of agents that called agents
     */
    static Spent of(JobState state, Instant now, int open) {
      int turns = 0;
      int toolCalls = open;
      boolean refused = false;
      long bytes = 0;
      for (Step step : state.steps()) {
        switch (step) {
          case Step.Model model -> turns++;
          case Step.Tool tool -> {
            boolean made = tool.executionId() != null;
            toolCalls += made ? 1 : 0;
            refused |= !made;
            bytes += size(tool.outcome(), tool.artifacts());
          }
        }
      }
      Usage usage = state.usage();
      return new Spent(
          turns,
          toolCalls,
          refused,
          usage.inputTokens() + usage.outputTokens(),
          state.workedFor(now).toSeconds(),
          bytes);
    }

    Spent answered(Usage usage) {
      long more = usage.inputTokens() + usage.outputTokens();
      return new Spent(turns + 1, toolCalls, refused, tokens + more, seconds, outputBytes);
    }

    Spent called(ToolOutcome outcome, List<Artifact> made) {
      long bytes = outputBytes + size(outcome, made);
      return new Spent(turns, toolCalls + 1, refused, tokens, seconds, bytes);
    }

    private static long size(ToolOutcome outcome, List<Artifact> made) {
      long texts =
          Stream.of(outcome.stdout(), outcome.stderr(), outcome.result(), outcome.error())
              .mapToLong(text -> text == null ? 0 : text.length())
              .sum();
      return texts + made.stream().mapToLong(Artifact::size).sum();
    }
  }

  /** What is used up before the model is asked to go on. */
  Optional<StopReason> beforeTurn(Spent spent) {
    if (spent.turns() >= limits.turns()) {
      return Optional.of(StopReason.BUDGET_TURNS);
    }
    return spent.refused() ? beforeCall(spent) : beforeAnything(spent);
  }

  /** What is used up before a tool is called. */
  Optional<StopReason> beforeCall(Spent spent) {
    return spent.toolCalls() >= limits.toolCalls()
        ? Optional.of(StopReason.BUDGET_TOOL_CALLS)
        : beforeAnything(spent);
  }

  /** For how long something may go on that is begun now. */
  Duration left(Spent spent, Duration longest) {
    long left = Math.max(1, limits.seconds() - spent.seconds());
    return longest.toSeconds() <= left ? longest : Duration.ofSeconds(left);
  }

  private Optional<StopReason> beforeAnything(Spent spent) {
    if (spent.tokens() >= limits.tokens()) {
      return Optional.of(StopReason.BUDGET_TOKENS);
    }
    if (spent.seconds() >= limits.seconds()) {
      return Optional.of(StopReason.BUDGET_SECONDS);
    }
    return spent.outputBytes() > limits.outputBytes()
        ? Optional.of(StopReason.BUDGET_OUTPUT)
        : Optional.empty();
  }
}
