package dev.millrace.tool;

import dev.millrace.job.ToolOutcome;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Something a model can have done. Safe for use by many threads; an interrupt ends a call and what
 * it set going.
 */
public interface Tool {
  /** Unique among an agent's tools; letters, digits, hyphens and underscores. */
  String name();

  /** What it does and when to use it, for the model. */
  String description();

  /** A JSON Schema of the arguments. */
  Map<String, Object> schema();

  /** What it needs to be allowed elsewhere by the owner of a job, all of it in one place. */
  default Set<String> scopes() {
    return Set.of();
  }

  /**
   * Does it. What went wrong for a reason that the model can mend is in the outcome.
   *
   * @throws dev.millrace.job.Unavailable when the tool's host cannot be reached; the call will be
   *     tried again under the same execution id
   */
  ToolOutcome call(Map<String, Object> arguments, ToolContext context);

  /**
   * The outcome of a call that was begun by a worker that is gone, waiting for it if it still runs.
   * Absent when it is not known; it is then made once more.
   */
  default Optional<ToolOutcome> find(ToolContext context) {
    return Optional.empty();
  }
}
