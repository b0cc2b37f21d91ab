package dev.millrace.intake;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.Queues;
import dev.millrace.bus.Reading;
import dev.millrace.bus.ResultTopic;
import dev.millrace.job.Digest;
import dev.millrace.job.Ending;
import dev.millrace.job.Finding;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Origin;
import dev.millrace.job.Owner;
import dev.millrace.job.StopReason;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes jobs in and takes them back. Safe for use by many threads and many processes at once. */
public final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  private final Journal journal;
  private final Admission admission;
  private final Results results;
  private final Aftermath aftermath;
  private final Pointers pointers;
  private final ResultTopic topic;
  private final Queues queues;
  private final Predicate<String> mayReplyTo;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param mayReplyTo the entities that a message may name as its reply-to
   */
  public Intake(
      Journal journal,
      Admission admission,
      Results results,
      Aftermath aftermath,
      Pointers pointers,
      ResultTopic topic,
      Queues queues,
      Predicate<String> mayReplyTo,
      InstantSource clock,
      RandomGenerator random) {
    this.journal = journal;
    this.admission = admission;
    this.results = results;
    this.aftermath = aftermath;
    this.pointers = pointers;
    this.topic = topic;
    this.queues = queues;
    this.mayReplyTo = mayReplyTo;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Submits a request. Once it answers {@link Submission.Accepted} the job will come to an end,
   * whatever happens to this process or to the broker.
   *
   * @param requestHash tells this request from another one under the same key
   * @param key the caller's own name for the request; the same key is the same job
   * @throws Unavailable when the store does not answer; submit again, under the same key
   */
  public Submission submit(
      Owner owner, JobRequest request, String requestHash, Optional<String> key) {
    return submit(owner, request, List.of(), requestHash, key, Origin.HTTP);
  }

  /**
   * Submits a request of which something was ignored, as the warnings say.
   *
   * @param origin through which door, and as a part of which trace
   * @see #submit(Owner, JobRequest, String, Optional)
   */
  public Submission submit(
      Owner owner,
      JobRequest request,
      List<String> warnings,
      String requestHash,
      Optional<String> key,
      Origin origin) {
    JobId id =
        key.map(k -> JobId.ofKey(owner, k))
            .orElseGet(() -> JobId.timeOrdered(clock.instant(), random));
    return submitted(
        new Admission.Candidate(
            id, owner, request, requestHash, origin, null, warnings, List.of()));
  }

  private Submission submitted(Admission.Candidate candidate) {
    Submission submission = admission.admit(candidate);
    if (submission instanceof Submission.Accepted(JobLog job)) {
      enqueue(job);
    }
    return submission;
  }

  private void enqueue(JobLog job) {
    JobState state = job.state();
    if (state.enqueued()) {
      return;
    }
    try {
      if (state.ended().isPresent()) {
        aftermath.finish(job);
      } else {
        var sent = new Entry.Enqueued(pointers.first(job));
        while (!state.enqueued() && !job.append(sent)) {
          // refused, and read on: a worker that has claimed it has said more
        }
      }
    } catch (Unavailable e) {
      log.atWarn().setCause(e).addKeyValue("job", job.job()).log("accepted; the sweeper goes on");
    }
  }

  /**
   * Meets a message that carries its whole request. Every delivery of it, and every copy its sender
   * makes, is the same job.
   */
  public Submission meet(Delivery.Received message, JobRequest request, List<String> warnings) {
    return meet(message, request, warnings, List.of());
  }

  /** Meets a message whose request can be read but not done: it becomes a job that has failed. */
  public Submission meetWrong(Delivery.Received message, Reading.Wrong wrong) {
    return meet(message, wrong.request(), List.of(), wrong.findings());
  }

  private Submission meet(
      Delivery.Received message,
      JobRequest request,
      List<String> warnings,
      List<Finding> findings) {
    Owner owner = queues.owner(message.entity());
    boolean replies = message.replyTo() != null && mayReplyTo.test(message.replyTo());
    var all = new ArrayList<>(findings);
    if (message.replyTo() != null && !replies) {
      all.add(
          new Finding(
              "ReplyTo",
              "results may not be sent to " + message.replyTo() + "; see millrace.reply-to.allow"));
    }
    var origin =
        new Origin(
            Origin.Via.QUEUE,
            message.entity(),
            message.identity(),
            message.correlationId(),
            replies ? message.replyTo() : null,
            message.replyToSessionId(),
            message.traceparent(),
            message.tracestate());
    JobId id = JobId.ofMessage(owner.tenant(), message.entity(), message.identity());
    String hash = Digest.sha256(message.body());
    Submission submission =
        admission.admit(
            new Admission.Candidate(
                id, owner, request, hash, origin, message.expiresAt(), warnings, all));
    if (submission instanceof Submission.KeyReused(JobRef job)) {
      String target = origin.replyTo() == null ? results.topic() : origin.replyTo();
      topic.publish(target, results.conflict(message, job, request));
    }
    return submission;
  }

  /** What became of a wish to cancel. */
  public enum Cancellation {
    /** The job is over now. */
    CANCELED,
    /** Somebody works on it, and stops at the next step or within seconds. */
    REQUESTED,
    /** It was over before. */
    ENDED,
    UNKNOWN
  }

  /** Cancels a job. */
  public Cancellation cancel(JobRef ref, String by) {
    JobLog job = journal.job(ref);
    if (!job.exists()) {
      return Cancellation.UNKNOWN;
    }
    while (job.state().ended().isEmpty()) {
      if (job.state().attempts().standing().isPresent()) {
        if (job.state().cancelRequested() || job.append(new Entry.CancelRequested(by))) {
          return Cancellation.REQUESTED; // noted once: each note would end the silence of the log
        }
      } else if (job.append(
          results.ended(job, Ending.cutShort(StopReason.CANCELED, job.state().soFar())))) {
        finish(job);
        return Cancellation.CANCELED;
      }
    }
    return Cancellation.ENDED;
  }

  private void finish(JobLog job) {
    try {
      aftermath.finish(job);
    } catch (Unavailable e) {
      log.atWarn().setCause(e).addKeyValue("job", job.job()).log("ended; the sweeper goes on");
    }
  }

  /**
   * Submits an ended job once more, as a new one. Absent when it has not ended, or is unknown, or
   * was never fit to be run: what was wrong with it would be wrong again.
   */
  public Optional<Submission> retry(JobRef ref) {
    JobLog job = journal.job(ref);
    if (!job.exists() || !mayRunAgain(job.state())) {
      return Optional.empty();
    }
    JobId id = JobId.timeOrdered(clock.instant(), random);
    return Optional.of(submitted(admission.repeat(job, id)));
  }

  /** Whether a job is over, and was fit to be run. */
  public static boolean mayRunAgain(JobState state) {
    return state
        .ended()
        .filter(end -> end.stopReason() != StopReason.INVALID || state.attempts().epoch() > 0)
        .isPresent();
  }
}
