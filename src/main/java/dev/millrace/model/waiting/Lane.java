package dev.millrace.model.waiting;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** The way to one model: so many at once, first come first served, and closed while it is told. */
final class Lane {
  /** A model that asks for more is asked again all the same; it may have been given more room. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Semaphore places;
  private final InstantSource clock;
  private final AtomicReference<Instant> opens = new AtomicReference<>(Instant.MIN);

  Lane(int places, InstantSource clock) {
    this.places = new Semaphore(places, true);
    this.clock = clock;
  }

  void enter() throws InterruptedException {
    places.acquire();
  }

  void leave() {
    places.release();
  }

  /** For everybody, from now on. */
  void close(Duration pause) {
    Instant until = clock.instant().plus(pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
    opens.accumulateAndGet(until, (one, other) -> one.isAfter(other) ? one : other);
  }

  /** How long it stays closed; nothing when it is open. */
  Duration closedFor() {
    Instant now = clock.instant();
    Instant until = opens.get();
    return until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
  }
}
