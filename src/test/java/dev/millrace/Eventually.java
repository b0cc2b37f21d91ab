package dev.millrace;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about, no longer than it takes. */
public final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long BETWEEN = Duration.ofMillis(5).toNanos();

  private Eventually() {}

  /** Goes on when it is so; after a minute it never will be. */
  public static void that(String what, BooleanSupplier isSo) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it never came about that " + what);
      }
      LockSupport.parkNanos(BETWEEN);
    }
  }
}
