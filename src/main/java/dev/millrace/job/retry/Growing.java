package dev.millrace.job.retry;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Pauses that double, up to a longest one. Half of each is certain, so that nobody hurries, and
 * half is not, so that not all come at once.
 *
 * @param random from 0 to 1
 */
public record Growing(Duration first, Duration longest, DoubleSupplier random) {
  private static final int MOST_DOUBLINGS = 20;

  /**
   * @param tried how often it has come to nothing, 1 at least
   */
  public Duration pause(int tried) {
    Duration full = first.multipliedBy(1L << Math.min(tried - 1, MOST_DOUBLINGS));
    Duration half = (full.compareTo(longest) > 0 ? longest : full).dividedBy(2);
    return half.plus(spread(half));
  }

  /** Some part of a time, another one for each who asks. */
  public Duration spread(Duration most) {
    return Duration.ofNanos(Math.round(most.toNanos() * random.getAsDouble()));
  }
}
