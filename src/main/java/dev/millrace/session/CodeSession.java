package dev.millrace.session;

import dev.millrace.job.ToolOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One place where code runs, one execution at a time.
 *
 * @see SessionPool
 */
public interface CodeSession {
  /** When the session came into being; absent when it does not exist now. */
  Optional<Instant> createdAt();

  /**
   * Runs code. What the code did wrong is in the outcome, not thrown. An interrupt stops the code
   * as well as the call.
   *
   * @param executionId names this execution from now on; naming one that the session knows answers
   *     that one's outcome and runs nothing
   * @throws dev.millrace.job.Unavailable when the pool has no room, or cannot be reached; the code
   *     may be running all the same
   */
  ToolOutcome run(String executionId, String code, Duration limit);

  /**
   * The outcome of an execution begun earlier, waiting for it if it still runs. Absent when the
   * session does not know it.
   *
   * @throws dev.millrace.job.Unavailable when the pool cannot be reached
   */
  Optional<ToolOutcome> find(String executionId);

  /** Ends the session. Nothing happens when there is none. */
  void release();
}
