package dev.millrace.worker;

import java.time.Duration;

/**
 * How long a worker puts up with what.
 *
 * @param lock how long the broker locks a message
 * @param longestCall the longest that one call of a model or a tool may take
 * @param outage how long a job may find its model or its sessions away, before it fails
 * @param queued how long an open job may lie in the queue before it is sent again
 */
public record Patience(Duration lock, Duration longestCall, Duration outage, Duration queued) {
  public static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofHours(2),
          Duration.ofMinutes(10));

  /** The same with another lock. */
  public Patience withLock(Duration lock) {
    return new Patience(lock, longestCall, outage, queued);
  }

  /** A claim that has been silent for longer than this has lost its worker and its message. */
  Duration silence() {
    return longestCall.plus(lock.multipliedBy(2));
  }
}
