package dev.millrace.intake;

import dev.millrace.job.JobRef;
import dev.millrace.journal.JobLog;

/** What became of a request. */
public sealed interface Submission {
  /** The job exists, durably, whether it was made now or before. */
  record Accepted(JobLog log) implements Submission {}

  /** This key, or this MessageId, stands for another request. */
  record KeyReused(JobRef job) implements Submission {}

  /** The job was deleted after its end. */
  record Gone(JobRef job) implements Submission {}
}
