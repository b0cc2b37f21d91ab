package dev.millrace.amqp.wire;

import java.time.Instant;

/** A time as .NET counts it: steps of 100 nanoseconds since the year 1. */
public final class Ticks {
  private static final long A_MILLISECOND = 10_000;
  private static final long FROM_YEAR_1_TO_1970 = 621_355_968_000_000_000L;

  private Ticks() {}

  public static long of(Instant time) {
    return time.toEpochMilli() * A_MILLISECOND + FROM_YEAR_1_TO_1970;
  }
}
