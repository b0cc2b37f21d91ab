package dev.millrace.broker.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes that reach the disk together, and what is to be done then. Not safe for threads. */
public final class Transaction {
  private final List<Change> changes = new ArrayList<>(2);
  private @Nullable List<Runnable> afterwards;
  private @Nullable Answer answer;

  /** Who waits for it. Runs on the thread that commits. */
  public interface Answer {
    void committed();

    void failed(RuntimeException why);
  }

  public <K, V> void put(Table<K, V> table, K key, V value) {
    changes.add(table.put(key, value));
  }

  public <K> void remove(Table<K, ?> table, K key) {
    changes.add(table.remove(key));
  }

  /** Runs once the changes can be read from the tables. */
  public void afterwards(Runnable action) {
    if (afterwards == null) {
      afterwards = new ArrayList<>();
    }
    afterwards.add(action);
  }

  public void answer(Answer toWhom) {
    answer = toWhom;
  }

  /** Nobody would notice if it were left out. */
  public boolean isEmpty() {
    return changes.isEmpty() && answer == null;
  }

  void apply() {
    for (Change change : changes) {
      change.apply();
    }
  }

  void committed() {
    if (afterwards != null) {
      afterwards.forEach(Runnable::run);
    }
    if (answer != null) {
      answer.committed();
    }
  }

  void failed(RuntimeException why) {
    if (answer != null) {
      answer.failed(why);
    }
  }
}
