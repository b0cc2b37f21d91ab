package dev.millrace.broker.entity;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A thread that sleeps until the next deadline. Without it, somebody else passes deadlines. */
final class Alarm {
  /** The clock may be set meanwhile; then deadlines are late by so much at most. */
  private static final long LONGEST_SLEEP = 1000;

  private final InstantSource clock;
  private volatile long asleepUntil = Part.NEVER;
  private volatile boolean stopped;
  private @Nullable Thread thread;

  Alarm(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * @param pass does what is due and says when something is due next
   */
  void start(LongSupplier pass) {
    thread = Thread.ofPlatform().name("broker-alarm").daemon().start(() -> run(pass));
  }

  boolean isOn() {
    return thread != null;
  }

  void notAfter(long deadline) {
    Thread sleeper = thread;
    if (sleeper != null && deadline < asleepUntil) {
      asleepUntil = deadline;
      LockSupport.unpark(sleeper);
    }
  }

  void stop() {
    stopped = true;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  private void run(LongSupplier pass) {
    while (!stopped) {
      // Whatever is registered from here on lies before it, and wakes us.
      asleepUntil = Part.NEVER;
      long next = pass.getAsLong();
      if (next < asleepUntil) {
        asleepUntil = next;
      }
      long pause = Math.min(asleepUntil - clock.millis(), LONGEST_SLEEP);
      if (pause > 0 && !stopped) {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(pause));
      }
    }
  }
}
