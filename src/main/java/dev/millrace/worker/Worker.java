package dev.millrace.worker;

import dev.millrace.agent.Agents;
import dev.millrace.agent.loop.AgentLoop;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.Reading;
import dev.millrace.bus.RequestReader;
import dev.millrace.bus.Verdict;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.intake.Submission;
import dev.millrace.job.JobRef;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Journal;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles deliveries, any number at a time. Safe for use by many threads. */
public final class Worker {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /** How long a delivery is held that cannot be handled now: the broker gives it out again then. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Optional<Verdict> GIVE_BACK = Optional.of(new Verdict.LetGo(Duration.ZERO));

  private final String name;
  private final Journal journal;
  private final Index index;
  private final RequestReader reader;
  private final Intake intake;
  private final Results results;
  private final Aftermath aftermath;
  private final Pointers pointers;
  private final Look look;
  private final Shift shift;
  private final Shares shares;
  private volatile boolean stopping;

  /**
   * @param name tells this worker from others, for people
   */
  public Worker(String name, Desk desk, Agents agents, AgentLoop loop) {
    this.name = name;
    this.journal = desk.journal();
    this.index = desk.index();
    this.reader = desk.reader();
    this.intake = desk.intake();
    this.results = desk.results();
    this.aftermath = desk.aftermath();
    this.pointers = desk.pointers();
    this.look = new Look(desk);
    this.shift = new Shift(desk, agents, loop);
    this.shares = desk.shares();
  }

  /** From here on every job is let go at its next step. */
  public void stop() {
    stopping = true;
  }

  /** Does what a delivery calls for, and says what is to become of it. Throws nothing. */
  public Verdict handle(Delivery delivery) {
    try {
      return switch (reader.read(delivery.message().body())) {
        case Reading.PointsTo(JobRef job) -> pointedAt(delivery, job);
        case Reading.Wants(var request, var warnings, var manner) ->
            admitted(delivery, intake.meet(delivery.message(), request, warnings));
        case Reading.Wrong wrong -> admitted(delivery, intake.meetWrong(delivery.message(), wrong));
        case Reading.Unreadable(String reason, String description) ->
            new Verdict.DeadLetter(reason, description);
      };
    } catch (Unavailable e) {
      log.atWarn()
          .setCause(e)
          .addKeyValue("message", delivery.message().identity())
          .log("message let go; it comes again");
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      log.atError()
          .setCause(e)
          .addKeyValue("message", delivery.message().identity())
          .log("message let go after a fault of ours; it comes again");
    }
    return new Verdict.LetGo(PAUSE);
  }

  private Verdict pointedAt(Delivery delivery, JobRef ref) {
    JobLog job = journal.job(ref);
    if (job.exists()) {
      return attend(delivery, job);
    }
    if (job.newer().isPresent()) {
      return new Verdict.LetGo(PAUSE);
    }
    return index.gone(ref)
        ? new Verdict.Done()
        : new Verdict.DeadLetter(
            "unknown-job",
            job.corrupt()
                .orElse("no job was submitted as " + ref + "; only Millrace sends pointers"));
  }

  private Verdict admitted(Delivery delivery, Submission submission) {
    return switch (submission) {
      case Submission.Accepted(JobLog job) -> attend(delivery, job);
      case Submission.KeyReused reused -> new Verdict.Done(); // its sender has been told
      case Submission.Gone gone -> new Verdict.Done();
    };
  }

  /** Looks and acts until the delivery is dealt with; whoever was overtaken looks again. */
  private Verdict attend(Delivery delivery, JobLog own) {
    while (delivery.locked()) {
      switch (look.at(delivery, own)) {
        case Move.Finish(JobLog job) -> {
          if (index.isOpen(job.job())) {
            aftermath.finish(job); // else it is long done, down to the wake of the next turn
          }
          Optional<JobLog> held = look.claimedUnder(delivery, own);
          if (held.isEmpty()) {
            return new Verdict.Done();
          }
          own = held.get(); // settled now, that claim would have no message behind it
        }
        case Move.StepAside aside -> {
          return new Verdict.Done();
        }
        case Move.Await(JobLog job, var notBefore) -> {
          pointers.later(job, notBefore);
          return new Verdict.Done();
        }
        case Move.End(JobLog job, var ending) -> {
          if (job.append(results.ended(job, ending))) {
            Shift.tell(job);
            aftermath.finish(job);
            return new Verdict.Done();
          }
        }
        case Move.Solitude solitude -> {
          return new Verdict.Alone();
        }
        case Move.Leave(String what) -> {
          log.atWarn()
              .addKeyValue("job", own.job())
              .addKeyValue("what", what)
              .log("log of a later version left alone; it comes again");
          return new Verdict.LetGo(PAUSE);
        }
        case Move.Take(JobLog job) -> {
          Optional<Verdict> verdict = inTurn(delivery, job);
          if (verdict.isPresent()) {
            return verdict.get();
          }
        }
      }
    }
    return new Verdict.LetGo(Duration.ZERO);
  }

  /**
   * Runs a job unless its tenant has as many running as it may: then a pointer comes at its turn.
   * One that a worker has died over has to be run under this very message.
   */
  private Optional<Verdict> inTurn(Delivery delivery, JobLog job) {
    String tenant = job.job().tenant();
    boolean inAnyCase = delivery.alone() || job.state().attempts().standing().isPresent();
    Optional<Duration> pause = shares.begin(tenant, inAnyCase);
    if (pause.isPresent()) {
      pointers.later(job, shift.after(delivery, pause.get()));
      return Optional.of(new Verdict.Done());
    }
    try {
      return take(delivery, job);
    } finally {
      shares.over(tenant, job.state().endedAt().map(end -> job.state().workedFor(end)));
    }
  }

  /** Claims a job and works on it. Empty when somebody else was faster. */
  private Optional<Verdict> take(Delivery delivery, JobLog job) {
    if (stopping || !delivery.enter(kind(job))) {
      return GIVE_BACK;
    }
    if (!delivery.renew()) {
      return GIVE_BACK;
    }
    Entry.Claimed claim = claim(delivery, job);
    if (job.append(claim)) {
      try {
        return Optional.of(
            shift.work(delivery, job, claim.epoch(), () -> stopping || delivery.recalled()));
      } catch (Halt halt) {
        log.atInfo().addKeyValue("job", job.job()).addKeyValue("why", halt.why()).log("job halted");
      }
    }
    return Optional.empty();
  }

  private static Delivery.Kind kind(JobLog job) {
    return switch (job.state().request().kind()) {
      case BATCH -> Delivery.Kind.BATCH;
      case AGENT, WORKFLOW ->
          job.state().conversation().isPresent() ? Delivery.Kind.CONVERSATION : Delivery.Kind.JOB;
    };
  }

  private Entry.Claimed claim(Delivery delivery, JobLog job) {
    var message = delivery.message();
    return new Entry.Claimed(
        job.state().attempts().epoch() + 1,
        name,
        message.entity(),
        message.sequenceNumber(),
        delivery.alone());
  }
}
