package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Delivery.State;
import dev.millrace.broker.Message;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.store.Standing;
import dev.millrace.broker.store.Store;
import dev.millrace.broker.store.Stored;
import dev.millrace.broker.store.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one queue, and what becomes of them: available, locked, deferred, expired, dead,
 * gone. Dead letters lie in the same tables as the queue that they come from.
 */
final class Messages {
  static final String REASON = "DeadLetterReason";
  static final String DESCRIPTION = "DeadLetterErrorDescription";

  final String address;
  final Shelf shelf = new Shelf();
  final Hungry hungry = new Hungry();
  final @Nullable Sessions sessions;
  private final Receiving receiving;
  private final Store store;
  private final Quota quota;
  private final Table<Long, Stored> table;
  private final Table<Long, Standing> standings;

  /** Null if these are dead letters. */
  private final @Nullable Messages dead;

  /** Null unless these are dead letters. */
  private final @Nullable String source;

  /** Those of a queue or a subscription. */
  Messages(
      String address, String key, Receiving receiving, Quota quota, Store store, Messages dead) {
    this.address = address;
    this.receiving = receiving;
    this.store = store;
    this.quota = quota;
    this.dead = dead;
    this.source = null;
    table = store.messages(key);
    standings = store.standings(key);
    sessions =
        receiving.requiresSession()
            ? new Sessions(this, store.sessions(key), receiving.lockDuration())
            : null;
  }

  /** The dead letters of that queue or subscription. */
  Messages(String source, String key, Duration lock, Quota quota, Store store) {
    this.address = source + "/$DeadLetterQueue";
    this.receiving = Receiving.DEFAULT.withLockDuration(lock);
    this.store = store;
    this.quota = quota;
    this.dead = null;
    this.source = source;
    table = store.messages(key);
    standings = store.standings(key);
    sessions = null;
  }

  /** Fills the shelf, and that of the dead letters. */
  void load() {
    table.forEach(
        (number, stored) -> {
          Standing standing = standings.get(number);
          boolean isDead = standing != null && standing.dead();
          Session session = isDead ? null : session(stored.sessionId());
          var entry = new Entry(number, stored.size(), stored, stored.expiresAt(), session);
          quota.take(entry.size);
          entry.hasRoom = store.takeRoom(entry.size);
          if (!entry.hasRoom) {
            entry.stored = null;
          }
          if (standing != null) {
            entry.restore(standing);
          }
          if (isDead && dead != null) {
            dead.shelf.add(entry.dead());
          } else {
            shelf.add(entry);
          }
        });
    if (sessions != null) {
      sessions.load();
    }
  }

  void arrive(
      Work work, Message message, long number, long enqueuedNumber, @Nullable Duration shorter) {
    long expiresAt = expiry(work.now, message.timeToLive(), shorter);
    Instant scheduledFor = message.scheduledFor();
    var stored =
        new Stored(
            message.payload(),
            message.annotations(),
            message.durable(),
            message.priority(),
            message.sessionId(),
            message.partitionKey(),
            enqueuedNumber,
            work.now,
            expiresAt,
            scheduledFor == null ? 0 : scheduledFor.toEpochMilli());
    Session session = session(stored.sessionId());
    var entry = new Entry(number, stored.size(), stored, expiresAt, session);
    quota.take(entry.size);
    entry.hasRoom = store.takeRoom(entry.size);
    leaveMemory(work, entry);
    work.put(table, number, stored);
    shelf.add(entry);
    if (sessions != null && session == null) {
      die(work, entry, "SessionIdIsMissing", address + " requires sessions; the message has none.");
    } else {
      news(work, entry);
    }
  }

  /** Does what is due. */
  void pass(Work work) {
    if (sessions == null) {
      for (Entry entry = shelf.firstLockEndingBy(work.now);
          entry != null;
          entry = shelf.firstLockEndingBy(work.now)) {
        giveBack(work, entry, true);
      }
    } else {
      sessions.pass(work);
    }
    for (Entry entry = shelf.firstExpiringBy(work.now);
        entry != null;
        entry = shelf.firstExpiringBy(work.now)) {
      expire(work, entry);
    }
  }

  long nextDeadline() {
    long lock = sessions == null ? shelf.nextLockEnd() : sessions.nextDeadline();
    return Math.min(lock, shelf.nextExpiry());
  }

  /** A lock ends without an end of the message. */
  void giveBack(Work work, Entry entry, boolean counted) {
    shelf.unlock(entry);
    if (counted) {
      entry.deliveryCount++;
    }
    if (dead != null && counted && entry.deliveryCount >= receiving.maxDeliveryCount()) {
      die(
          work,
          entry,
          "MaxDeliveryCountExceeded",
          "Message could not be consumed after "
              + receiving.maxDeliveryCount()
              + " delivery attempts.");
      return;
    }
    if (counted) {
      note(work, entry);
    }
    if (!entry.deferred) {
      shelf.offer(entry);
      if (entry.expiresAt <= work.now) {
        expire(work, entry);
      } else {
        news(work, entry);
      }
    }
  }

  /** It is locked, and set aside. */
  void defer(Work work, Entry entry) {
    shelf.unlock(entry);
    shelf.defer(entry);
    note(work, entry);
  }

  /** It is not locked (any more), and gone. */
  void remove(Work work, Entry entry) {
    shelf.remove(entry);
    work.remove(table, entry.number);
    if (entry.hasStanding) {
      work.remove(standings, entry.number);
    }
    quota.give(entry.size);
    if (entry.hasRoom) {
      store.giveRoom(entry.size);
    }
  }

  /** It is not locked (any more), and goes to the dead letters. */
  void die(Work work, Entry entry, @Nullable String reason, @Nullable String description) {
    if (dead == null) {
      throw new IllegalStateException("dead letters do not die: " + address);
    }
    shelf.remove(entry);
    entry.deferred = false;
    if (reason != null) {
      change(entry, Map.of(REASON, reason));
    }
    if (description != null) {
      change(entry, Map.of(DESCRIPTION, description));
    }
    work.put(standings, entry.number, entry.standing(true));
    Entry letter = entry.dead();
    dead.leaveMemory(work, letter);
    dead.shelf.add(letter);
    dead.news(work, letter);
  }

  boolean areDead() {
    return dead == null;
  }

  /** Sets application properties; whoever calls it notes it. */
  void change(Entry entry, Map<String, Object> properties) {
    if (!properties.isEmpty()) {
      var changed = new LinkedHashMap<>(entry.changed);
      changed.putAll(properties);
      entry.changed = Map.copyOf(changed);
    }
  }

  /** What was changed about it shall outlive the process. */
  void note(Work work, Entry entry) {
    entry.hasStanding = true;
    work.put(standings, entry.number, entry.standing(areDead()));
  }

  Delivery delivery(Entry entry) {
    Stored inMemory = entry.stored;
    Stored stored = inMemory != null ? inMemory : table.read(entry.number).orElseThrow();
    long expiresAt = stored.expiresAt();
    return new Delivery(
        stored.payload(),
        stored.annotations(),
        stored.durable(),
        stored.priority(),
        expiresAt == Part.NEVER ? null : expiresAt - stored.enqueuedAt(),
        stored.sessionId(),
        stored.partitionKey(),
        entry.number,
        stored.enqueuedNumber(),
        Instant.ofEpochMilli(stored.enqueuedAt()),
        stored.scheduledFor() == 0 ? null : Instant.ofEpochMilli(stored.scheduledFor()),
        entry.deliveryCount,
        entry.deferred ? State.DEFERRED : State.ACTIVE,
        entry.changed,
        source,
        entry.token,
        entry.token == null ? null : Instant.ofEpochMilli(entry.lockedUntil));
  }

  private void expire(Work work, Entry entry) {
    if (receiving.deadLetterOnExpiration() && dead != null) {
      die(work, entry, "TTLExpiredException", "The message expired and was dead lettered.");
    } else {
      remove(work, entry);
    }
    if (sessions != null && entry.session != null) {
      // It may have been the last of its session.
      sessions.news(work, entry.session);
    }
  }

  private void news(Work work, Entry entry) {
    if (sessions != null && entry.session != null) {
      sessions.news(work, entry.session);
    } else {
      hungry.wake(work, shelf.availableCount());
    }
  }

  /** If there is no room for it, the table has it as soon as it is committed. */
  private void leaveMemory(Work work, Entry entry) {
    if (!entry.hasRoom) {
      work.transaction.afterwards(() -> entry.stored = null);
    }
  }

  private @Nullable Session session(@Nullable String id) {
    return sessions == null || id == null ? null : sessions.of(id);
  }

  private long expiry(long now, @Nullable Duration ofMessage, @Nullable Duration ofTopic) {
    long millis = Part.NEVER;
    for (Duration limit : new Duration[] {ofMessage, ofTopic, receiving.defaultTimeToLive()}) {
      if (limit != null) {
        millis = Math.min(millis, limit.toMillis());
      }
    }
    return millis > Part.NEVER - now ? Part.NEVER : now + millis;
  }
}
