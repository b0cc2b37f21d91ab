package dev.millrace.worker;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.Pointer;
import dev.millrace.intake.Conversations;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.StopReason;
import dev.millrace.journal.Attempts;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Decides what a delivery calls for. It changes nothing but a missing place in line. */
final class Look {
  private final Journal journal;
  private final Conversations conversations;
  private final Patience patience;
  private final InstantSource clock;

  Look(Desk desk) {
    this.journal = desk.journal();
    this.conversations = desk.conversations();
    this.patience = desk.patience();
    this.clock = desk.clock();
  }

  /**
   * @param own the job that the delivery points at; the one to look at may be another, earlier turn
   *     of its conversation
   */
  Move at(Delivery delivery, JobLog own) {
    own.refresh();
    if (own.newer().isPresent()) {
      return new Move.Leave(own.newer().get());
    }
    if (own.state().ended().isEmpty()) {
      conversations.enlist(own);
    }
    if (own.state().ended().isPresent()) {
      return new Move.Finish(own);
    }
    Optional<JobId> head = conversations.head(own);
    while (head.isPresent() && !head.get().equals(own.job().id()) && lost(own, head.get())) {
      head = conversations.passOver(own, head.get());
    }
    if (head.isEmpty()) {
      boolean hadPlace = own.refresh().state().attempts().epoch() > 0;
      // it ended and left the line while we looked; or the line was lost while it had its place
      return hadPlace ? atHead(delivery, own) : at(delivery, own);
    }
    return atHead(delivery, head.get().equals(own.job().id()) ? own : read(own, head.get()));
  }

  /** Whether nobody can ever say what that job was: the first line of its log is gone. */
  private boolean lost(JobLog neighbour, JobId head) {
    JobLog log = read(neighbour, head);
    return !log.exists() && log.newer().isEmpty();
  }

  private JobLog read(JobLog neighbour, JobId head) {
    return journal.job(new JobRef(neighbour.job().tenant(), head));
  }

  private Move atHead(Delivery delivery, JobLog job) {
    if (job.newer().isPresent()) {
      return new Move.Leave(job.newer().get());
    }
    JobState state = job.state();
    Attempts attempts = state.attempts();
    if (state.ended().isPresent()) {
      return new Move.Finish(job);
    }
    if (job.corrupt().isPresent()) {
      return new Move.End(job, corrupt(job.corrupt().get()));
    }
    if (attempts.standing().isPresent() && !mayTakeOver(delivery, job, attempts.standing().get())) {
      return new Move.StepAside(job);
    }
    Instant now = clock.instant();
    if (!now.isBefore(state.submitted().deadline())) {
      return new Move.End(job, Ending.cutShort(StopReason.DEADLINE, state.soFar()));
    }
    if (state.cancelRequested()) {
      return new Move.End(job, Ending.cutShort(StopReason.CANCELED, state.soFar()));
    }
    Instant brokers = delivery.message().enqueuedAt(); // a copy sent for a time comes no earlier
    if (attempts.notBefore().filter(now::isBefore).filter(brokers::isBefore).isPresent()) {
      return new Move.Await(job, attempts.notBefore().get());
    }
    if (attempts.poisonous()) {
      return new Move.End(job, poison());
    }
    return attempts.needsSolitude() && !delivery.alone() ? new Move.Solitude() : new Move.Take(job);
  }

  /**
   * The broker gives out the message of a claim again only when its holder has lost it. Any other
   * message says nothing about the holder, unless the sweeper sent it and the log itself is silent.
   */
  private boolean mayTakeOver(Delivery delivery, JobLog job, Entry.Claimed claim) {
    return sameMessage(delivery, claim)
        || (Pointer.isRedrive(delivery.message()) && silent(delivery.message(), job));
  }

  private static boolean sameMessage(Delivery delivery, Entry.Claimed claim) {
    Delivery.Received message = delivery.message();
    return claim.entity().equals(message.entity())
        && claim.sequenceNumber() == message.sequenceNumber();
  }

  /**
   * The head of the conversation, where its standing claim was made under this very message. That
   * happens when the message of a later turn came first, and its own job was canceled meanwhile.
   */
  Optional<JobLog> claimedUnder(Delivery delivery, JobLog own) {
    return conversations
        .head(own)
        .filter(head -> !head.equals(own.job().id()))
        .map(head -> read(own, head))
        .filter(head -> head.exists() && head.state().ended().isEmpty())
        .filter(
            head ->
                head.state()
                    .attempts()
                    .standing()
                    .filter(claim -> sameMessage(delivery, claim))
                    .isPresent());
  }

  /**
   * The sweeper sends a redrive after a long silence, and then notes it in the log, which ends the
   * silence as the store sees it. So either is proof: the note, with nothing of the holder's behind
   * it, or the silence itself, where the message was faster than the note.
   */
  private boolean silent(Delivery.Received redrive, JobLog job) {
    return job.state().sentInSilence(redrive.identity())
        || job.silence().compareTo(patience.silence()) > 0;
  }

  private static Ending corrupt(String what) {
    return Ending.failed(
        StopReason.CORRUPT, "the log of this job was damaged in the store: " + what, List.of());
  }

  private static Ending poison() {
    return Ending.failed(
        StopReason.POISON,
        "three workers in a row died over this job while they ran nothing else",
        List.of());
  }
}
