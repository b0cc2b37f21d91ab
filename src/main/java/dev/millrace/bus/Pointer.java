package dev.millrace.bus;

import dev.millrace.job.JobRef;
import org.jspecify.annotations.Nullable;

/**
 * A message that says "look at this job now". Every copy has an id of its own.
 *
 * @param traceparent the trace that the job belongs to
 */
public record Pointer(String messageId, JobRef job, @Nullable String traceparent) {
  public static final String SUBJECT = "job.pointer";

  private static final String REDRIVE = "/redrive/";

  /** The first pointer of a job. */
  public static Pointer first(JobRef job) {
    return new Pointer(job.id().value(), job, null);
  }

  /** A wake-up or a continuation. */
  public static Pointer again(JobRef job, String random) {
    return new Pointer(job.id() + "/again/" + random, job, null);
  }

  /** The sweeper's: it may take over a claim that has been silent for too long. */
  public static Pointer redrive(JobRef job, String random) {
    return new Pointer(job.id() + REDRIVE + random, job, null);
  }

  /** The same, as part of a trace. */
  public Pointer traced(@Nullable String trace) {
    return new Pointer(messageId, job, trace);
  }

  /** Whether a message of this id was sent by {@link #redrive}. */
  public static boolean isRedrive(Delivery.Received message) {
    return message.identity().contains(REDRIVE);
  }
}
