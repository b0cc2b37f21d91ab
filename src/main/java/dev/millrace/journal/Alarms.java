package dev.millrace.journal;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Has something done later. Safe for use by many threads. */
interface Alarms {
  /** Does it after the delay, on a thread of its own, unless it is called off before. */
  Alarm set(Duration delay, Runnable what);

  /** Something that is still to be done. */
  @FunctionalInterface
  interface Alarm {
    /** Calls it off; nothing happens when it is done already. */
    void cancel();
  }

  /** By the clock of the machine. It keeps one thread while an alarm is set, and none otherwise. */
  static Alarms real() {
    var timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("millrace-alarms").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return (delay, what) -> {
      var set =
          timer.schedule(
              () -> Thread.ofVirtual().name("alarm").start(what),
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
      return () -> set.cancel(false);
    };
  }
}
