package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Queue.Mode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How messages of one queue reach receivers. */
final class Handout {
  private final Messages messages;
  private final long lockMillis;
  private final Supplier<UUID> tokens;

  Handout(Messages messages, long lockMillis, Supplier<UUID> tokens) {
    this.messages = messages;
    this.lockMillis = lockMillis;
    this.tokens = tokens;
  }

  List<Delivery> to(Work work, LivePlainReceiver receiver, int max) {
    var deliveries = hand(work, messages.shelf.firstAvailable(max), receiver.mode(), null);
    asked(work, receiver, deliveries.size() < max);
    return deliveries;
  }

  List<Delivery> to(Work work, LiveSessionReceiver receiver, int max) {
    Session session = receiver.session;
    if (session.holder != receiver) {
      throw Sessions.lost(session.id);
    }
    var deliveries = hand(work, first(session.available, max), receiver.mode(), session);
    receiver.hungry = deliveries.size() < max;
    return deliveries;
  }

  void asked(Work work, LivePlainReceiver receiver, boolean wantsMore) {
    messages.hungry.asked(receiver, wantsMore);
    messages.hungry.wake(work, messages.shelf.availableCount());
  }

  /** A lock of a session is the session's. */
  List<Delivery> hand(Work work, Collection<Entry> entries, Mode mode, @Nullable Session session) {
    long until = session == null ? work.now + lockMillis : session.lockedUntil;
    List<Delivery> deliveries = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      switch (mode) {
        case PEEK_LOCK -> {
          messages.shelf.lock(entry, tokens.get(), until);
          deliveries.add(messages.delivery(entry));
        }
        case RECEIVE_AND_DELETE -> {
          deliveries.add(messages.delivery(entry));
          messages.remove(work, entry);
        }
      }
    }
    return deliveries;
  }

  static List<Entry> first(SequencedSet<Entry> available, int max) {
    List<Entry> first = new ArrayList<>(Math.min(max, available.size()));
    for (Entry entry : available) {
      if (first.size() >= max) {
        break;
      }
      first.add(entry);
    }
    return first;
  }
}
