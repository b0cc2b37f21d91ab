package dev.millrace.broker.store;

import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that applies transactions in their order and commits all that came meanwhile at once.
 * A commit that fails ends everything: the memory is ahead of the disk, and only a new start brings
 * them together again.
 */
final class GroupCommit {
  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

  private final Runnable flush;
  private final ReentrantLock gate = new ReentrantLock();
  private final Condition news = gate.newCondition();
  private final Thread thread;
  private List<Transaction> waiting = new ArrayList<>();
  private boolean idle;
  private boolean closed;
  private @Nullable Refused failure;

  GroupCommit(Runnable flush) {
    this.flush = flush;
    thread = Thread.ofPlatform().name("broker-commit").daemon().unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** Takes it, or answers that nothing is taken any more. */
  void submit(Transaction transaction) {
    Refused refusal;
    gate.lock();
    try {
      refusal = refusal();
      if (refusal == null) {
        waiting.add(transaction);
        if (idle) {
          idle = false;
          news.signal();
        }
      }
    } finally {
      gate.unlock();
    }
    if (refusal != null) {
      transaction.failed(refusal);
    }
  }

  /** Throws if nothing is taken any more. */
  void check() {
    gate.lock();
    try {
      Refused refusal = refusal();
      if (refusal != null) {
        throw refusal;
      }
    } finally {
      gate.unlock();
    }
  }

  /** Takes nothing more, and returns when all that was taken is answered. */
  void close() {
    gate.lock();
    try {
      closed = true;
      news.signal();
    } finally {
      gate.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Refused refusal() {
    if (failure != null) {
      return failure;
    }
    return closed ? new Refused(Reason.UNAVAILABLE, "The namespace is closed.") : null;
  }

  private void work() {
    while (true) {
      List<Transaction> batch = next();
      if (batch.isEmpty()) {
        return;
      }
      try {
        for (Transaction transaction : batch) {
          transaction.apply();
        }
        flush.run();
      } catch (RuntimeException | Error e) {
        // Whatever it was, those who wait must not wait for ever.
        fail(batch, e);
        return;
      }
      for (Transaction transaction : batch) {
        transaction.committed();
      }
    }
  }

  /** Waits; empty when it is closed and nothing is left. */
  private List<Transaction> next() {
    gate.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        idle = true;
        news.awaitUninterruptibly();
      }
      List<Transaction> batch = waiting;
      waiting = new ArrayList<>(batch.size());
      return batch;
    } finally {
      gate.unlock();
    }
  }

  private void fail(List<Transaction> batch, Throwable cause) {
    log.error("Messages cannot be kept any more; mend the disk and start again.", cause);
    var why =
        new Refused(
            Reason.UNAVAILABLE,
            "The namespace could not write to its disk and has stopped; it must be started again.");
    List<Transaction> rest;
    gate.lock();
    try {
      failure = why;
      rest = waiting;
      waiting = new ArrayList<>();
    } finally {
      gate.unlock();
    }
    batch.forEach(transaction -> transaction.failed(why));
    rest.forEach(transaction -> transaction.failed(why));
  }
}
