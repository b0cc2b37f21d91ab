package dev.millrace;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something now and then, at times of its own, so that replicas do not all do it at once. */
final class Rounds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);

  private final Runnable round;
  private final Duration about;
  private final RandomGenerator random;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param about the time between two rounds, of which each takes from half to one and a half
   * @param end is told what ended the rounds for good
   */
  Rounds(Runnable round, Duration about, RandomGenerator random, Consumer<Throwable> end) {
    this.round = round;
    this.about = about;
    this.random = random;
    this.thread =
        Thread.ofVirtual()
            .name("rounds")
            .uncaughtExceptionHandler((thread, fault) -> end.accept(fault))
            .unstarted(this::go);
  }

  void start() {
    thread.start();
  }

  private void go() {
    try {
      while (!closing.await(
          (long) (about.toMillis() * (0.5 + random.nextDouble())), TimeUnit.MILLISECONDS)) {
        quietly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void quietly() {
    try {
      round.run();
    } catch (RuntimeException e) { // a round that fails is followed by another
      log.atWarn().setCause(e).log("a sweep came to no end; the next one tries again");
    }
  }

  /** Lets a round that is under way go on to its end, by itself. */
  @Override
  public void close() {
    closing.countDown();
  }
}
