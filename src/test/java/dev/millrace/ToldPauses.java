package dev.millrace;

import dev.millrace.job.retry.Pauses;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Lets time pass on the clock only, and tells how much. */
public record ToldPauses(SettableClock clock, List<Duration> all) implements Pauses {
  public ToldPauses(SettableClock clock) {
    this(clock, new CopyOnWriteArrayList<>());
  }

  @Override
  public void pause(Duration pause) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    all.add(pause);
    clock.advance(pause);
  }
}
