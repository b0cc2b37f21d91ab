package dev.millrace.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Time goes on only when told to; what is due is done by whoever tells it. */
final class ManualAlarms implements Alarms {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Due> set = new ArrayList<>();
  private Duration now = Duration.ZERO;

  private record Due(Duration at, Object identity, Runnable what) {}

  @Override
  public Alarm set(Duration delay, Runnable what) {
    lock.lock();
    try {
      var due = new Due(now.plus(delay), new Object(), what);
      set.add(due);
      changed.signalAll();
      return () -> cancel(due);
    } finally {
      lock.unlock();
    }
  }

  private void cancel(Due due) {
    lock.lock();
    try {
      set.remove(due);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void advance(Duration by) {
    Duration until = now().plus(by);
    for (Due due = next(until); due != null; due = next(until)) {
      due.what().run();
    }
  }

  private Duration now() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  private Due next(Duration until) {
    lock.lock();
    try {
      var first =
          set.stream()
              .filter(due -> due.at().compareTo(until) <= 0)
              .min(Comparator.comparing(Due::at));
      first.ifPresent(set::remove);
      now = first.map(Due::at).orElse(until);
      return first.orElse(null);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until so many alarms are set. */
  void awaitSet(int count) throws InterruptedException {
    lock.lock();
    try {
      while (set.size() != count) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return set.size();
    } finally {
      lock.unlock();
    }
  }
}
