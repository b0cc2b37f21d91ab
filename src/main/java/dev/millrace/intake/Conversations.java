package dev.millrace.intake;

import dev.millrace.job.ConversationRef;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import dev.millrace.job.Usage;
import dev.millrace.journal.ConversationEntry;
import dev.millrace.journal.ConversationLog;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Index;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import dev.millrace.journal.Step;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Places in line. A job of a conversation is queued once, runs when it is the head, and leaves the
 * line with its turn.
 *
 * <p>Both moves are exact for any number of writers: each is decided from a conversation read up to
 * some position, then a job log read after that, and written only if the conversation still ends at
 * that position.
 */
public final class Conversations {
  /** A code session that was lost is built again from at most so many earlier turns. */
  private static final int MOST_JOBS = 200;

  private final Journal journal;
  private final Index index;
  private final Results results;
  private final InstantSource clock;

  public Conversations(Journal journal, Index index, Results results, InstantSource clock) {
    this.journal = journal;
    this.index = index;
    this.results = results;
    this.clock = clock;
  }

  /** Sees to it that a job has its place in line, or ends it if it would not wait for one. */
  public void enlist(JobLog log) {
    if (log.state().conversation().isEmpty()) {
      return;
    }
    var conversation = begun(log.state(), log.state().conversation().get());
    while (!conversation.unfinished(log.job().id())) {
      if (conversation.closed()) { // meanwhile: its place is in the next one
        conversation = begun(log.state(), log.state().conversation().get());
        continue;
      }
      JobState state = log.refresh().state();
      if (state.ended().isPresent() || state.attempts().epoch() > 0) {
        return; // who was claimed had a place; who ended needs none but the one its turn brings
      }
      if (conversation.head().isPresent()
          && state.request().whenBusy() == JobRequest.WhenBusy.REFUSE) {
        log.append(results.ended(log, busy()));
      } else if (conversation.append(new ConversationEntry.Queued(log.job().id().value()))) {
        return;
      }
    }
  }

  /** A conversation that is written to: it says whose it is, and is in its owner's listing. */
  private ConversationLog begun(JobState state, ConversationRef ref) {
    var conversation = journal.conversation(ref);
    if (conversation.closed()) {
      conversation.remove(); // who deleted it did not come to its end
      conversation = journal.conversation(ref);
    }
    while (conversation.begun().isEmpty()) {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      String name = Objects.requireNonNull(state.request().sessionId());
      index.beginning(state.owner(), ref, now);
      conversation.append(new ConversationEntry.Begun(state.owner().name(), name, now));
    }
    return conversation;
  }

  private static Ending busy() {
    return Ending.failed(
        StopReason.CONFLICT,
        "an earlier turn of this conversation is unfinished, and the request asked not to wait",
        List.of());
  }

  /** The job whose turn it is in a job's conversation; a job on its own is always its own head. */
  public Optional<JobId> head(JobLog log) {
    return log.state()
        .conversation()
        .map(conversation -> journal.conversation(conversation).head())
        .orElseGet(() -> Optional.of(log.job().id()));
  }

  /** Whether a job stands in line behind another. */
  public boolean behind(JobLog log) {
    JobId job = log.job().id();
    return log.state()
        .conversation()
        .map(journal::conversation)
        .filter(conversation -> conversation.unfinished(job))
        .flatMap(ConversationLog::head)
        .filter(head -> !head.equals(job))
        .isPresent();
  }

  /** Whether an ended job has left the line. */
  private static boolean hasTurn(JobLog ended, ConversationLog conversation) {
    JobId job = ended.job().id();
    return !conversation.unfinished(job)
        && (ended.state().attempts().epoch() > 0 || conversation.everQueued(job));
  }

  /** Sees to it that an ended job has left the line, and answers who is the head then. */
  Optional<JobId> turn(JobLog ended) {
    if (ended.state().conversation().isEmpty()) {
      return Optional.empty();
    }
    var conversation = journal.conversation(ended.state().conversation().get());
    // where there is none, whoever begins it sees the end of this job before it gives it a place
    while (conversation.lives() && !hasTurn(ended, conversation)) {
      var turn = turnOf(ended, conversation.resetUnder(ended.job().id()));
      Optional<ConversationEntry> summary = summary(ended, conversation);
      if (summary.isPresent() && conversation.unfinished(ended.job().id())) {
        conversation.append(summary.get(), turn);
      } else if (conversation.unfinished(ended.job().id())) {
        conversation.append(turn);
      } else {
        conversation.append(new ConversationEntry.Queued(ended.job().id().value()), turn);
      }
    }
    return conversation.head();
  }

  /** What this turn was told of the past, in place of the past; it stands before the turn. */
  private static Optional<ConversationEntry> summary(JobLog ended, ConversationLog conversation) {
    Optional<Entry.Summarized> told = ended.state().summarized();
    if (told.isEmpty() || conversation.resetUnder(ended.job().id())) {
      return Optional.empty(); // what is forgotten is not told again
    }
    ConversationPast past = conversation.past();
    List<String> jobs =
        past.jobs().reversed().stream().limit(MOST_JOBS).map(JobId::value).toList().reversed();
    return Optional.of(
        new ConversationEntry.Summary(conversation.turns(), told.get().text(), jobs));
  }

  /** Ends the turn of a head whose log is lost, with nothing said; answers who is the head then. */
  public Optional<JobId> passOver(JobLog neighbour, JobId lost) {
    var conversation = journal.conversation(neighbour.state().conversation().orElseThrow());
    var nothing = new ConversationEntry.Turn(lost.value(), List.of(), Usage.NONE, null);
    while (conversation.unfinished(lost)) {
      conversation.append(nothing);
    }
    return conversation.head();
  }

  /**
   * @param reset whether all was forgotten meanwhile, also what the model itself remembers
   */
  private static ConversationEntry.Turn turnOf(JobLog ended, boolean reset) {
    JobState state = ended.state();
    return new ConversationEntry.Turn(
        ended.job().id().value(), messages(state), state.usage(), reset ? null : modelState(state));
  }

  /** What a model remembers from before a summary would be too long again. */
  private static @Nullable Map<String, Object> modelState(JobState state) {
    int told = state.summarized().map(Entry.Summarized::upTo).orElse(0);
    return state
        .lastAnswer()
        .filter(answer -> answer.n() > told)
        .map(Step.Model::modelState)
        .orElse(null);
  }

  private static List<Message> messages(JobState state) {
    if (state.attempts().epoch() == 0) {
      return List.of();
    }
    var messages = new ArrayList<Message>();
    messages.add(state.asked());
    StopReason reason = state.ended().orElseThrow().stopReason();
    if (reason.status() == Status.SUCCEEDED || saidInTheEnd(state)) {
      messages.addAll(state.said());
    } else {
      messages.add(Message.assistant("(This turn ended early: " + reason.word() + ".)", List.of()));
    }
    return messages;
  }

  /** Whether a limit cut it short and it has said what it had found: no call is left open then. */
  private static boolean saidInTheEnd(JobState state) {
    return state.ended().orElseThrow().stopReason().status() == Status.INCOMPLETE
        && state.lastAnswer().filter(answer -> answer.message().toolCalls().isEmpty()).isPresent();
  }
}
