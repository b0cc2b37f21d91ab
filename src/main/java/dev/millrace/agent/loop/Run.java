package dev.millrace.agent.loop;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Audience;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Entry;
import dev.millrace.journal.Halt;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import dev.millrace.session.SessionFile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One claim's worth of work on a job: what all agents share that work on it. */
final class Run {
  private static final Logger log = LoggerFactory.getLogger(Run.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

  final AgentLoop.House house;
  final Claim claim;
  final JobState state;
  final ConversationPast past;
  final Audience.Listening audience;
  final Budget budget;
  final Pictures pictures;

  /** The files of the code session, as this worker has seen them last. */
  final AtomicReference<Optional<List<SessionFile>>> listing =
      new AtomicReference<>(Optional.empty());

  /** The execution this very run has announced; any other was announced by a worker now gone. */
  private @Nullable String announced;

  private @Nullable Memory memory;

  Run(
      AgentLoop.House house,
      Claim claim,
      Agent agent,
      ConversationPast past,
      Audience.Listening audience) {
    this.house = house;
    this.claim = claim;
    this.state = claim.state();
    this.past = past;
    this.audience = audience;
    this.budget = Budget.of(state.request(), agent.limits());
    this.pictures = new Pictures(house.artifacts(), house.pictures());
    boolean nothingThere =
        state.conversation().isEmpty() && !ranCode() && state.inFlight().isEmpty();
    listing.set(
        nothingThere && state.request().files().isEmpty()
            ? Optional.of(List.of())
            : Optional.empty());
  }

  /** Whether code of this job has run in the session, which has its files then. */
  boolean ranCode() {
    return state.steps().stream()
        .anyMatch(step -> step instanceof Step.Tool tool && Memory.ranCode(tool));
  }

  /** What the code session holds, by the logs; read when it is first needed. */
  Memory memory() {
    if (memory == null) {
      memory = house.sessions().memory(claim.log().job(), state, past);
    }
    return memory;
  }

  Folder folder() {
    return state
        .conversation()
        .map(conversation -> Folder.of(conversation, past.generation()))
        .orElseGet(() -> Folder.of(claim.log().job()));
  }

  Instant now() {
    return house.clock().instant();
  }

  double secondsSince(Instant began) {
    return Duration.between(began, now()).toMillis() / 1000.0;
  }

  /** Before anything new is begun. */
  void mayBegin() {
    claim.mayBegin();
    notOverdue();
  }

  /** Writes what happened and, in one piece with it, what happens next. */
  void write(Entry done, Optional<Entry.ToolIntent> next) {
    claim.append(Stream.concat(Stream.of(done), next.stream()).toArray(Entry[]::new));
    next.ifPresent(intent -> announced = intent.executionId());
  }

  void announce(Entry.ToolIntent intent) {
    claim.append(intent);
    announced = intent.executionId();
  }

  boolean isMine(Entry.ToolIntent intent) {
    return intent.executionId().equals(announced);
  }

  /**
   * Makes a call and looks at the log meanwhile. Empty when it took too long; it is stopped then,
   * as it is when this worker has to stop.
   */
  <T> Optional<T> inFlight(Instant until, Halt.Why away, Callable<T> call) {
    Tasks.Task<T> task = house.tasks().start(call);
    try {
      Optional<T> answer = task.await(pause(until));
      while (answer.isEmpty() && now().isBefore(until)) {
        look();
        notOverdue();
        answer = task.await(pause(until));
      }
      return answer;
    } catch (Unavailable e) {
      throw new Halt(away, e);
    } finally {
      task.stop();
    }
  }

  private Duration pause(Instant until) {
    Instant soonest =
        Stream.of(now().plus(LOOK_EVERY), until, state.submitted().deadline())
            .min(Instant::compareTo)
            .orElseThrow();
    Duration pause = Duration.between(now(), soonest);
    return pause.isPositive() ? pause : Duration.ZERO;
  }

  private void look() {
    try {
      claim.lookWhileWaiting();
    } catch (Unavailable e) {
      log.atDebug().setCause(e).log("the store is away; the call goes on");
    }
  }

  private void notOverdue() {
    if (!now().isBefore(state.submitted().deadline())) {
      throw new Halt(Halt.Why.OVERDUE);
    }
  }
}
