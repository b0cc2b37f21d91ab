package dev.millrace.journal;

import dev.millrace.job.Unavailable;
import dev.millrace.journal.Alarms.Alarm;
import dev.millrace.storage.Storage;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells who waits for it that a log has grown. Whoever writes in this process tells at once; for
 * writers elsewhere the length of the log is asked for, once for all who wait for the same log, and
 * ever less often while nothing comes. Safe for use by any number of threads; waiting takes none.
 */
public final class LogWatch {
  private static final Logger log = LoggerFactory.getLogger(LogWatch.class);
  private static final Duration SOONEST = Duration.ofMillis(250);
  private static final Duration LATEST = Duration.ofSeconds(5);

  /** The longest that one wait lasts, whatever limit is named. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Storage storage;
  private final Alarms alarms;
  private final ConcurrentHashMap<String, Watched> watched = new ConcurrentHashMap<>();

  LogWatch(Storage storage, Alarms alarms) {
    this.storage = storage;
    this.alarms = alarms;
  }

  /**
   * Begins to watch a log, which need not exist. Open the watch, then read the log, then wait: so
   * nothing that is written in between is missed.
   */
  public Watch watch(String name) {
    Watched shared =
        watched.compute(
            name,
            (key, known) -> {
              Watched entry = known == null ? new Watched(name) : known;
              entry.watches++;
              return entry;
            });
    return new Watch(shared);
  }

  /** Tells that a log is known to be this long. It costs one look-up when nobody watches. */
  void grown(String name, long end) {
    Watched shared = watched.get(name);
    if (shared != null) {
      shared.grown(end);
    }
  }

  /** How many logs are watched. */
  int size() {
    return watched.size();
  }

  /** How many watches are open. */
  int watches() {
    return watched.values().stream().mapToInt(entry -> entry.watches).sum();
  }

  private void left(Watched entry) {
    watched.computeIfPresent(entry.name, (key, known) -> --known.watches == 0 ? null : known);
  }

  /** One watcher's view of a log. Belongs to one thread. */
  public final class Watch implements AutoCloseable {
    private final Watched shared;
    private boolean closed;

    private Watch(Watched shared) {
      this.shared = shared;
    }

    /**
     * Waits until the log is longer than {@code position}; a log that is gone counts as changed.
     * False when it is not by then, at the latest after a minute, or when the thread is
     * interrupted; the interrupt is kept.
     */
    public boolean await(long position, Duration limit) {
      var waiter = new Waiter(position);
      if (!shared.add(waiter)) {
        return true;
      }
      Alarm limited =
          alarms.set(
              limit.compareTo(LONGEST_WAIT) < 0 ? limit : LONGEST_WAIT,
              () -> waiter.answer.complete(false));
      try {
        return waiter.answer.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } catch (ExecutionException e) {
        throw new IllegalStateException("nobody answers a waiter with an exception", e);
      } finally {
        limited.cancel();
        shared.remove(waiter);
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        left(shared);
      }
    }
  }

  /** Somebody who waits; told apart by identity. */
  private static final class Waiter {
    private final long position;
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();

    Waiter(long position) {
      this.position = position;
    }
  }

  /** A log that is watched, and everybody who waits for it. No lock is held over a question. */
  private final class Watched {
    private static final long GONE = -1;

    private final String name;

    /** Guarded by the map. */
    private int watches;

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Waiter> waiters = new HashSet<>();
    private volatile long end;
    private Duration pause = SOONEST;
    private @Nullable Alarm next;

    /** Tells the question that is due from one that was called off too late. */
    private int round;

    private boolean asking;

    Watched(String name) {
      this.name = name;
    }

    /** Answers false when there is nothing to wait for. */
    boolean add(Waiter waiter) {
      lock.lock();
      try {
        if (end > waiter.position) {
          return false;
        }
        waiters.add(waiter);
        askLater();
        return true;
      } finally {
        lock.unlock();
      }
    }

    void remove(Waiter waiter) {
      lock.lock();
      try {
        waiters.remove(waiter);
        if (waiters.isEmpty()) {
          callOff();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Whoever writes here knows where the log ends: nobody has to ask for a while. */
    void grown(long known) {
      if (known <= end) {
        return;
      }
      lock.lock();
      try {
        end = Math.max(end, known);
        answer(waiter -> waiter.position < known);
        callOff();
        askLater();
      } finally {
        lock.unlock();
      }
    }

    private void askLater() {
      if (next == null && !asking && !waiters.isEmpty()) {
        int mine = ++round;
        next = alarms.set(pause, () -> ask(mine));
      }
    }

    private void callOff() {
      if (next != null) {
        next.cancel();
        next = null;
        round++;
      }
    }

    private void ask(int mine) {
      lock.lock();
      try {
        if (mine != round) {
          return;
        }
        next = null;
        asking = true;
      } finally {
        lock.unlock();
      }
      long length = length();
      lock.lock();
      try {
        asking = false;
        end = Math.max(end, length);
        boolean changed =
            answer(waiter -> length == GONE ? waiter.position > 0 : waiter.position < length);
        pause = changed ? SOONEST : longer(pause);
        askLater();
      } finally {
        lock.unlock();
      }
    }

    private long length() {
      try {
        return storage.stat(name).map(Storage.Stat::length).orElse(GONE);
      } catch (Unavailable e) {
        log.atDebug()
            .setCause(e)
            .addKeyValue("log", name)
            .log("not asked; it is asked again later");
        return end;
      }
    }

    private boolean answer(Predicate<Waiter> whom) {
      return waiters.removeIf(waiter -> whom.test(waiter) && waiter.answer.complete(true));
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LATEST) < 0 ? doubled : LATEST;
  }
}
