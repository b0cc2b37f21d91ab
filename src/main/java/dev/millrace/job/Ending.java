package dev.millrace.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended, before it is written down.
 *
 * @param response the answer, or what was found so far
 * @param failure only where the status is {@code failed}
 */
public record Ending(
    StopReason reason, String response, @Nullable Object structured, @Nullable Failure failure) {
  public Ending {
    if ((reason.status() == Status.FAILED) != (failure != null)) {
      throw new IllegalArgumentException("a failure, and nothing else, says why: " + reason);
    }
  }

  public static Ending answered(String response) {
    return new Ending(StopReason.ANSWERED, response, null, null);
  }

  /** Cut short by a limit, the deadline or a person; what was found so far is kept. */
  public static Ending cutShort(StopReason reason, String soFar) {
    return new Ending(reason, soFar, null, null);
  }

  public static Ending failed(StopReason reason, String message, List<Finding> details) {
    return new Ending(reason, "", null, new Failure(reason.word(), message, details));
  }
}
