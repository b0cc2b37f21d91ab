package dev.millrace.worker;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.Queues;
import dev.millrace.bus.Reading;
import dev.millrace.bus.RequestReader;
import dev.millrace.bus.Verdict;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Conversations;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.intake.Submission;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRef;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Attempts;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the open jobs that no message points to any more, and sees to them. Any replica may sweep
 * at any time: whatever two of them do twice is harmless.
 */
public final class Sweeper {
  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
  private static final Duration NEVER_SUBMITTED = Duration.ofHours(1);
  private static final int DOUBLINGS = 10;

  private final Journal journal;
  private final Index index;
  private final RequestReader reader;
  private final Intake intake;
  private final Conversations conversations;
  private final Results results;
  private final Aftermath aftermath;
  private final Pointers pointers;
  private final JobQueue queue;
  private final Queues queues;
  private final Leftovers leftovers;
  private final Patience patience;
  private final InstantSource clock;
  private volatile Duration longestWait = Duration.ZERO;

  public Sweeper(Desk desk, JobQueue queue, Queues queues, Leftovers leftovers) {
    this.journal = desk.journal();
    this.index = desk.index();
    this.reader = desk.reader();
    this.intake = desk.intake();
    this.conversations = desk.conversations();
    this.results = desk.results();
    this.aftermath = desk.aftermath();
    this.pointers = desk.pointers();
    this.queue = queue;
    this.queues = queues;
    this.leftovers = leftovers;
    this.patience = desk.patience();
    this.clock = desk.clock();
  }

  /**
   * Looks at every open job once, and at what the broker has set aside, and forgets old uploads.
   * One job that cannot be seen to now holds up no other.
   */
  public void sweep() {
    Duration longest = Duration.ZERO;
    String continuation = null;
    do {
      Index.Open page = index.open(continuation);
      for (Index.Open.Entry open : page.jobs()) {
        Duration wait = quietly(open);
        longest = wait.compareTo(longest) > 0 ? wait : longest;
      }
      continuation = page.next();
    } while (continuation != null);
    longestWait = longest;
    for (Queues.Queue each : queues.queues()) {
      queue.deadLetters(each.name(), this::setAside);
    }
    leftovers.forget();
  }

  /**
   * How long a job had waited at the last sweep that nobody had begun, whichever waited longest.
   * Nothing, where it was less than a lock. Turns of a conversation wait for each other, and count
   * for nothing here.
   */
  public Duration longestWait() {
    return longestWait;
  }

  private Duration quietly(Index.Open.Entry open) {
    if (open.age().compareTo(patience.lock()) <= 0) {
      return Duration.ZERO;
    }
    try {
      return see(open) ? open.age() : Duration.ZERO;
    } catch (Unavailable e) {
      log.atWarn()
          .setCause(e)
          .addKeyValue("job", open.job())
          .log("not seen to; the next sweep tries again");
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      log.atError()
          .setCause(e)
          .addKeyValue("job", open.job())
          .log("not seen to after a fault of ours; the next sweep tries again");
    }
    return Duration.ZERO;
  }

  /** Answers whether the job still waits for somebody to begin it. */
  private boolean see(Index.Open.Entry open) {
    JobLog job = journal.job(open.job());
    if (!job.exists()) {
      if (open.age().compareTo(NEVER_SUBMITTED) > 0 && job.position() == 0) {
        index.closed(open.job());
        if (job.refresh().exists()) { // submitted at this very moment
          index.opening(open.job(), clock.instant());
        }
      }
      return false;
    }
    if (job.newer().isEmpty() && job.silence().compareTo(patience.lock()) > 0) {
      see(job);
    }
    return job.state().status() == Status.QUEUED && job.state().conversation().isEmpty();
  }

  private void see(JobLog job) {
    JobState state = job.state();
    if (state.ended().isPresent()) {
      aftermath.finish(job);
      return;
    }
    boolean idle = state.attempts().standing().isEmpty();
    if (idle && !clock.instant().isBefore(state.submitted().deadline())) {
      end(job, StopReason.DEADLINE);
    } else if (idle && state.cancelRequested()) {
      end(job, StopReason.CANCELED);
    } else if (!conversations.behind(job) && neglected(job)) {
      job.record(new Entry.Enqueued(idle ? pointers.again(job) : pointers.redrive(job)));
    }
  }

  private void end(JobLog job, StopReason reason) {
    if (job.append(results.ended(job, Ending.cutShort(reason, job.state().soFar())))) {
      aftermath.finish(job);
    }
  }

  /** Whether a message that points to the job is missed by now; each one sent doubles the wait. */
  private boolean neglected(JobLog job) {
    JobState state = job.state();
    Attempts attempts = state.attempts();
    Duration silence = job.silence();
    if (attempts.standing().isPresent()) {
      return silence.compareTo(doubled(patience.silence(), state.sends())) > 0;
    }
    if (!state.enqueued()) {
      return true;
    }
    Duration wait = doubled(patience.queued(), state.sends());
    Instant since = attempts.notBefore().orElse(Instant.MIN);
    return silence.compareTo(wait) > 0 && !clock.instant().isBefore(since);
  }

  private static Duration doubled(Duration wait, int times) {
    return wait.multipliedBy(1L << Math.min(DOUBLINGS, times));
  }

  /**
   * Sees to a message that nobody can hold any more. {@link Verdict.Done} says that it is not
   * needed: its job is over, or another message points to it now.
   */
  public Verdict setAside(Delivery.Received message) {
    try {
      return byTheLog(message);
    } catch (Unavailable e) {
      log.atWarn()
          .setCause(e)
          .addKeyValue("message", message.identity())
          .log("message not seen to; it is tried again");
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      log.atError()
          .setCause(e)
          .addKeyValue("message", message.identity())
          .log("message not seen to after a fault of ours; it is tried again");
    }
    return new Verdict.LetGo(Duration.ZERO);
  }

  /** What the broker set aside: the log says what becomes of it, the broker's reason does not. */
  private Verdict byTheLog(Delivery.Received message) {
    return switch (reader.read(message.body())) {
      case Reading.PointsTo(JobRef ref) -> sentAgain(journal.job(ref));
      case Reading.Wants(var request, var warnings, var manner) ->
          sentAgain(intake.meet(message, request, warnings));
      case Reading.Wrong wrong -> sentAgain(intake.meetWrong(message, wrong));
      case Reading.Unreadable unreadable -> new Verdict.LetGo(Duration.ZERO);
    };
  }

  private Verdict sentAgain(Submission submission) {
    return switch (submission) {
      case Submission.Accepted(JobLog job) -> sentAgain(job);
      case Submission.KeyReused reused -> new Verdict.Done();
      case Submission.Gone gone -> new Verdict.Done();
    };
  }

  private Verdict sentAgain(JobLog job) {
    if (!job.exists()) {
      return new Verdict.LetGo(Duration.ZERO);
    }
    if (job.state().ended().isEmpty()) {
      job.record(new Entry.Enqueued(pointers.again(job)));
    } else {
      aftermath.finish(job);
    }
    return new Verdict.Done();
  }
}
