package dev.millrace.broker.entity;

import dev.millrace.broker.store.Table;
import dev.millrace.broker.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one command leaves to be done: changes for the store, and news for those who wait. */
final class Work {
  final long now;
  final Transaction transaction = new Transaction();
  private final List<Counter> counters = new ArrayList<>(1);
  private @Nullable List<Runnable> news;

  Work(long now) {
    this.now = now;
  }

  <K, V> void put(Table<K, V> table, K key, V value) {
    transaction.put(table, key, value);
  }

  <K> void remove(Table<K, ?> table, K key) {
    transaction.remove(table, key);
  }

  /** Writes the counter once, however often it counted. */
  void counted(Counter counter) {
    if (!counters.contains(counter)) {
      counters.add(counter);
    }
  }

  /** Runs when the lock is free. */
  void tell(Runnable message) {
    if (news == null) {
      news = new ArrayList<>(2);
    }
    news.add(message);
  }

  void closeCounters() {
    for (Counter counter : counters) {
      counter.write(this);
    }
  }

  void tellAll() {
    if (news != null) {
      news.forEach(Runnable::run);
    }
  }
}
