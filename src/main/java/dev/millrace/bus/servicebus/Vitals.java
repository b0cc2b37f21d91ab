package dev.millrace.bus.servicebus;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known of the health of one link: when there was last a sign of life, and when a message
 * last came. The library says neither when a connection is gone nor when it has given up on it.
 */
final class Vitals {
  private static final Duration LONGEST_BEAT = Duration.ofSeconds(5);
  private static final Duration CONNECTING = Duration.ofSeconds(15);
  private static final int BEATS_OF_SILENCE = 4;
  private static final int FIRST_STALL = 2;
  private static final int LONGEST_STALL = 128;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sign = lock.newCondition();
  private final Duration beat;
  private long signs;
  private long lastSign = System.nanoTime();
  private long lastArrival = System.nanoTime();
  private boolean everSeen;
  private int stall = FIRST_STALL;
  private int failures;
  private boolean over;

  Vitals(Duration lockDuration) {
    Duration third = lockDuration.dividedBy(3);
    beat = third.compareTo(LONGEST_BEAT) < 0 ? third : LONGEST_BEAT;
  }

  /** How often to look. */
  Duration beat() {
    return beat;
  }

  /** A connection begins, and is given some time before it has to show that it lives. */
  void begin() {
    locked(
        () -> {
          lastSign = System.nanoTime();
          everSeen = false;
        });
  }

  /** Anything came that only a living connection brings. */
  void alive() {
    locked(
        () -> {
          lastSign = System.nanoTime();
          everSeen = true;
          signs++;
          failures = 0;
          sign.signalAll();
        });
  }

  void arrived() {
    locked(
        () -> {
          lastArrival = System.nanoTime();
          stall = FIRST_STALL;
        });
    alive();
  }

  /** Whether nothing has come for so long that nothing will. */
  boolean silent() {
    lock.lock();
    try {
      Duration limit = everSeen ? beat.multipliedBy(BEATS_OF_SILENCE) : CONNECTING;
      return System.nanoTime() - lastSign > limit.toNanos();
    } finally {
      lock.unlock();
    }
  }

  /** Whether no message has come for a while. */
  boolean quiet() {
    lock.lock();
    try {
      return System.nanoTime() - lastArrival > beat.toNanos();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A message lies there and has not come. Another worker may have it, or the link is dead though
   * its connection lives; nobody can tell. Answers when to make it anew to be sure: soon at first,
   * then ever more rarely.
   */
  boolean stalled() {
    lock.lock();
    try {
      if (System.nanoTime() - lastArrival < beat.multipliedBy(stall).toNanos()) {
        return false;
      }
      stall = Math.min(LONGEST_STALL, stall * 2);
      lastArrival = System.nanoTime();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many connections have been given up since there was last a sign of life. */
  int failed() {
    lock.lock();
    try {
      return failures++;
    } finally {
      lock.unlock();
    }
  }

  /** How many signs of life there have been. */
  long signs() {
    lock.lock();
    try {
      return signs;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a sign of life beyond so many, no longer than the limit. */
  void awaitSign(long beyond, Duration limit) {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (signs <= beyond && left > 0 && !over) {
        left = sign.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits any more. */
  void end() {
    locked(
        () -> {
          over = true;
          sign.signalAll();
        });
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
