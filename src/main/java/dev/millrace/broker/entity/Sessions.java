package dev.millrace.broker.entity;

import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.Refused;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.SessionReceiver;
import dev.millrace.broker.store.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one queue: who holds which, which are free and have something, who waits. A
 * session is forgotten when it holds no message and no state and nobody holds it.
 */
final class Sessions {
  static final int MAX_STATE = 256 << 10;

  private final Messages messages;
  private final Table<String, byte[]> states;
  private final long lockMillis;
  private final Map<String, Session> byId = new HashMap<>();

  /** The one that became free first is given out first. */
  private final LinkedHashSet<Session> free = new LinkedHashSet<>();

  /** The first lock ends first. */
  private final LinkedHashMap<String, Session> held = new LinkedHashMap<>();

  private final TreeSet<Acceptor> waiting = new TreeSet<>(Acceptor.BY_TURN);
  private final TreeSet<Acceptor> givingUp = new TreeSet<>(Acceptor.BY_DEADLINE);
  private long turns;

  Sessions(Messages messages, Table<String, byte[]> states, Duration lock) {
    this.messages = messages;
    this.states = states;
    this.lockMillis = lock.toMillis();
    states.forEach((id, state) -> of(id).state = state);
  }

  Session of(String id) {
    return byId.computeIfAbsent(id, Session::new);
  }

  /** After all messages are there. */
  void load() {
    byId.values().stream()
        .filter(session -> !session.available.isEmpty())
        .sorted(Comparator.comparingLong(session -> session.available.first().number))
        .forEach(free::add);
  }

  /** Something of the session may be available. */
  void news(Work work, Session session) {
    LiveSessionReceiver holder = session.holder;
    if (holder != null) {
      if (holder.hungry && !session.available.isEmpty()) {
        holder.hungry = false;
        work.tell(holder.wake);
      }
      return;
    }
    if (session.available.isEmpty()) {
      free.remove(session);
      forget(session);
    } else {
      free.add(session);
      serve(work);
    }
  }

  void accept(
      Work work,
      @Nullable String id,
      Mode mode,
      Duration timeout,
      Runnable wake,
      CompletableFuture<SessionReceiver> answer,
      LiveQueue queue) {
    if (id != null) {
      Session session = of(id);
      if (session.holder != null) {
        throw new Refused(
            Reason.SESSION_CANNOT_BE_LOCKED,
            "The session '" + id + "' cannot be locked: another receiver holds it.");
      }
      give(work, session, new Acceptor(queue, 0, 0, mode, wake, answer));
      return;
    }
    var acceptor =
        new Acceptor(queue, ++turns, later(work.now, timeout.toMillis()), mode, wake, answer);
    waiting.add(acceptor);
    givingUp.add(acceptor);
    serve(work);
    giveUp(work);
  }

  /** Who cancelled waits no longer. */
  void forgetCancelled() {
    waiting.removeIf(acceptor -> acceptor.answer().isCancelled());
    givingUp.removeIf(acceptor -> acceptor.answer().isCancelled());
  }

  long renew(Work work, String id) {
    Session session = held(id);
    session.lockedUntil = work.now + lockMillis;
    held.putLast(id, session);
    return session.lockedUntil;
  }

  /**
   * @throws Refused if nobody holds it
   */
  Session held(String id) {
    Session session = byId.get(id);
    if (session == null || session.holder == null) {
      throw lost(id);
    }
    return session;
  }

  void setState(Work work, String id, byte @Nullable [] state) {
    Session session = held(id);
    if (state == null) {
      session.state = null;
      work.remove(states, id);
      return;
    }
    if (state.length > MAX_STATE) {
      throw new Refused(
          Reason.TOO_LARGE,
          "The state of session '" + id + "' is larger than " + MAX_STATE + " bytes.");
    }
    session.state = state.clone();
    work.put(states, id, session.state);
  }

  byte @Nullable [] state(String id) {
    byte[] state = held(id).state;
    return state == null ? null : Arrays.copyOf(state, state.length);
  }

  void leave(Work work, LiveSessionReceiver receiver) {
    if (receiver.session.holder == receiver) {
      end(work, receiver.session, false);
    }
  }

  void pass(Work work) {
    for (var first = held.firstEntry();
        first != null && first.getValue().lockedUntil <= work.now;
        first = held.firstEntry()) {
      end(work, first.getValue(), true);
    }
    giveUp(work);
  }

  void close(Work work) {
    var closed = Domain.closed();
    for (Acceptor acceptor : waiting) {
      work.tell(() -> acceptor.answer().completeExceptionally(closed));
    }
    waiting.clear();
    givingUp.clear();
  }

  long nextDeadline() {
    var first = held.firstEntry();
    long lock = first == null ? Part.NEVER : first.getValue().lockedUntil;
    return givingUp.isEmpty() ? lock : Math.min(lock, givingUp.first().deadline());
  }

  static Refused lost(String id) {
    return new Refused(
        Reason.SESSION_LOCK_LOST,
        "The lock of session '" + id + "' has ended. Accept the session again.");
  }

  /** That a lock ran out counts as a delivery in vain; that a receiver left does not. */
  private void end(Work work, Session session, boolean expired) {
    LiveSessionReceiver holder = session.holder;
    session.holder = null;
    held.remove(session.id);
    for (Entry entry : session.handedOut.values().toArray(Entry[]::new)) {
      messages.giveBack(work, entry, expired);
    }
    if (expired && holder != null) {
      work.tell(holder.wake);
    }
    news(work, session);
  }

  private void serve(Work work) {
    while (!waiting.isEmpty() && !free.isEmpty()) {
      Acceptor acceptor = waiting.removeFirst();
      givingUp.remove(acceptor);
      give(work, free.getFirst(), acceptor);
    }
  }

  private void give(Work work, Session session, Acceptor acceptor) {
    free.remove(session);
    var receiver =
        new LiveSessionReceiver(acceptor.queue(), session, acceptor.mode(), acceptor.wake());
    session.holder = receiver;
    session.lockedUntil = work.now + lockMillis;
    held.putLast(session.id, session);
    work.tell(
        () -> {
          // It may have been cancelled meanwhile.
          if (!acceptor.answer().complete(receiver)) {
            receiver.close();
          }
        });
  }

  private void giveUp(Work work) {
    while (!givingUp.isEmpty() && givingUp.first().deadline() <= work.now) {
      Acceptor acceptor = givingUp.removeFirst();
      waiting.remove(acceptor);
      var none =
          new Refused(
              Reason.TIMEOUT,
              "No session of '" + messages.address + "' became available within the time-out.");
      work.tell(() -> acceptor.answer().completeExceptionally(none));
    }
  }

  private void forget(Session session) {
    if (session.isForgettable()) {
      byId.remove(session.id);
    }
  }

  private static long later(long now, long millis) {
    return millis > Part.NEVER - now ? Part.NEVER : now + millis;
  }
}
