package dev.millrace.broker;

import static dev.millrace.broker.Fixture.ABANDON;
import static dev.millrace.broker.Fixture.COMPLETE;
import static dev.millrace.broker.Fixture.DEFER;
import static dev.millrace.broker.Fixture.LOCK;
import static dev.millrace.broker.Fixture.PLAIN;
import static dev.millrace.broker.Fixture.done;
import static dev.millrace.broker.Fixture.message;
import static dev.millrace.broker.Fixture.reason;
import static dev.millrace.broker.Fixture.receive;
import static dev.millrace.broker.Fixture.text;
import static dev.millrace.broker.Fixture.texts;
import static dev.millrace.broker.Fixture.token;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.setup.Sending;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir Path directory;
  private Fixture f;

  @BeforeEach
  void open() {
    f = Fixture.queue(directory, PLAIN.withSessions(), Sending.DEFAULT);
  }

  @AfterEach
  void close() {
    f.close();
  }

  @Test
  void a_session_is_received_in_its_order_and_by_its_holder_only() {
    f.send(message("a1", "a"));
    f.send(message("b1", "b"));
    f.send(message("a2", "a"));

    var a = accept("a");

    assertEquals(List.of("a1", "a2"), texts(a.receive(10)));
    assertEquals(List.of(), a.receive(10));
    assertEquals(List.of("b1"), texts(accept("b").receive(10)));
  }

  @Test
  void a_message_without_session_and_a_receiver_without_session_are_refused() {
    assertEquals(Reason.NOT_ALLOWED, reason(f.queue().publish(List.of(message("x")))));
    assertEquals(Reason.NOT_ALLOWED, reason(() -> f.queue().receiver(Mode.PEEK_LOCK, () -> {})));
  }

  @Test
  void a_queue_without_sessions_gives_none() {
    try (var plain = Fixture.queue(directory.resolve("plain"))) {
      assertEquals(
          Reason.NOT_ALLOWED,
          reason(plain.queue().acceptSession("a", Mode.PEEK_LOCK, PATIENCE, () -> {})));
    }
  }

  @Test
  void a_session_that_somebody_holds_cannot_be_locked() {
    var a = accept("a");

    assertEquals(Reason.SESSION_CANNOT_BE_LOCKED, reason(accepting("a")));

    a.close();
    accept("a");
  }

  @Test
  void the_next_session_is_the_one_that_has_waited_longest() {
    f.send(message("b1", "b"));
    f.send(message("a1", "a"));

    assertEquals("b", accept(null).sessionId());
    assertEquals("a", accept(null).sessionId());
  }

  @Test
  void who_waits_for_a_session_is_served_in_turn() {
    var first = accepting(null);
    var second = accepting(null);

    f.send(message("a1", "a"));
    assertTrue(first.isDone());
    assertFalse(second.isDone());
    f.send(message("a2", "a"));
    assertFalse(second.isDone());
    f.send(message("b1", "b"));

    assertEquals("b", done(second).sessionId());
  }

  @Test
  void who_waits_in_vain_is_told_so_in_time() {
    var waiting = accepting(null);
    f.pass(PATIENCE.minusMillis(1));
    assertFalse(waiting.isDone());

    f.pass(Duration.ofMillis(1));

    assertEquals(Reason.TIMEOUT, reason(waiting));
    f.send(message("a1", "a"));
    assertEquals("a", accept(null).sessionId());
  }

  @Test
  void who_cancels_gets_no_session() {
    var waiting = accepting(null);
    waiting.cancel(false);

    f.send(message("a1", "a"));

    assertEquals("a", accept(null).sessionId());
  }

  @Test
  void a_closed_session_gives_its_messages_back_uncounted() {
    f.send(message("a1", "a"));
    var holder = accept("a");
    var delivery = holder.receive(1).getFirst();

    holder.close();

    assertEquals(Reason.SESSION_LOCK_LOST, reason(f.queue().settle(token(delivery), COMPLETE)));
    var again = accept(null).receive(1).getFirst();
    assertEquals("a1", text(again));
    assertEquals(0, again.deliveryCount());
  }

  @Test
  void a_session_whose_lock_expires_is_lost_counts_and_wakes_its_holder() {
    f.send(message("a1", "a"));
    var woken = new ArrayList<String>();
    var holder = done(f.queue().acceptSession("a", Mode.PEEK_LOCK, PATIENCE, () -> woken.add("a")));
    var delivery = holder.receive(1).getFirst();

    f.pass(LOCK);

    assertEquals(List.of("a"), woken);
    assertFalse(holder.isHeld());
    assertEquals(Reason.SESSION_LOCK_LOST, reason(() -> holder.receive(1)));
    assertEquals(Reason.SESSION_LOCK_LOST, reason(() -> f.queue().renewSession("a")));
    assertEquals(Reason.SESSION_LOCK_LOST, reason(f.queue().settle(token(delivery), COMPLETE)));
    assertEquals(1, accept(null).receive(1).getFirst().deliveryCount());
  }

  @Test
  void the_close_of_a_lost_session_does_not_touch_the_next_holder() {
    f.send(message("a1", "a"));
    var lost = accept("a");
    f.pass(LOCK);
    var next = accept("a");

    lost.close();

    assertTrue(next.isHeld());
    assertEquals(1, next.receive(5).size());
  }

  @Test
  void a_renewed_session_keeps_its_messages() {
    f.send(message("a1", "a"));
    var holder = accept("a");
    var delivery = holder.receive(1).getFirst();
    f.pass(LOCK.minusSeconds(1));

    var until = f.queue().renewSession("a");

    assertEquals(f.clock.instant().plus(LOCK), until);
    assertEquals(until, holder.lockedUntil());
    f.pass(LOCK.minusSeconds(1));
    f.settle(delivery, COMPLETE);
    assertTrue(holder.isHeld());
  }

  @Test
  void an_abandoned_message_comes_before_the_later_ones_of_its_session() {
    f.send(message("a1", "a"));
    f.send(message("a2", "a"));
    var holder = accept("a");

    f.settle(holder.receive(1).getFirst(), ABANDON);

    assertEquals(List.of("a1", "a2"), texts(holder.receive(5)));
  }

  @Test
  void the_state_of_a_session_is_its_holders_and_outlives_messages_and_restarts() {
    var holder = accept("a");
    assertEquals(Optional.empty(), f.queue().sessionState("a"));
    done(f.queue().setSessionState("a", new byte[] {7}));
    holder.close();
    assertEquals(Reason.SESSION_LOCK_LOST, reason(() -> f.queue().sessionState("a")));
    assertEquals(Reason.SESSION_LOCK_LOST, reason(f.queue().setSessionState("a", null)));

    f.restart();

    accept("a");
    assertArrayEquals(new byte[] {7}, f.queue().sessionState("a").orElseThrow());
    done(f.queue().setSessionState("a", null));
    f.restart();
    accept("a");
    assertEquals(Optional.empty(), f.queue().sessionState("a"));
  }

  @Test
  void a_state_that_is_too_large_is_refused() {
    accept("a");

    assertEquals(
        Reason.TOO_LARGE, reason(f.queue().setSessionState("a", new byte[(256 << 10) + 1])));
  }

  @Test
  void a_deferred_message_of_a_session_needs_its_lock() {
    long number = f.send(message("a1", "a"));
    var holder = accept("a");
    f.settle(holder.receive(1).getFirst(), DEFER);
    accept("b");

    assertEquals(Reason.MESSAGE_NOT_FOUND, reason(deferred(number, "b")));
    assertEquals(List.of("a1"), texts(done(deferred(number, "a"))));
    holder.close();
    assertEquals(Reason.SESSION_LOCK_LOST, reason(deferred(number, "a")));
    accept("a");
    assertEquals(List.of("a1"), texts(done(deferred(number, "a"))));
  }

  @Test
  void peeking_can_be_limited_to_a_session() {
    f.send(message("a1", "a"));
    f.send(message("b1", "b"));
    f.send(message("a2", "a"));

    assertEquals(List.of("a1", "a2"), texts(f.queue().peek(0, 10, "a")));
    assertEquals(List.of("a1", "b1", "a2"), texts(f.queue().peek(0, 10, null)));
  }

  @Test
  void a_hungry_holder_is_woken_by_its_session_only() {
    var woken = new ArrayList<String>();
    var holder = done(f.queue().acceptSession("a", Mode.PEEK_LOCK, PATIENCE, () -> woken.add("a")));
    holder.receive(1);

    f.send(message("b1", "b"));
    assertEquals(List.of(), woken);
    f.send(message("a1", "a"));
    f.send(message("a2", "a"));

    assertEquals(List.of("a"), woken);
  }

  @Test
  void dead_letters_of_sessions_are_received_without_a_session() {
    f.send(message("a1", "a"));
    f.settle(
        accept("a").receive(1).getFirst(),
        new Settlement.DeadLetter("bad", null, java.util.Map.of()));

    var dead = receive(f.queue().deadLetters(), 1).getFirst();

    assertEquals("a", dead.sessionId());
  }

  @Test
  void a_session_whose_last_message_expired_is_not_given_out() {
    f.send(new Given("a1").session("a").lives(Duration.ofSeconds(1)).message());
    f.pass(Duration.ofSeconds(1));

    var waiting = accepting(null);

    assertFalse(waiting.isDone());
  }

  @Test
  void closing_the_namespace_ends_all_waiting() {
    var waiting = accepting(null);

    f.namespace.close();

    assertEquals(Reason.UNAVAILABLE, reason(waiting));
  }

  private CompletableFuture<SessionReceiver> accepting(@Nullable String id) {
    return f.queue().acceptSession(id, Mode.PEEK_LOCK, PATIENCE, () -> {}).toCompletableFuture();
  }

  private SessionReceiver accept(@Nullable String id) {
    return done(accepting(id));
  }

  private CompletableFuture<List<Delivery>> deferred(long number, String session) {
    return f.queue()
        .receiveDeferred(List.of(number), Mode.PEEK_LOCK, session)
        .toCompletableFuture();
  }
}
