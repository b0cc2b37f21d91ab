package dev.millrace.worker;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.agent.loop.AgentLoop;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Verdict;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.job.Ending;
import dev.millrace.job.Finding;
import dev.millrace.job.StopReason;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a worker does with a job it has claimed: run it, and end it or let it go. */
final class Shift {
  private static final Logger log = LoggerFactory.getLogger(Shift.class);
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(5);
  private static final int DOUBLINGS = 6;

  private final Journal journal;
  private final Agents agents;
  private final AgentLoop loop;
  private final Results results;
  private final Aftermath aftermath;
  private final Pointers pointers;
  private final Patience patience;
  private final InstantSource clock;

  Shift(Desk desk, Agents agents, AgentLoop loop) {
    this.journal = desk.journal();
    this.agents = agents;
    this.loop = loop;
    this.results = desk.results();
    this.aftermath = desk.aftermath();
    this.pointers = desk.pointers();
    this.patience = desk.patience();
    this.clock = desk.clock();
  }

  /**
   * Works on a job that this worker has claimed.
   *
   * @param epoch of its claim
   * @throws Halt when the job is not ours any more
   */
  Verdict work(Delivery delivery, JobLog job, int epoch, BooleanSupplier stopping) {
    var claim = new Claim(job, epoch, delivery::locked, stopping);
    log.atInfo()
        .addKeyValue("job", job.job())
        .addKeyValue(
            "agent", agents.find(job.state().request().agent()).map(Agent::name).orElse("-"))
        .addKeyValue("queue", delivery.message().entity())
        .addKeyValue("claim", epoch)
        .log("job taken");
    try {
      return end(delivery, claim, run(claim));
    } catch (Halt halt) {
      log.atInfo().addKeyValue("job", job.job()).addKeyValue("why", halt.why()).log("job halted");
      return switch (halt.why()) {
        case FENCED, ENDED, LOCK_LOST -> throw halt;
        case CANCELED -> end(delivery, claim, cutShort(claim, StopReason.CANCELED));
        case OVERDUE -> end(delivery, claim, cutShort(claim, StopReason.DEADLINE));
        case STOPPING -> release(claim, Entry.Released.STOPPING, clock.instant());
        case NO_MODEL -> outage(delivery, claim, StopReason.MODEL_UNAVAILABLE, halt);
        case NO_SESSION -> outage(delivery, claim, StopReason.SESSIONS_UNAVAILABLE, halt);
      };
    } catch (Unavailable e) {
      log.atWarn().setCause(e).addKeyValue("job", job.job()).log("job let go; it goes on later");
      return release(claim, Entry.Released.STORE_AWAY, after(delivery, FIRST_BACK_OFF));
    }
  }

  private Ending run(Claim claim) {
    JobState state = claim.state();
    String name = state.request().agent();
    Optional<Agent> agent = agents.find(name);
    if (agent.isEmpty()) {
      var finding =
          new Finding("/agent", "there is no agent " + name + "; there are: " + agents.names());
      return Ending.failed(StopReason.INVALID, "the request cannot be done", List.of(finding));
    }
    try {
      return loop.run(claim, agent.get(), past(state));
    } catch (Halt | Unavailable e) {
      throw e;
    } catch (RuntimeException e) {
      log.atError()
          .setCause(e)
          .addKeyValue("job", claim.log().job())
          .log("job failed by a fault of ours");
      return Ending.failed(
          StopReason.INTERNAL, "a fault of the worker, not of the request", List.of());
    }
  }

  private ConversationPast past(JobState state) {
    return state
        .conversation()
        .map(conversation -> journal.conversation(conversation).past())
        .orElse(ConversationPast.NONE);
  }

  private Verdict end(Delivery delivery, Claim claim, Ending ending) {
    claim.append(results.ended(claim.log(), ending));
    tell(claim.log());
    if (!delivery.locked()) {
      throw new Halt(Halt.Why.LOCK_LOST);
    }
    aftermath.finish(claim.log());
    return new Verdict.Done();
  }

  /** One line for whoever looks after this; nothing in it that a caller or a model has written. */
  static void tell(JobLog job) {
    JobState state = job.state();
    StopReason reason = state.ended().orElseThrow().stopReason();
    log.atInfo()
        .addKeyValue("job", job.job())
        .addKeyValue("status", reason.status().word())
        .addKeyValue("reason", reason.word())
        .addKeyValue("seconds", state.workedFor(state.endedAt().orElseThrow()).toMillis() / 1000.0)
        .log("job ended");
  }

  private Verdict release(Claim claim, String why, Instant notBefore) {
    claim.append(new Entry.Released(claim.epoch(), why, notBefore));
    pointers.later(claim.log(), notBefore);
    return new Verdict.Done();
  }

  private Verdict outage(Delivery delivery, Claim claim, StopReason reason, Halt halt) {
    var attempts = claim.state().attempts();
    Instant now = clock.instant();
    Instant since = attempts.awaySince().orElse(now);
    if (!now.isBefore(since.plus(patience.outage()))) {
      String what =
          halt.getCause() == null ? "it did not answer in time" : halt.getCause().getMessage();
      return end(
          delivery,
          claim,
          Ending.failed(reason, "given up since " + since + ": " + what, List.of()));
    }
    int doublings = Math.min(DOUBLINGS, attempts.outages());
    Duration backOff = FIRST_BACK_OFF.multipliedBy(1L << doublings);
    return release(claim, reason.word(), after(delivery, backOff));
  }

  /** A clock that is late would name a time that the broker finds past: the copy came at once. */
  Instant after(Delivery delivery, Duration pause) {
    Instant now = clock.instant();
    Instant brokers = delivery.message().enqueuedAt();
    return (brokers.isAfter(now) ? brokers : now).plus(pause);
  }

  private static Ending cutShort(Claim claim, StopReason reason) {
    return Ending.cutShort(reason, claim.state().soFar());
  }
}
