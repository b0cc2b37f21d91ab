package dev.millrace.worker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many jobs of one tenant run at a time in one process, so that one that has many leaves the
 * others room. What is too much steps back: it is told when to come again, one after the other at
 * the pace at which jobs of its tenant have ended here, and after some minutes at the latest. Safe
 * for use by many threads.
 */
public final class Shares {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration FARTHEST = Duration.ofMinutes(5);

  private final int most;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Share> shares = new HashMap<>();

  private static final class Share {
    private int running;
    private Duration usual = Duration.ofSeconds(1);
    private Instant last = Instant.MIN;
  }

  /**
   * @param most jobs of one tenant; 0 for any number
   */
  public Shares(int most, InstantSource clock) {
    this.most = most;
    this.clock = clock;
  }

  /**
   * Lets a job run, until it is {@link #over}; or says how long it steps back.
   *
   * @param inAnyCase whether it may not step back
   */
  Optional<Duration> begin(String tenant, boolean inAnyCase) {
    lock.lock();
    try {
      Share share = shares.computeIfAbsent(tenant, unseen -> new Share());
      if (most == 0 || inAnyCase || share.running < most) {
        share.running++;
        return Optional.empty();
      }
      Instant now = clock.instant();
      Instant after = share.last.isAfter(now) ? share.last : now;
      Duration wait = Duration.between(now, after).plus(share.usual.dividedBy(most));
      Duration pause = wait.compareTo(FARTHEST) < 0 ? wait : FARTHEST;
      share.last = now.plus(pause);
      return Optional.of(pause);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A job that was let run runs no more.
   *
   * @param ran how long it was worked on, if it has come to its end
   */
  void over(String tenant, Optional<Duration> ran) {
    lock.lock();
    try {
      Share share = shares.get(tenant);
      if (share == null) {
        return;
      }
      share.running--;
      ran.ifPresent(
          time -> share.usual = share.usual.multipliedBy(3).plus(within(time)).dividedBy(4));
      if (share.running == 0 && !share.last.isAfter(clock.instant())) {
        shares.remove(tenant); // nobody is in its line: there are any number of tenants
      }
    } finally {
      lock.unlock();
    }
  }

  private static Duration within(Duration ran) {
    Duration atLeast = ran.compareTo(SHORTEST) < 0 ? SHORTEST : ran;
    return atLeast.compareTo(LONGEST) < 0 ? atLeast : LONGEST;
  }
}
