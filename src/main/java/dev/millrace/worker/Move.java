package dev.millrace.worker;

import dev.millrace.job.Ending;
import dev.millrace.journal.JobLog;
import java.time.Instant;

/** What a delivery calls for, as the logs stand. */
sealed interface Move {
  /** The job is over: do what is left to do, and settle. */
  record Finish(JobLog job) implements Move {}

  /** Somebody else works on the job; their own message comes back if they die. Settle. */
  record StepAside(JobLog job) implements Move {}

  /** The job waits for its time: send a copy for then, and settle. */
  record Await(JobLog job, Instant notBefore) implements Move {}

  /** The job is to end without being run. */
  record End(JobLog job, Ending ending) implements Move {}

  /** The job may bring its worker down: nothing else may run beside it. */
  record Solitude() implements Move {}

  /** The job is to be claimed and run. */
  record Take(JobLog job) implements Move {}

  /** A later version wrote this: leave it to one that understands it. */
  record Leave(String what) implements Move {}
}
