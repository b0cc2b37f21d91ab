package dev.millrace.broker.entity;

import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.store.Store;
import dev.millrace.broker.store.Transaction;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entities under one lock. A command that refuses has changed nothing yet; what was due before it
 * stays done.
 */
final class Domain {
  final Store store;
  private final InstantSource clock;
  private final Alarm alarm;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Part> parts = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
  private long lastNow;
  private boolean closed;

  Domain(Store store, InstantSource clock, Alarm alarm) {
    this.store = store;
    this.clock = clock;
    this.alarm = alarm;
  }

  /** While the namespace is being opened. */
  void add(Part part) {
    parts.add(part);
  }

  /** Runs a command whose result does not depend on the disk. */
  <T> T now(Part part, Function<Work, T> command) {
    Work work = begin();
    T result;
    try {
      checkOpen();
      part.pass(work);
      result = command.apply(work);
    } finally {
      end(part, work);
    }
    work.tellAll();
    return result;
  }

  /** Runs a command that depends neither. */
  void act(Part part, Consumer<Work> command) {
    now(
        part,
        work -> {
          command.accept(work);
          return true;
        });
  }

  /** Runs a command and answers when the disk has it. */
  <T> CompletableFuture<T> durably(Part part, Function<Work, T> command) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    commit(
        part,
        answer,
        work -> {
          T result = command.apply(work);
          return () -> answer.complete(result);
        });
    return answer;
  }

  /** Runs a command and says when the disk has it. */
  @SuppressWarnings("NullAway") // The only value that a Void has.
  CompletableFuture<Void> done(Part part, Consumer<Work> command) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    commit(
        part,
        answer,
        work -> {
          command.accept(work);
          return () -> answer.complete(null);
        });
    return answer;
  }

  private void commit(Part part, CompletableFuture<?> answer, Function<Work, Runnable> command) {
    Work work = begin();
    try {
      checkOpen();
      part.pass(work);
      Runnable committed = command.apply(work);
      work.transaction.answer(
          new Transaction.Answer() {
            @Override
            public void committed() {
              committed.run();
            }

            @Override
            public void failed(RuntimeException why) {
              answer.completeExceptionally(why);
            }
          });
    } catch (Refused refused) {
      answer.completeExceptionally(refused);
    } finally {
      end(part, work);
    }
    work.tellAll();
  }

  /** Runs a command that nobody waits for, and that may come too late. */
  void quietly(Part part, Consumer<Work> command) {
    Work work = begin();
    try {
      if (!closed) {
        command.accept(work);
      }
    } finally {
      end(part, work);
    }
    work.tellAll();
  }

  /** Only for commands. */
  UUID newToken() {
    return new UUID(
        (random.nextLong() & ~0xF000L) | 0x4000L, (random.nextLong() >>> 2) | Long.MIN_VALUE);
  }

  /** Does all that is due, and says when something is due next. */
  long pass() {
    Work work = begin();
    long next = Part.NEVER;
    try {
      if (closed) {
        return next;
      }
      for (Part part : parts) {
        part.pass(work);
      }
      for (Part part : parts) {
        next = Math.min(next, part.nextDeadline());
      }
    } finally {
      submit(work);
      lock.unlock();
    }
    work.tellAll();
    return next;
  }

  long nextDeadline() {
    lock.lock();
    try {
      return parts.stream().mapToLong(Part::nextDeadline).min().orElse(Part.NEVER);
    } finally {
      lock.unlock();
    }
  }

  /** Lets the running command end, and no other begin. */
  void close() {
    Work work = begin();
    closed = true;
    parts.forEach(part -> part.close(work));
    lock.unlock();
    work.tellAll();
  }

  static Refused closed() {
    return new Refused(Reason.UNAVAILABLE, "The namespace is closed.");
  }

  private void checkOpen() {
    if (closed) {
      throw closed();
    }
    store.check();
  }

  /** Locks. Time never goes back, or locks would end out of order. */
  private Work begin() {
    lock.lock();
    lastNow = Math.max(lastNow, clock.millis());
    return new Work(lastNow);
  }

  /** Hands over to the store in the order of the commands, then unlocks. */
  private void end(Part part, Work work) {
    try {
      submit(work);
      if (alarm.isOn()) {
        alarm.notAfter(part.nextDeadline());
      }
    } finally {
      lock.unlock();
    }
  }

  private void submit(Work work) {
    work.closeCounters();
    if (!work.transaction.isEmpty()) {
      store.submit(work.transaction);
    }
  }
}
