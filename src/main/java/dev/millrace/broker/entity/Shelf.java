package dev.millrace.broker.entity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of one queue are: all by number; of these some available, some locked, some
 * deferred (and perhaps locked as well); those that may expire by their time.
 */
final class Shelf {
  private final TreeSet<Entry> all = new TreeSet<>(Entry.BY_NUMBER);
  private final TreeSet<Entry> available = new TreeSet<>(Entry.BY_NUMBER);
  private final TreeSet<Entry> expiring = new TreeSet<>(Entry.BY_EXPIRY);

  /**
   * Without sessions the first lock ends first: all last equally long, and time never goes back.
   */
  private final LinkedHashMap<UUID, Entry> locked = new LinkedHashMap<>();

  private int deferred;

  void add(Entry entry) {
    all.add(entry);
    if (entry.session != null) {
      entry.session.entries++;
    }
    if (entry.deferred) {
      deferred++;
    } else {
      offer(entry);
    }
  }

  /** Takes a message that is not locked away. */
  void remove(Entry entry) {
    all.remove(entry);
    if (entry.session != null) {
      entry.session.entries--;
    }
    if (entry.deferred) {
      deferred--;
    } else {
      withdraw(entry);
    }
  }

  @Nullable Entry find(long number) {
    Entry entry = all.ceiling(Entry.probe(number));
    return entry != null && entry.number == number ? entry : null;
  }

  @Nullable Entry locked(UUID token) {
    return locked.get(token);
  }

  List<Entry> firstAvailable(int max) {
    return Handout.first(available, max);
  }

  int availableCount() {
    return available.size();
  }

  int activeCount() {
    return all.size() - deferred;
  }

  void lock(Entry entry, UUID token, long until) {
    if (!entry.deferred) {
      withdraw(entry);
    }
    entry.token = token;
    entry.lockedUntil = until;
    locked.put(token, entry);
    if (entry.session != null) {
      entry.session.handedOut.put(token, entry);
    }
  }

  void renew(Entry entry, long until) {
    entry.lockedUntil = until;
    locked.putLast(entry.token, entry);
  }

  /** Ends the lock; the message is not available yet. */
  void unlock(Entry entry) {
    locked.remove(entry.token);
    if (entry.session != null) {
      entry.session.handedOut.remove(entry.token);
    }
    entry.token = null;
  }

  void offer(Entry entry) {
    if (entry.session == null) {
      available.add(entry);
    } else {
      entry.session.available.add(entry);
    }
    if (entry.expiresAt != Part.NEVER) {
      expiring.add(entry);
    }
  }

  void defer(Entry entry) {
    if (!entry.deferred) {
      entry.deferred = true;
      deferred++;
    }
  }

  private void withdraw(Entry entry) {
    if (entry.session == null) {
      available.remove(entry);
    } else {
      entry.session.available.remove(entry);
    }
    if (entry.expiresAt != Part.NEVER) {
      expiring.remove(entry);
    }
  }

  @Nullable Entry firstLockEndingBy(long now) {
    var first = locked.firstEntry();
    return first != null && first.getValue().lockedUntil <= now ? first.getValue() : null;
  }

  @Nullable Entry firstExpiringBy(long now) {
    return !expiring.isEmpty() && expiring.first().expiresAt <= now ? expiring.first() : null;
  }

  long nextExpiry() {
    return expiring.isEmpty() ? Part.NEVER : expiring.first().expiresAt;
  }

  long nextLockEnd() {
    var first = locked.firstEntry();
    return first == null ? Part.NEVER : first.getValue().lockedUntil;
  }

  List<Entry> from(long number, int max, Predicate<Entry> wanted) {
    List<Entry> found = new ArrayList<>();
    for (Entry entry : all.tailSet(Entry.probe(number), true)) {
      if (found.size() >= max) {
        break;
      }
      if (wanted.test(entry)) {
        found.add(entry);
      }
    }
    return found;
  }
}
