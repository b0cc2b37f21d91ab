package dev.millrace.agent;

import dev.millrace.agent.Observer.Update;
import dev.millrace.job.Ending;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.Claim;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Journal;
import dev.millrace.journal.LiveLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells those who want to hear of it how jobs go on. Nobody who works ever waits for them. */
public final class Audience {
  /** Nobody listens. */
  public static final Audience NONE = new Audience(List.of(), Optional.empty());

  private static final Logger log = LoggerFactory.getLogger(Audience.class);

  /** How many updates a slow listener is behind before it misses some. */
  private static final int BEHIND = 1000;

  private static final Duration BATCH = Duration.ofMillis(250);

  private final List<Observer> observers;
  private final Optional<Journal> journal;

  private Audience(List<Observer> observers, Optional<Journal> journal) {
    this.observers = List.copyOf(observers);
    this.journal = journal;
  }

  /**
   * @param journal where the words of jobs go that ask for a stream
   */
  public Audience(List<Observer> observers, Journal journal) {
    this(observers, Optional.of(journal));
  }

  /** Those who hear of one job, while one worker has it. */
  public Listening of(Claim claim) {
    JobState state = claim.state();
    var job =
        new Observer.Job(
            state.request().agent(),
            claim.log().job(),
            state.conversation().orElse(null),
            Optional.ofNullable(state.submitted().origin().correlationId())
                .orElse(state.request().correlationId()));
    var listeners = new ArrayList<Listener>();
    for (Observer observer : observers) {
      if (wants(observer, job.agent())) {
        listeners.add(new Observing(observer, job));
      }
    }
    if (state.request().stream()) {
      journal.ifPresent(logs -> listeners.add(new Streaming(logs.telling(claim.log().job()))));
    }
    listeners.forEach(Listener::start);
    return new Listening(listeners);
  }

  private static boolean wants(Observer observer, String agent) {
    try {
      return observer.observes(agent);
    } catch (RuntimeException | LinkageError e) {
      log.atWarn().setCause(e).log("an observer failed; it hears nothing of this job");
      return false;
    }
  }

  /** What a worker tells. Safe for use by many threads. */
  public static final class Listening {
    private final List<Listener> listeners;

    private Listening(List<Listener> listeners) {
      this.listeners = List.copyOf(listeners);
    }

    public boolean anybody() {
      return !listeners.isEmpty();
    }

    public void text(int step, String delta) {
      tell(new Told.Said(new Update.Text(step, delta)));
    }

    public void output(int step, Enum<?> stream, String delta) {
      tell(new Told.Said(new Update.Output(step, stream.name().toLowerCase(Locale.ROOT), delta)));
    }

    public void ended(Ending ending) {
      tell(new Told.Ended(ending));
    }

    /** This worker has nothing more to say; what was said is still told. */
    public void over() {
      tell(new Told.Over());
    }

    private void tell(Told told) {
      listeners.forEach(listener -> listener.tell(told));
    }
  }

  private sealed interface Told {
    record Said(Update update) implements Told {}

    record Ended(Ending ending) implements Told {}

    record Over() implements Told {}
  }

  /** Somebody with a thread of its own. */
  private abstract static sealed class Listener {
    final BlockingQueue<Told> queue = new LinkedBlockingQueue<>();

    final void start() {
      Thread.ofVirtual().name("audience").start(this::listen);
    }

    final void tell(Told told) {
      if (!(told instanceof Told.Said) || queue.size() < BEHIND) {
        queue.add(told);
      }
    }

    private void listen() {
      try {
        hear();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    abstract void hear() throws InterruptedException;
  }

  private static final class Observing extends Listener {
    private final Observer observer;
    private final Observer.Job job;

    Observing(Observer observer, Observer.Job job) {
      this.observer = observer;
      this.job = job;
    }

    @Override
    void hear() throws InterruptedException {
      for (Told told = queue.take(); !(told instanceof Told.Over); told = queue.take()) {
        try {
          switch (told) {
            case Told.Said(Update update) -> observer.said(job, update);
            case Told.Ended(Ending ending) -> observer.ended(job, ending);
            case Told.Over over -> {}
          }
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
          log.atWarn().setCause(e).addKeyValue("job", job.job()).log("an observer failed");
        }
      }
    }
  }

  /** Small pieces are written together: each write is a flush, or a request. */
  private static final class Streaming extends Listener {
    private final LiveLog live;

    Streaming(LiveLog live) {
      this.live = live;
    }

    @Override
    void hear() throws InterruptedException {
      boolean over = false;
      while (!over) {
        var pieces = new ArrayList<LiveLog.Piece>();
        long until = Long.MAX_VALUE;
        for (Told told = queue.take(); told != null && !over; told = next(until, over)) {
          until = until == Long.MAX_VALUE ? System.nanoTime() + BATCH.toNanos() : until;
          over = told instanceof Told.Over;
          if (told instanceof Told.Said(Update update)) {
            add(pieces, piece(update));
          }
        }
        write(pieces);
      }
    }

    private Told next(long until, boolean over) throws InterruptedException {
      return over ? new Told.Over() : queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private static LiveLog.Piece piece(Update update) {
      return switch (update) {
        case Update.Text(int step, String delta) -> LiveLog.Piece.text(step, delta);
        case Update.Output(int step, String stream, String delta) ->
            LiveLog.Piece.output(step, stream, delta);
      };
    }

    /** Joined to the piece before, if it goes on with that. */
    private static void add(List<LiveLog.Piece> pieces, LiveLog.Piece piece) {
      if (!pieces.isEmpty() && pieces.getLast().continuedBy(piece)) {
        pieces.add(pieces.removeLast().with(piece));
      } else {
        pieces.add(piece);
      }
    }

    private void write(List<LiveLog.Piece> pieces) {
      try {
        if (!pieces.isEmpty()) {
          live.append(pieces);
        }
      } catch (Unavailable e) {
        log.atDebug().setCause(e).log("the store is away; some words are not told");
      }
    }
  }
}
