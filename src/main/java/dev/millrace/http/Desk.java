package dev.millrace.http;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.intake.Removal;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import dev.millrace.security.Caller;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Predicate;

/** Finds jobs for callers. What is not theirs is not there, and nothing tells the difference. */
@Singleton
public final class Desk {
  private final Journal journal;
  private final Removal removal;

  Desk(Journal journal, Removal removal) {
    this.journal = journal;
    this.removal = removal;
  }

  /** Who calls; {@link Admittance} has let nobody in without knowing. */
  public Caller caller(HttpRequest<?> request) {
    return Admittance.caller(request).orElseThrow();
  }

  /**
   * The job of this id.
   *
   * @throws Refusal when there is none for this caller, or none any more
   */
  JobLog job(HttpRequest<?> request, String id) {
    Caller caller = caller(request);
    JobRef ref = ref(caller, id);
    JobLog job = journal.job(ref);
    if (job.exists() && caller.mayUse(job.state().owner())) {
      return job;
    }
    throw job.exists() ? unknown() : gone(caller, ref);
  }

  private static JobRef ref(Caller caller, String id) {
    try {
      return new JobRef(caller.tenant(), new JobId(id));
    } catch (IllegalArgumentException e) {
      throw Refusal.of(Code.NOT_FOUND, "A job id has 1 to 64 letters, digits and hyphens.");
    }
  }

  /** A message may be on its way whose job will have this id, so it is worth asking again. */
  private static Refusal unknown() {
    return Refusal.of(Code.NOT_FOUND, "No job of this id has been seen.")
        .with(HttpHeaders.RETRY_AFTER, "2");
  }

  /** What is answered for a job that is not there: how it ended, if it is the caller's. */
  Refusal gone(Caller caller, JobRef job) {
    return removal
        .outcome(job)
        .filter(outcome -> caller.mayUse(new Owner(job.tenant(), outcome.owner())))
        .map(
            outcome ->
                Refusal.of(Code.GONE, "The job was deleted after its end.")
                    .telling("outcome", outcome))
        .orElseGet(Desk::unknown);
  }

  /** The job as it is once it is as wanted, or once the time is up. */
  public JobLog await(JobLog job, Duration limit, Predicate<JobLog> wanted) {
    if (limit.isZero() || wanted.test(job)) {
      return job;
    }
    try (var watch = journal.watch(job.job())) {
      long end = System.nanoTime() + limit.toNanos();
      while (!wanted.test(job.refresh())) {
        long position = job.position();
        long left = end - System.nanoTime();
        if (left <= 0 || !watch.await(position, Duration.ofNanos(left))) {
          return job;
        }
        if (job.refresh().position() == position) {
          return job; // deleted meanwhile
        }
      }
      return job;
    }
  }
}
