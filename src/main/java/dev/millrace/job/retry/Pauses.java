package dev.millrace.job.retry;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How time is let pass between two tries. */
@FunctionalInterface
public interface Pauses {
  /** By the clock of the machine. */
  Pauses REAL =
      pause -> {
        // Nobody ever gives the permit.
        boolean never = new Semaphore(0).tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
        assert !never;
      };

  void pause(Duration pause) throws InterruptedException;
}
