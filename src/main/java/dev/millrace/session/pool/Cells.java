package dev.millrace.session.pool;

import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.session.Execution;
import dev.millrace.session.LiveOutput;
import dev.millrace.session.rest.Answers;
import dev.millrace.session.rest.Answers.Progress;
import dev.millrace.session.rest.Asked;
import dev.millrace.session.rest.ExecutorClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs code in one session on behalf of one call, and knows what to stop when that is given up. */
final class Cells {
  private static final Logger log = LoggerFactory.getLogger(Cells.class);
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration SLOWEST_LOOK = Duration.ofSeconds(1);
  private static final int MOST_TRIES = 5;

  private final ExecutorClient client;
  private final PoolKind kind;
  private final String identifier;
  private final InstantSource clock;
  private @Nullable String running;

  Cells(ExecutorClient client, PoolKind kind, String identifier, InstantSource clock) {
    this.client = client;
    this.kind = kind;
    this.identifier = identifier;
    this.clock = clock;
  }

  /** Runs code under this name, unless it has run under it before. */
  Execution run(String id, String code, Duration limit, LiveOutput live)
      throws InterruptedException {
    Duration allowed = limit.compareTo(kind.longestRun()) < 0 ? limit : kind.longestRun();
    for (int tried = 0; tried < MOST_TRIES; tried++) {
      String name = name(id, tried);
      running = name;
      Optional<Execution> ended = ended(begin(name, code, allowed, live), allowed);
      running = null;
      if (ended.isPresent()) {
        return ended.get();
      }
    }
    throw new Unavailable("code was canceled whenever it was run");
  }

  /** What came of code that was begun under this name; waits for it if it still runs. */
  Optional<Execution> find(String id, Instant announced) throws InterruptedException {
    for (int tried = 0; client.version().executions() && tried < MOST_TRIES; tried++) {
      String name = name(id, tried);
      switch (client.execution(identifier, name)) {
        case Asked.Known(Progress progress) -> {
          running = name;
          Optional<Execution> ended = ended(progress, kind.longestRun());
          running = null;
          if (ended.isPresent()) {
            return ended;
          }
        }
        case Asked.Forgotten(String why) -> {
          return Optional.of(Execution.of(ToolOutcome.error(why)));
        }
        case Asked.NotFound(boolean certain, String said) -> {
          if (certain || beganElsewhere(announced)) {
            return Optional.empty();
          }
          throw new Unavailable(
              "it cannot be told whether the session pool knows an execution%s".formatted(said));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether something has run, or runs, under this name. */
  boolean knows(String id) throws InterruptedException {
    return !(client.execution(identifier, id) instanceof Asked.NotFound);
  }

  /**
   * Pools other than ours answer 404 with a code that nobody has written down. But what was
   * announced before this session came into being cannot have begun in it.
   */
  private boolean beganElsewhere(Instant announced) throws InterruptedException {
    if (!client.version().sessions()) {
      return false;
    }
    Optional<Answers.Session> session = client.session(identifier);
    Instant createdAt = session.map(Answers.Session::createdAt).orElse(null);
    return session.isEmpty() || (createdAt != null && createdAt.isAfter(announced));
  }

  /** A name that was canceled answers that for ever; the code then goes by the next one. */
  private static String name(String id, int tried) {
    return tried == 0 ? id : id + ".again-" + tried;
  }

  private Progress begin(String name, String code, Duration allowed, LiveOutput live)
      throws InterruptedException {
    if (!kind.ours()
        && client.version().executions()
        && client.execution(identifier, name) instanceof Asked.Known(Progress before)) {
      return before;
    }
    boolean watched = !live.equals(LiveOutput.UNWATCHED) && kind.ours();
    boolean longer = allowed.compareTo(PoolKind.LONGEST_REQUEST) > 0;
    boolean asynchronous = client.version().executions() && (watched || longer);
    Progress progress =
        client.execute(identifier, name, code, allowed, asynchronous, clock.instant());
    if (asynchronous && watched) {
      client.follow(identifier, name, live);
    }
    return progress;
  }

  /** Waits for the end; absent when somebody canceled it. */
  private Optional<Execution> ended(Progress progress, Duration allowed)
      throws InterruptedException {
    Instant until = clock.instant().plus(allowed).plus(GRACE);
    Duration pause = Duration.ofMillis(4);
    Progress now = progress;
    while (now instanceof Progress.Running(String said)) {
      String named = said.isBlank() ? Objects.requireNonNull(running) : said;
      running = named;
      if (clock.instant().isAfter(until)) {
        return Optional.of(Execution.of(ToolOutcome.error(overrun(allowed))));
      }
      client.pause(pause);
      pause = pause.multipliedBy(3).dividedBy(2);
      pause = pause.compareTo(SLOWEST_LOOK) < 0 ? pause : SLOWEST_LOOK;
      now =
          switch (client.execution(identifier, named)) {
            case Asked.Known(Progress known) -> known;
            case Asked.Forgotten(String why) ->
                new Progress.Ended(Execution.of(ToolOutcome.error(why)));
            case Asked.NotFound unknown ->
                throw new Unavailable("the session was lost while code ran in it" + unknown.said());
          };
    }
    return now instanceof Progress.Ended(Execution execution)
        ? Optional.of(execution)
        : Optional.empty();
  }

  private String overrun(Duration allowed) throws InterruptedException {
    String lost =
        stop() ? "" : " Here that ends the whole session: its variables and files are gone.";
    return "stopped after %d seconds, the longest allowed.%s".formatted(allowed.toSeconds(), lost);
  }

  /** Stops what runs; false when the session had to be ended for that. */
  boolean stop() throws InterruptedException {
    String name = running;
    if (name == null) {
      return true;
    }
    running = null;
    if (kind.ours() && client.version().executions() && client.cancel(identifier, name)) {
      return true;
    }
    end();
    return false;
  }

  /** As {@link #stop}, when nobody waits for an answer any more. */
  void stopQuietly() {
    try {
      stop();
    } catch (Unavailable e) {
      log.atInfo().setCause(e).log("code that is not wanted any more is left to its time limit");
    } catch (InterruptedException e) {
      log.info("code that is not wanted any more is left to its time limit");
    }
  }

  /**
   * Ends the session the way that the kind of pool is documented for. What has no way is ended by
   * the pool when nobody has used it for a while.
   */
  void end() throws InterruptedException {
    switch (kind) {
      case LOCAL, BUILT_IN -> client.delete(identifier);
      case CUSTOM -> {
        if (!client.stop(identifier)) {
          client.delete(identifier);
        }
      }
    }
  }
}
