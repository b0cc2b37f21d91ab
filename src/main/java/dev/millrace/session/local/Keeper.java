package dev.millrace.session.local;

import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.Pauses;
import dev.millrace.session.rest.exchange.PoolAddress;
import io.micronaut.serde.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps an executor running: starts it, and starts it again whenever it ends. */
final class Keeper implements PoolAddress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** One that has lived for so long did not fail to start. */
  private static final Duration LIVED = Duration.ofSeconds(10);

  private final IntFunction<List<String>> command;
  private final String token;
  private final int port;
  private final boolean samePort;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Pauses pauses;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Front front;
  private Front.@Nullable Ready ready;
  private @Nullable RuntimeException failure;
  private boolean closed;

  /**
   * @param command for a port
   * @param samePort whether one that is started again has to be found where the first one was
   */
  Keeper(
      IntFunction<List<String>> command,
      String token,
      int port,
      boolean samePort,
      ObjectMapper json,
      InstantSource clock,
      Pauses pauses) {
    this.command = command;
    this.token = token;
    this.port = port;
    this.samePort = samePort;
    this.json = json;
    this.clock = clock;
    this.pauses = pauses;
    this.thread = Thread.ofVirtual().name("executor-keeper").unstarted(this::keep);
  }

  void start() {
    thread.start();
  }

  private void keep() {
    int listenOn = port;
    int tried = 0;
    try {
      while (!isClosed()) {
        Instant began = clock.instant();
        @Nullable RuntimeException fault = null;
        try {
          Front.Ready up = startOne(listenOn);
          listenOn = samePort ? up.port() : port;
          ended(waitForEnd());
        } catch (IllegalStateException | Unavailable e) {
          fault = e;
          set(null, null, e);
        }
        tried = clock.instant().isAfter(began.plus(LIVED)) ? 0 : tried + 1;
        if (fault != null || tried > 1) {
          pauses.pause(growing(tried));
        }
        if (fault != null) { // who waits for the first start has been told
          log.atError().log("{}. It is tried again", fault.getMessage());
        }
      }
    } catch (InterruptedException e) {
      log.debug("the local session pool is closed");
    } finally {
      stopFront();
    }
  }

  private void ended(String how) {
    if (!isClosed()) {
      log.atWarn()
          .addKeyValue("ended", how)
          .log("the local session pool has ended, with all its sessions; it is started again");
    }
  }

  private Front.Ready startOne(int listenOn) throws InterruptedException {
    Front started = Front.start(command.apply(listenOn), token, json);
    set(started, null, null);
    boolean up = false;
    try {
      Front.Ready now = started.ready();
      up = true;
      set(started, now, null);
      log.atInfo().addKeyValue("sandbox", now.sandbox()).log("the local session pool is ready");
      return now;
    } finally {
      if (!up) {
        started.stop();
      }
    }
  }

  private String waitForEnd() throws InterruptedException {
    Front running = front;
    String end = running == null ? "" : running.ended();
    set(null, null, null);
    return end;
  }

  private void set(
      @Nullable Front newFront,
      Front.@Nullable Ready newReady,
      @Nullable RuntimeException newFailure) {
    lock.lock();
    try {
      front = newFront;
      ready = newReady;
      failure = newFailure;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static Duration growing(int tried) {
    Duration full = FIRST_PAUSE.multipliedBy(1L << Math.min(Math.max(tried - 1, 0), 10));
    return full.compareTo(LONGEST_PAUSE) < 0 ? full : LONGEST_PAUSE;
  }

  /**
   * Waits for an executor that is being started, and says how it came out.
   *
   * @throws IllegalStateException when a person has to mend something first
   * @throws Unavailable when it did not start for another reason
   */
  Front.Ready await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (ready == null && failure == null && !closed) {
        changed.await();
      }
      if (ready != null) {
        return ready;
      }
      throw failure == null ? new Unavailable("the local session pool is closed") : failure;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Target now() throws InterruptedException {
    try {
      return new Target(await().endpoint(), token);
    } catch (IllegalStateException e) {
      throw new Unavailable(String.valueOf(e.getMessage()), e);
    }
  }

  /** The process that runs now, for who wants to see it end. */
  long pid() {
    lock.lock();
    try {
      return front == null ? -1 : front.pid();
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void stopFront() {
    Front running = front;
    if (running != null) {
      running.stop();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      stopFront();
      Thread.currentThread().interrupt();
    }
  }
}
