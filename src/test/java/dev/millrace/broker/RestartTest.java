package dev.millrace.broker;

import static dev.millrace.broker.Fixture.ABANDON;
import static dev.millrace.broker.Fixture.COMPLETE;
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
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of change, and then a new start. */
final class RestartTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void messages_come_back_as_they_were() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.clock.advance(MINUTE);
      f.send(new Given("b").lives(MINUTE).message());
      var before = f.queue().peek(0, 9, null);
      f.restart();

      var after = f.queue().peek(0, 9, null);

      assertEquals(texts(before), texts(after));
      for (int i = 0; i < before.size(); i++) {
        assertEquals(before.get(i).sequenceNumber(), after.get(i).sequenceNumber());
        assertEquals(before.get(i).enqueuedAt(), after.get(i).enqueuedAt());
        assertEquals(before.get(i).timeToLiveMillis(), after.get(i).timeToLiveMillis());
        assertArrayEquals(before.get(i).annotations(), after.get(i).annotations());
      }
    }
  }

  @Test
  void a_completed_message_stays_gone_and_its_number_is_not_given_out_again() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      long last = f.send("b");
      f.settle(f.receiveOne(), COMPLETE);
      f.settle(f.receiveOne(), COMPLETE);
      f.restart();

      assertEquals(List.of(), f.receive(9));
      assertEquals(last + 1, f.send("c"));
    }
  }

  @Test
  void a_locked_message_is_available_uncounted_and_its_old_lock_is_worth_nothing() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      var delivery = f.receiveOne();
      f.restart();

      assertEquals(Reason.LOCK_LOST, reason(f.queue().settle(token(delivery), COMPLETE)));
      assertEquals(0, f.receiveOne().deliveryCount());
    }
  }

  @Test
  void counts_and_changed_properties_of_every_type_stay() {
    Map<String, Object> all = new HashMap<>();
    all.put("text", "ä€\uD83D\uDE00");
    all.put("yes", true);
    all.put("long", Long.MIN_VALUE);
    all.put("int", -5);
    all.put("short", (short) 7);
    all.put("byte", (byte) -1);
    all.put("double", 1.5);
    all.put("float", 2.5f);
    all.put("char", 'x');
    all.put("decimal", new BigDecimal("1.10"));
    all.put("instant", Instant.ofEpochMilli(12345));
    all.put("uuid", new UUID(1, 2));
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.settle(f.receiveOne(), new Settlement.Abandon(all));
      f.restart();

      var again = f.receiveOne();
      assertEquals(1, again.deliveryCount());
      assertEquals(all, again.changedProperties());
      f.pass(LOCK);
      f.restart();
      assertEquals(2, f.receiveOne().deliveryCount());
    }
  }

  @Test
  void deferred_messages_stay_deferred() {
    try (var f = Fixture.queue(directory)) {
      long number = f.send("a");
      f.settle(f.receiveOne(), new Settlement.Defer(Map.of("k", new byte[] {9})));
      f.restart();

      assertEquals(List.of(), f.receive(9));
      assertEquals(State.DEFERRED, f.queue().peek(0, 1, null).getFirst().state());
      var taken = done(f.queue().receiveDeferred(List.of(number), Mode.RECEIVE_AND_DELETE, null));
      assertArrayEquals(new byte[] {9}, (byte[]) taken.getFirst().changedProperties().get("k"));
      f.restart();
      assertEquals(List.of(), f.queue().peek(0, 1, null));
    }
  }

  @Test
  void dead_letters_stay_with_their_reasons_until_they_are_completed() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.settle(f.receiveOne(), ABANDON);
      f.settle(f.receiveOne(), new Settlement.DeadLetter("why", "what", Map.of()));
      f.restart();

      assertEquals(List.of(), f.receive(9));
      var letters = f.queue().deadLetters();
      var dead = receive(letters, 9).getFirst();
      assertEquals(1, dead.deliveryCount());
      assertEquals("why", dead.changedProperties().get("DeadLetterReason"));
      done(letters.settle(token(dead), new Settlement.Defer(Map.of())));
      f.restart();
      assertEquals(List.of(), receive(f.queue().deadLetters(), 9));
      done(
          f.queue()
              .deadLetters()
              .receiveDeferred(List.of(dead.sequenceNumber()), Mode.RECEIVE_AND_DELETE, null));
      f.restart();
      assertEquals(0, f.queue().deadLetters().peek(0, 9, null).size());
    }
  }

  @Test
  void scheduled_messages_keep_their_time_and_cancelled_ones_stay_away() {
    try (var f = Fixture.queue(directory)) {
      var at = SettableClock.NOON.plus(MINUTE);
      f.send(new Given("a").at(at).lives(MINUTE).message());
      long cancelled = f.send(new Given("b").at(at).message());
      done(f.queue().cancelScheduled(List.of(cancelled)));
      f.restart();
      assertEquals(List.of(), f.receive(9));

      f.pass(MINUTE);
      f.restart();

      var delivery = f.receiveOne();
      assertEquals("a", text(delivery));
      assertEquals(at, delivery.scheduledFor());
      assertEquals(List.of(), f.receive(9));
    }
  }

  @Test
  void what_expired_while_nobody_ran_is_gone_at_the_start() {
    try (var f = Fixture.queue(directory)) {
      f.send(new Given("a").lives(MINUTE).message());
      f.namespace.close();
      f.clock.advance(MINUTE);
      f.restart();

      assertEquals(List.of(), f.receive(9));
    }
  }

  @Test
  void duplicates_are_known_after_a_restart_for_as_long_as_before() {
    try (var f = Fixture.queue(directory, PLAIN, Sending.DEFAULT.withDuplicateWindow(MINUTE))) {
      f.send(new Given("1").id("x").message());
      f.clock.advance(MINUTE.dividedBy(2));
      f.send(new Given("2").id("y").message());
      f.restart();
      f.send(new Given("3").id("x").message());
      assertEquals(List.of("1", "2"), texts(f.receive(9)));

      f.pass(MINUTE.dividedBy(2));
      f.restart();
      f.send(new Given("4").id("x").message());
      f.send(new Given("5").id("y").message());

      assertEquals(3, f.queue().activeMessages());
    }
  }

  @Test
  void messages_of_sessions_come_back_to_their_sessions_in_order() {
    try (var f = Fixture.queue(directory, PLAIN.withSessions(), Sending.DEFAULT)) {
      f.send(message("b1", "b"));
      f.send(message("a1", "a"));
      f.send(message("b2", "b"));
      done(f.queue().acceptSession("a", Mode.PEEK_LOCK, MINUTE, () -> {})).receive(1);
      f.restart();

      var first = done(f.queue().acceptSession(null, Mode.PEEK_LOCK, MINUTE, () -> {}));
      var second = done(f.queue().acceptSession(null, Mode.PEEK_LOCK, MINUTE, () -> {}));

      assertEquals(List.of("b1", "b2"), texts(first.receive(9)));
      assertEquals(List.of("a1"), texts(second.receive(9)));
      assertEquals(0, f.queue().peek(2, 1, null).getFirst().deliveryCount());
    }
  }

  @Test
  void what_received_and_deleted_stays_gone() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      done(f.queue().receiver(Mode.RECEIVE_AND_DELETE, () -> {}).take(1));
      f.restart();

      assertEquals(List.of(), f.receive(9));
    }
  }

  @Test
  void a_directory_in_use_and_a_damaged_file_are_refused_with_what_to_do() throws IOException {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      var used = assertThrows(IllegalStateException.class, () -> Fixture.queue(directory).close());
      assertTrue(String.valueOf(used.getMessage()).contains("is in use"), used.getMessage());
    }
    Files.write(directory.resolve("broker.mv"), new byte[10_000]);
    var damaged = assertThrows(IllegalStateException.class, () -> Fixture.queue(directory).close());
    assertTrue(String.valueOf(damaged.getMessage()).contains("damaged"), damaged.getMessage());
  }
}
