package dev.millrace.storage.disk;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/** One change at a time per name. Names nobody changes take no memory. */
final class Claims {
  private final ConcurrentMap<String, Turn> turns = new ConcurrentHashMap<>();

  private static final class Turn {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  /** What is done while nobody else changes the names. */
  interface Work<T> {
    T run() throws IOException;
  }

  <T> T during(String name, Work<T> work) throws IOException {
    take(name);
    try {
      return work.run();
    } finally {
      release(name);
    }
  }

  /** Claims several names, which must be in order, so that no two callers wait for each other. */
  <T> T during(List<String> names, Work<T> work) throws IOException {
    int taken = 0;
    try {
      for (; taken < names.size(); taken++) {
        take(names.get(taken));
      }
      return work.run();
    } finally {
      names.subList(0, taken).forEach(this::release);
    }
  }

  private void take(String name) {
    Turn turn =
        turns.compute(
            name,
            (key, known) -> {
              Turn t = known == null ? new Turn() : known;
              t.users++;
              return t;
            });
    turn.lock.lock();
  }

  private void release(String name) {
    turns.computeIfPresent(
        name,
        (key, turn) -> {
          turn.lock.unlock();
          turn.users--;
          return turn.users == 0 ? null : turn;
        });
  }
}
