package dev.millrace.job;

import org.jspecify.annotations.Nullable;

/** What a request allows itself of what its agent may use; null where the agent's limit holds. */
public record Caps(
    @Nullable Long turns,
    @Nullable Long toolCalls,
    @Nullable Long tokens,
    @Nullable Long seconds,
    @Nullable Long outputBytes) {

  /** The least of both; nobody gets more than the agent may use. */
  public Limits within(Limits agents) {
    return new Limits(
        (int) least(turns, agents.turns()),
        (int) least(toolCalls, agents.toolCalls()),
        least(tokens, agents.tokens()),
        (int) least(seconds, agents.seconds()),
        least(outputBytes, agents.outputBytes()));
  }

  private static long least(@Nullable Long asked, long agents) {
    return asked == null ? agents : Math.min(asked, agents);
  }
}
