package dev.millrace.session;

import dev.millrace.job.ToolOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What running code came to.
 *
 * @param outcome what it printed, its value, and what went wrong
 * @param displays what it has shown, in order
 * @param rebuilt what was done before it ran, if the session had been lost
 */
public record Execution(ToolOutcome outcome, List<Display> displays, @Nullable Rebuilt rebuilt) {
  public Execution {
    displays = List.copyOf(displays);
  }

  public static Execution of(ToolOutcome outcome) {
    return new Execution(outcome, List.of(), null);
  }

  public Execution after(@Nullable Rebuilt before) {
    return new Execution(outcome, displays, before);
  }
}
