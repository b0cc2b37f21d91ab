package dev.millrace.bus;

import dev.millrace.job.JobRef;

/** A message that says "look at this job now". Every copy has an id of its own. */
public record Pointer(String messageId, JobRef job) {
  public static final String SUBJECT = "job.pointer";

  private static final String REDRIVE = "/redrive/";

  /** The first pointer of a job. */
  public static Pointer first(JobRef job) {
    return new Pointer(job.id().value(), job);
  }

  /** A wake-up or a continuation. */
  public static Pointer again(JobRef job, String random) {
    return new Pointer(job.id() + "/again/" + random, job);
  }

  /** The sweeper's: it may take over a claim that has been silent for too long. */
  public static Pointer redrive(JobRef job, String random) {
    return new Pointer(job.id() + REDRIVE + random, job);
  }

  /** Whether a message of this id was sent by {@link #redrive}. */
  public static boolean isRedrive(Delivery.Received message) {
    return message.identity().contains(REDRIVE);
  }
}
