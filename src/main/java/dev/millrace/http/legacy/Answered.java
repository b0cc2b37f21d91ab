package dev.millrace.http.legacy;

import dev.millrace.bus.JobResult;
import dev.millrace.job.Status;
import dev.millrace.journal.JobLog;
import java.util.Objects;

/**
 * A job that has ended with an answer, or with as much of one as a limit has left time for.
 *
 * @param text the whole answer, however long it is
 */
public record Answered(JobLog job, JobResult result, String text) {
  /** Who has answered. */
  public String agent() {
    return result.agent();
  }

  /** The name of the model; empty if none was asked. */
  public String model() {
    return Objects.requireNonNullElse(result.model(), "");
  }

  /** As earlier systems call it: {@code success}, or {@code incomplete}. */
  public String status() {
    return job.state().status() == Status.SUCCEEDED ? "success" : result.status();
  }
}
