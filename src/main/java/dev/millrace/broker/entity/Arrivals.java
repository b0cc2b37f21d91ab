package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Delivery.State;
import dev.millrace.broker.Message;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.store.Seen;
import dev.millrace.broker.store.Store;
import dev.millrace.broker.store.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The way into a queue or a topic: what is too large, what came already, what has to wait for its
 * time. Numbers are given out here.
 */
final class Arrivals {
  /** Where a message goes when it is its time. */
  interface Inside {
    void arrive(Work work, Message message, long number);
  }

  private record Due(long at, long number) {}

  private final String address;
  private final Sending sending;
  private final boolean requiresSession;
  private final Inside inside;
  private final Quota quota;
  private final Counter numbers;
  private final Store store;
  private final Table<Long, Message> scheduledTable;
  private final Table<String, Seen> duplicatesTable;
  private final TreeMap<Long, Message> scheduled = new TreeMap<>();
  private final TreeSet<Due> due =
      new TreeSet<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));

  /** All count for equally long, so the first came first. */
  private final LinkedHashMap<String, Seen> duplicates = new LinkedHashMap<>();

  Arrivals(
      String address,
      Sending sending,
      boolean requiresSession,
      Inside inside,
      Quota quota,
      Counter numbers,
      Store store,
      String key) {
    this.address = address;
    this.sending = sending;
    this.requiresSession = requiresSession;
    this.inside = inside;
    this.quota = quota;
    this.numbers = numbers;
    this.store = store;
    this.scheduledTable = store.scheduled(key);
    this.duplicatesTable = store.duplicates(key);
    load();
  }

  /** All of them, or none. */
  long[] publish(Work work, List<Message> messages) {
    check(messages);
    long[] given = new long[messages.size()];
    for (int i = 0; i < given.length; i++) {
      given[i] = publish(work, messages.get(i));
    }
    return given;
  }

  void cancel(Work work, List<Long> cancelled) {
    for (long number : cancelled) {
      if (!scheduled.containsKey(number)) {
        throw new Refused(
            Reason.MESSAGE_NOT_FOUND,
            "There is no scheduled message with the sequence number " + number + ".");
      }
    }
    for (long number : cancelled) {
      Message message = unschedule(work, number);
      if (message != null) {
        quota.give(message.size());
      }
    }
  }

  void pass(Work work) {
    while (!due.isEmpty() && due.first().at() <= work.now) {
      Message message = unschedule(work, due.first().number());
      if (message != null) {
        quota.give(message.size());
        inside.arrive(work, message, numbers.next(work));
      }
    }
    for (var first = duplicates.firstEntry();
        first != null && first.getValue().until() <= work.now;
        first = duplicates.firstEntry()) {
      duplicates.remove(first.getKey());
      work.remove(duplicatesTable, first.getKey());
    }
  }

  long nextDeadline() {
    long next = due.isEmpty() ? Part.NEVER : due.first().at();
    var first = duplicates.firstEntry();
    return first == null ? next : Math.min(next, first.getValue().until());
  }

  /** Those that wait for their time. */
  List<Delivery> peek(long from, int max, @Nullable String sessionId) {
    List<Delivery> found = new ArrayList<>();
    for (Map.Entry<Long, Message> entry : scheduled.tailMap(from, true).entrySet()) {
      if (found.size() >= max) {
        break;
      }
      if (sessionId == null || sessionId.equals(entry.getValue().sessionId())) {
        found.add(shown(entry.getKey(), entry.getValue()));
      }
    }
    return found;
  }

  private void check(List<Message> messages) {
    long total = 0;
    for (Message message : messages) {
      total += message.size();
      if (message.size() > sending.maxMessageSize()) {
        throw new Refused(
            Reason.TOO_LARGE,
            "The message has "
                + message.size()
                + " bytes; '"
                + address
                + "' takes up to "
                + sending.maxMessageSize()
                + ".");
      }
      if (requiresSession && message.sessionId() == null) {
        throw new Refused(
            Reason.NOT_ALLOWED, "The entity '" + address + "' requires a session id.");
      }
    }
    store.checkSpace();
    if (!quota.hasRoomFor(total)) {
      throw new Refused(
          Reason.ENTITY_FULL,
          "The entity '" + address + "' is full: it holds up to " + sending.maxSize() + " bytes.");
    }
  }

  private long publish(Work work, Message message) {
    String id = message.messageId();
    Duration window = sending.duplicateWindow();
    Seen before = window == null || id == null ? null : duplicates.get(id);
    if (before != null) {
      return before.number();
    }
    long number = numbers.next(work);
    if (window != null && id != null) {
      var seen = new Seen(number, work.now + window.toMillis());
      duplicates.put(id, seen);
      work.put(duplicatesTable, id, seen);
    }
    Instant at = message.scheduledFor();
    if (at != null && at.toEpochMilli() > work.now) {
      quota.take(message.size());
      schedule(number, message, at.toEpochMilli());
      work.put(scheduledTable, number, message);
    } else {
      inside.arrive(work, message, number);
    }
    return number;
  }

  private void load() {
    scheduledTable.forEach(
        (number, message) -> {
          Instant at = message.scheduledFor();
          quota.take(message.size());
          schedule(number, message, at == null ? 0 : at.toEpochMilli());
        });
    List<Map.Entry<String, Seen>> seen = new ArrayList<>();
    duplicatesTable.forEach((id, value) -> seen.add(Map.entry(id, value)));
    seen.sort(Comparator.comparingLong(entry -> entry.getValue().until()));
    seen.forEach(entry -> duplicates.put(entry.getKey(), entry.getValue()));
  }

  private void schedule(long number, Message message, long at) {
    scheduled.put(number, message);
    due.add(new Due(at, number));
  }

  private @Nullable Message unschedule(Work work, long number) {
    Message message = scheduled.remove(number);
    if (message != null) {
      Instant at = message.scheduledFor();
      due.remove(new Due(at == null ? 0 : at.toEpochMilli(), number));
      work.remove(scheduledTable, number);
    }
    return message;
  }

  private static Delivery shown(long number, Message message) {
    Duration timeToLive = message.timeToLive();
    Instant at = message.scheduledFor();
    return new Delivery(
        message.payload(),
        message.annotations(),
        message.durable(),
        message.priority(),
        timeToLive == null ? null : timeToLive.toMillis(),
        message.sessionId(),
        message.partitionKey(),
        number,
        number,
        at == null ? Instant.EPOCH : at,
        at,
        0,
        State.SCHEDULED,
        Map.of(),
        null,
        null,
        null);
  }
}
