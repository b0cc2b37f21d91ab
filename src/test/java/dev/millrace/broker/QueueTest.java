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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.SettableClock;
import dev.millrace.broker.Delivery.State;
import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.setup.Sending;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QueueTest {
  @TempDir Path directory;

  @Test
  void what_is_sent_is_received_as_it_was_in_the_order_of_sending() {
    try (var f = Fixture.queue(directory)) {
      done(f.queue().publish(List.of(message("a"), message("b"))));
      f.send("c");

      var deliveries = f.receive(10);

      assertEquals(List.of("a", "b", "c"), texts(deliveries));
      var first = deliveries.getFirst();
      assertEquals(1, first.sequenceNumber());
      assertEquals(1, first.enqueuedSequenceNumber());
      assertEquals(0, first.deliveryCount());
      assertEquals(SettableClock.NOON, first.enqueuedAt());
      assertEquals(SettableClock.NOON.plus(LOCK), first.lockedUntil());
      assertArrayEquals(new byte[] {1, 2}, first.annotations());
      assertTrue(first.durable());
      assertEquals(4, first.priority());
    }
  }

  @Test
  void a_completed_message_is_gone_and_cannot_be_settled_again() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      var delivery = f.receiveOne();

      f.settle(delivery, COMPLETE);

      assertEquals(Reason.LOCK_LOST, reason(f.queue().settle(token(delivery), COMPLETE)));
      f.pass(LOCK);
      assertEquals(List.of(), f.receive(1));
      assertEquals(0, f.queue().activeMessages());
    }
  }

  @Test
  void an_abandoned_message_comes_back_first_with_its_count_and_properties() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.send("b");
      var delivery = f.receiveOne();

      f.settle(delivery, new Settlement.Abandon(Map.of("why", "busy", "n", 3L)));

      var again = f.receiveOne();
      assertEquals("a", text(again));
      assertEquals(1, again.deliveryCount());
      assertEquals(Map.of("why", "busy", "n", 3L), again.changedProperties());
    }
  }

  @Test
  void a_released_message_comes_back_uncounted() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.settle(f.receiveOne(), new Settlement.Release());

      assertEquals(0, f.receiveOne().deliveryCount());
    }
  }

  @Test
  void a_lock_that_expires_frees_the_message_and_counts() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      var delivery = f.receiveOne();
      f.pass(LOCK.minusMillis(1));
      assertEquals(List.of(), f.receive(1));

      f.pass(Duration.ofMillis(1));

      assertEquals(Reason.LOCK_LOST, reason(f.queue().settle(token(delivery), COMPLETE)));
      assertEquals(1, f.receiveOne().deliveryCount());
    }
  }

  @Test
  void nobody_settles_after_the_end_of_the_lock_even_if_no_deadline_was_passed_yet() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      var delivery = f.receiveOne();

      f.clock.advance(LOCK);

      assertEquals(Reason.LOCK_LOST, reason(f.queue().settle(token(delivery), COMPLETE)));
      assertEquals(1, f.receiveOne().deliveryCount());
    }
  }

  @Test
  void a_lock_of_a_receiver_that_went_away_stands_until_it_expires() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      var receiver = f.queue().receiver(Mode.PEEK_LOCK, () -> {});
      var delivery = receiver.receive(1).getFirst();
      receiver.close();

      assertEquals(List.of(), f.receive(1));
      f.settle(delivery, COMPLETE);
      assertEquals(0, f.queue().activeMessages());
    }
  }

  @Test
  void a_renewed_lock_lasts_from_then_on() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.send("b");
      var a = f.receiveOne();
      var b = f.receiveOne();
      f.pass(LOCK.minusSeconds(1));

      var until = f.queue().renewLocks(List.of(token(a)));

      assertEquals(List.of(f.clock.instant().plus(LOCK)), until);
      f.pass(Duration.ofSeconds(1));
      assertEquals(Reason.LOCK_LOST, reason(f.queue().settle(token(b), COMPLETE)));
      assertEquals(
          Reason.LOCK_LOST, reason(() -> f.queue().renewLocks(List.of(token(a), token(b)))));
      f.settle(a, COMPLETE);
    }
  }

  @Test
  void too_many_deliveries_in_vain_make_a_dead_letter_with_a_reason() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.settle(f.receiveOne(), ABANDON);
      f.receiveOne();
      f.pass(LOCK);
      f.settle(f.receiveOne(), ABANDON);

      assertEquals(List.of(), f.receive(1));
      var dead = receive(f.queue().deadLetters(), 1).getFirst();
      assertEquals("a", text(dead));
      assertEquals("MaxDeliveryCountExceeded", dead.changedProperties().get("DeadLetterReason"));
      assertEquals("q", dead.deadLetterSource());
      assertEquals(3, dead.deliveryCount());
    }
  }

  @Test
  void a_receiver_may_dead_letter_with_its_own_words_and_the_letter_can_be_completed() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");

      f.settle(
          f.receiveOne(), new Settlement.DeadLetter("bad", "cannot be read", Map.of("at", 7L)));

      var letters = f.queue("Q/$deadletterQUEUE");
      var dead = receive(letters, 1).getFirst();
      assertEquals(
          Map.of(
              "DeadLetterReason", "bad", "DeadLetterErrorDescription", "cannot be read", "at", 7L),
          dead.changedProperties());
      assertEquals(
          Reason.NOT_ALLOWED,
          reason(letters.settle(token(dead), new Settlement.DeadLetter(null, null, Map.of()))));
      done(letters.settle(token(dead), ABANDON));
      done(letters.settle(token(receive(letters, 1).getFirst()), COMPLETE));
      assertEquals(0, letters.activeMessages());
    }
  }

  @Test
  void nothing_can_be_sent_to_dead_letters() {
    try (var f = Fixture.queue(directory)) {
      assertEquals(
          Reason.NOT_ALLOWED, reason(f.queue().deadLetters().publish(List.of(message("a")))));
    }
  }

  @Test
  void a_deferred_message_is_received_by_its_number_only() {
    try (var f = Fixture.queue(directory)) {
      long number = f.send("a");
      f.settle(f.receiveOne(), new Settlement.Defer(Map.of("later", true)));
      assertEquals(List.of(), f.receive(1));
      assertEquals(State.DEFERRED, f.queue().peek(0, 5, null).getFirst().state());

      var deferred =
          done(f.queue().receiveDeferred(List.of(number), Mode.PEEK_LOCK, null)).getFirst();

      assertEquals(Map.of("later", true), deferred.changedProperties());
      assertEquals(
          Reason.MESSAGE_NOT_FOUND,
          reason(f.queue().receiveDeferred(List.of(number), Mode.PEEK_LOCK, null)));
      f.settle(deferred, COMPLETE);
      assertEquals(List.of(), f.queue().peek(0, 5, null));
    }
  }

  @Test
  void a_deferred_message_whose_lock_expires_stays_deferred() {
    try (var f = Fixture.queue(directory)) {
      long number = f.send("a");
      f.settle(f.receiveOne(), DEFER);
      done(f.queue().receiveDeferred(List.of(number), Mode.PEEK_LOCK, null));
      f.pass(LOCK);

      assertEquals(List.of(), f.receive(1));
      var taken = done(f.queue().receiveDeferred(List.of(number), Mode.RECEIVE_AND_DELETE, null));
      assertEquals(1, taken.getFirst().deliveryCount());
      assertEquals(
          Reason.MESSAGE_NOT_FOUND,
          reason(f.queue().receiveDeferred(List.of(number), Mode.PEEK_LOCK, null)));
    }
  }

  @Test
  void deferred_messages_are_received_all_or_none() {
    try (var f = Fixture.queue(directory)) {
      long number = f.send("a");
      f.settle(f.receiveOne(), DEFER);

      assertEquals(
          Reason.MESSAGE_NOT_FOUND,
          reason(f.queue().receiveDeferred(List.of(number, 99L), Mode.PEEK_LOCK, null)));
      assertEquals(
          1, done(f.queue().receiveDeferred(List.of(number), Mode.PEEK_LOCK, null)).size());
    }
  }

  @Test
  void what_is_received_and_deleted_is_gone_at_once() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.send("b");
      var receiver = f.queue().receiver(Mode.RECEIVE_AND_DELETE, () -> {});

      assertEquals(List.of("a"), texts(done(receiver.take(1))));
      assertEquals(List.of("b"), texts(done(receiver.take(5))));
      assertEquals(0, f.queue().activeMessages());
    }
  }

  @Test
  void peeking_shows_all_states_and_locks_nothing() {
    try (var f = Fixture.queue(directory)) {
      f.send("deferred");
      f.settle(f.receiveOne(), DEFER);
      f.send("locked");
      f.receiveOne();
      f.send(new Given("scheduled").at(SettableClock.NOON.plusSeconds(60)).message());
      f.send("active");

      var peeked = f.queue().peek(2, 10, null);

      assertEquals(List.of("locked", "scheduled", "active"), texts(peeked));
      assertEquals(
          List.of(State.ACTIVE, State.SCHEDULED, State.ACTIVE),
          peeked.stream().map(Delivery::state).toList());
      assertEquals(List.of("deferred", "locked"), texts(f.queue().peek(0, 2, null)));
      assertEquals(List.of("active"), texts(f.receive(5)));
    }
  }

  @Test
  void a_hungry_receiver_is_woken_once_and_only_one_of_them() {
    try (var f = Fixture.queue(directory)) {
      var woken = new ArrayList<String>();
      var a = f.queue().receiver(Mode.PEEK_LOCK, () -> woken.add("a"));
      var b = f.queue().receiver(Mode.PEEK_LOCK, () -> woken.add("b"));
      a.receive(1);
      b.receive(1);

      f.send("1");
      assertEquals(List.of("a"), woken);
      f.send("2");
      assertEquals(List.of("a", "b"), woken);
      f.send("3");
      assertEquals(List.of("a", "b"), woken);
    }
  }

  @Test
  void a_woken_receiver_that_leaves_passes_the_news_on() {
    try (var f = Fixture.queue(directory)) {
      var woken = new ArrayList<String>();
      var a = f.queue().receiver(Mode.PEEK_LOCK, () -> woken.add("a"));
      var b = f.queue().receiver(Mode.PEEK_LOCK, () -> woken.add("b"));
      var c = f.queue().receiver(Mode.PEEK_LOCK, () -> woken.add("c"));
      List.of(a, b, c).forEach(each -> each.receive(1));
      f.send("1");

      a.close();
      assertEquals(List.of("a", "b"), woken);
      b.rest();
      assertEquals(List.of("a", "b", "c"), woken);
      assertEquals(1, c.receive(1).size());
    }
  }

  @Test
  void a_message_that_is_too_large_refuses_its_whole_batch() {
    try (var f = Fixture.queue(directory, PLAIN, Sending.DEFAULT.withMaxMessageSize(10))) {
      assertEquals(
          Reason.TOO_LARGE,
          reason(f.queue().publish(List.of(message("a"), message("0123456789")))));
      assertEquals(List.of(), f.receive(5));
    }
  }

  @Test
  void a_full_queue_takes_nothing_until_there_is_room_again() {
    try (var f = Fixture.queue(directory, PLAIN, Sending.DEFAULT.withMaxSize(20))) {
      f.send("0123456789");
      assertEquals(Reason.ENTITY_FULL, reason(f.queue().publish(List.of(message("0123456789")))));

      f.settle(f.receiveOne(), COMPLETE);

      f.send("0123456789");
    }
  }

  @Test
  void an_address_is_found_in_any_case_and_an_unknown_one_is_refused_in_the_words_sdks_know() {
    try (var f = Fixture.queue(directory)) {
      assertEquals("q", f.namespace.entity("amqp://localhost:5672/Q").address());
      assertEquals("q", f.namespace.entity("/q/").address());

      var refused = assertThrows(Refused.class, () -> f.namespace.entity("nowhere"));

      assertEquals(Reason.NOT_FOUND, refused.reason());
      assertEquals("The messaging entity 'nowhere' could not be found.", refused.getMessage());
    }
  }

  @Test
  void a_property_that_cannot_be_kept_is_refused_at_once_and_null_counts_as_absent() {
    var list = Map.<String, Object>of("list", List.of(1));
    assertEquals(Reason.INVALID, reason(() -> new Settlement.Abandon(list)));
    assertEquals(Reason.INVALID, reason(() -> new Given("a").properties(list).message()));

    var withNull = new HashMap<String, Object>();
    withNull.put("nothing", null);
    assertEquals(Map.of(), new Settlement.Defer(withNull).properties());
  }

  @Test
  void an_interrupted_receiver_harms_nobody() {
    try (var f = Fixture.queue(directory)) {
      f.send("a message that has no room in memory");
      // What was not read since the start is not in the store's memory either.
      f.restart();

      Thread.currentThread().interrupt();
      var delivery = f.receiveOne();
      Thread.interrupted();

      assertEquals("a message that has no room in memory", text(delivery));
      f.settle(delivery, COMPLETE);
      f.send("b");
      f.restart();
      assertEquals(List.of("b"), texts(f.receive(5)));
    }
  }

  @Test
  void a_closed_namespace_refuses() {
    var f = Fixture.queue(directory);
    var queue = f.queue();
    f.close();

    assertEquals(Reason.UNAVAILABLE, reason(queue.publish(List.of(message("a")))));
    assertEquals(Reason.UNAVAILABLE, reason(() -> receive(queue, 1)));
  }
}
