package dev.millrace.session.rest.exchange;

import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.Growing;
import dev.millrace.job.retry.Pauses;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Tries again what came to nothing for now, after growing pauses that differ from caller to caller,
 * until the pauses together are longer than the patience.
 */
public final class Retries {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final Pauses pauses;
  private final Growing growing;
  private final Duration patience;

  /**
   * @param random from 0 to 1
   */
  public Retries(Pauses pauses, DoubleSupplier random, Duration patience) {
    this.pauses = pauses;
    this.growing = new Growing(FIRST, LONGEST, random);
    this.patience = patience;
  }

  /** One try. */
  @FunctionalInterface
  public interface Try<T> {
    T make() throws Busy, InterruptedException;
  }

  public <T> T until(String attempted, Try<T> request) throws InterruptedException {
    Duration waited = Duration.ZERO;
    for (int tried = 1; ; tried++) {
      try {
        return request.make();
      } catch (Busy e) {
        Duration pause = e.retryAfter().orElse(growing.pause(tried));
        waited = waited.plus(pause);
        if (waited.compareTo(patience) > 0) {
          throw new Unavailable("could not %s: %s".formatted(attempted, e.why()), e);
        }
        pauses.pause(pause);
      }
    }
  }

  public void pause(Duration pause) throws InterruptedException {
    pauses.pause(pause);
  }
}
