package dev.millrace.session.rest.exchange;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request came to nothing for now, and may be made again. */
public final class Busy extends Exception {
  private static final long serialVersionUID = 1;

  private final @Nullable Duration retryAfter;
  private final boolean perhapsDone;

  /**
   * @param perhapsDone whether the pool may have done what it was asked
   */
  Busy(String why, @Nullable Duration retryAfter, boolean perhapsDone, @Nullable Throwable cause) {
    super(why, cause);
    this.retryAfter = retryAfter;
    this.perhapsDone = perhapsDone;
  }

  /** What the pool asked for. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  public boolean perhapsDone() {
    return perhapsDone;
  }

  public String why() {
    return String.valueOf(getMessage());
  }
}
