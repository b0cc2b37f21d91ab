package dev.millrace.model.waiting;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call came to nothing for now, and may be made again. */
public final class Busy extends Exception {
  private static final long serialVersionUID = 1;

  private final @Nullable Duration retryAfter;
  private final boolean everybody;

  private Busy(
      String why, @Nullable Duration retryAfter, boolean everybody, @Nullable Throwable cause) {
    super(why, cause);
    this.retryAfter = retryAfter;
    this.everybody = everybody;
  }

  /** This call had bad luck; another one may have better. */
  public static Busy once(String why, @Nullable Throwable cause) {
    return new Busy(why, null, false, cause);
  }

  /**
   * The model has too much to do, so whoever asks it has to wait.
   *
   * @param retryAfter for how long, if it said so
   */
  public static Busy everybody(String why, @Nullable Duration retryAfter) {
    return new Busy(why, retryAfter, true, null);
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  boolean concernsEverybody() {
    return everybody;
  }

  public String why() {
    return String.valueOf(getMessage());
  }
}
