package dev.millrace.broker.entity;

import dev.millrace.broker.store.Standing;
import dev.millrace.broker.store.Stored;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A message in a queue, as the memory knows it. */
final class Entry {
  static final Comparator<Entry> BY_NUMBER = Comparator.comparingLong(entry -> entry.number);
  static final Comparator<Entry> BY_EXPIRY =
      Comparator.<Entry>comparingLong(entry -> entry.expiresAt).thenComparing(BY_NUMBER);

  final long number;
  final int size;
  final long expiresAt;

  /** Null where the session does not matter. */
  final @Nullable Session session;

  /** Null if there was no room for it in memory: then it is in the table. */
  volatile @Nullable Stored stored;

  boolean hasRoom;
  int deliveryCount;
  boolean deferred;
  Map<String, Object> changed = Map.of();

  /** Whether the table of standings has something about it. */
  boolean hasStanding;

  @Nullable UUID token;
  long lockedUntil;

  Entry(long number, int size, @Nullable Stored stored, long expiresAt, @Nullable Session session) {
    this.number = number;
    this.size = size;
    this.expiresAt = expiresAt;
    this.session = session;
    this.stored = stored;
  }

  private Entry(long number) {
    this.number = number;
    this.size = 0;
    this.expiresAt = 0;
    this.session = null;
  }

  /** To look for one in an order. */
  static Entry probe(long number) {
    return new Entry(number);
  }

  /** Itself as a dead letter: without session and end. */
  Entry dead() {
    var dead = new Entry(number, size, stored, Part.NEVER, null);
    dead.hasRoom = hasRoom;
    dead.deliveryCount = deliveryCount;
    dead.deferred = deferred;
    dead.changed = changed;
    dead.hasStanding = true;
    return dead;
  }

  Standing standing(boolean dead) {
    return new Standing(deliveryCount, deferred, dead, changed);
  }

  void restore(Standing standing) {
    deliveryCount = standing.deliveryCount();
    deferred = standing.deferred();
    changed = standing.changed();
    hasStanding = true;
  }
}
