package dev.millrace.function;

import java.time.Duration;

/**
 * How long the host lets a function hold its message. What it does not say, a clock that runs since
 * the function began says.
 *
 * @param began by {@link System#nanoTime}
 * @param claim how long a job may still be claimed: the lock is surely ours that long
 * @param recall after which what runs is let go at its next step
 */
record Hold(long began, Duration claim, Duration recall) {
  static Hold begin(Duration claim, Duration recall) {
    return new Hold(System.nanoTime(), claim, recall);
  }

  boolean mayClaim() {
    return !passed(claim);
  }

  boolean recalled() {
    return passed(recall);
  }

  private boolean passed(Duration time) {
    return System.nanoTime() - began >= time.toNanos();
  }
}
