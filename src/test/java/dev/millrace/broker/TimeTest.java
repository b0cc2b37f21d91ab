package dev.millrace.broker;

import static dev.millrace.broker.Fixture.COMPLETE;
import static dev.millrace.broker.Fixture.LOCK;
import static dev.millrace.broker.Fixture.PLAIN;
import static dev.millrace.broker.Fixture.done;
import static dev.millrace.broker.Fixture.message;
import static dev.millrace.broker.Fixture.reason;
import static dev.millrace.broker.Fixture.receive;
import static dev.millrace.broker.Fixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.SettableClock;
import dev.millrace.broker.Delivery.State;
import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expiry, schedules, duplicates: what happens because time passes. */
final class TimeTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration TICK = Duration.ofMillis(1);

  @TempDir Path directory;

  @Test
  void an_expired_message_is_gone() {
    try (var f = Fixture.queue(directory)) {
      f.send(new Given("a").lives(MINUTE).message());
      f.send("b");
      assertEquals(60_000L, f.queue().peek(0, 1, null).getFirst().timeToLiveMillis());

      f.pass(MINUTE.minus(TICK));
      assertEquals(2, f.queue().activeMessages());
      f.pass(TICK);

      assertEquals(List.of("b"), texts(f.receive(5)));
      assertEquals(0, f.queue().deadLetters().activeMessages());
    }
  }

  @Test
  void the_shorter_life_counts_and_an_expired_message_may_become_a_dead_letter() {
    var receiving = PLAIN.withDefaultTimeToLive(MINUTE).withDeadLetterOnExpiration(true);
    try (var f = Fixture.queue(directory, receiving, Sending.DEFAULT)) {
      f.send(new Given("long").lives(MINUTE.multipliedBy(5)).message());
      f.send(new Given("short").lives(MINUTE.dividedBy(2)).message());

      f.pass(MINUTE.dividedBy(2));
      assertEquals(List.of("short"), texts(receive(f.queue().deadLetters(), 5)));
      f.pass(MINUTE.dividedBy(2));

      var dead = receive(f.queue().deadLetters(), 5).getLast();
      assertEquals("TTLExpiredException", dead.changedProperties().get("DeadLetterReason"));
      assertEquals("q", dead.deadLetterSource());
      f.pass(Duration.ofDays(1));
      assertEquals(2, f.queue().deadLetters().activeMessages());
    }
  }

  @Test
  void a_locked_message_expires_only_when_it_is_given_back() {
    try (var f = Fixture.queue(directory)) {
      f.send(new Given("a").lives(Duration.ofSeconds(10)).message());
      f.send(new Given("b").lives(Duration.ofSeconds(10)).message());
      var deliveries = f.receive(2);
      f.pass(Duration.ofSeconds(20));

      f.settle(deliveries.getFirst(), COMPLETE);
      f.settle(deliveries.getLast(), new Settlement.Release());

      assertEquals(0, f.queue().activeMessages());
    }
  }

  @Test
  void a_deferred_message_does_not_expire() {
    try (var f = Fixture.queue(directory)) {
      long number = f.send(new Given("a").lives(MINUTE).message());
      f.settle(f.receiveOne(), Fixture.DEFER);
      f.pass(MINUTE.multipliedBy(2));

      assertEquals(
          1, done(f.queue().receiveDeferred(List.of(number), Mode.PEEK_LOCK, null)).size());
    }
  }

  @Test
  void a_scheduled_message_waits_for_its_time_and_gets_a_new_number_then() {
    try (var f = Fixture.queue(directory)) {
      Instant then = SettableClock.NOON.plus(MINUTE);
      long scheduled = f.send(new Given("later").at(then).lives(MINUTE).message());
      long sent = f.send("now");
      f.settle(f.receiveOne(), COMPLETE);
      var peeked = f.queue().peek(0, 1, null).getFirst();
      assertEquals(State.SCHEDULED, peeked.state());
      assertEquals(scheduled, peeked.sequenceNumber());

      f.pass(MINUTE);

      var delivery = f.receiveOne();
      assertTrue(delivery.sequenceNumber() > sent);
      assertEquals(then, delivery.enqueuedAt());
      assertEquals(then, delivery.scheduledFor());
      assertEquals(60_000L, delivery.timeToLiveMillis());
    }
  }

  @Test
  void a_message_scheduled_for_the_past_is_available_at_once() {
    try (var f = Fixture.queue(directory)) {
      f.send(new Given("a").at(SettableClock.NOON).message());

      assertEquals(List.of("a"), texts(f.receive(1)));
    }
  }

  @Test
  void scheduled_messages_are_cancelled_all_or_none() {
    try (var f = Fixture.queue(directory)) {
      var later = new Given("later").at(SettableClock.NOON.plus(MINUTE)).message();
      long a = f.send(later);
      long b = f.send(later);

      assertEquals(Reason.MESSAGE_NOT_FOUND, reason(f.queue().cancelScheduled(List.of(a, 99L))));
      done(f.queue().cancelScheduled(List.of(a)));
      f.pass(MINUTE);

      assertEquals(List.of("later"), texts(f.receive(5)));
      assertEquals(Reason.MESSAGE_NOT_FOUND, reason(f.queue().cancelScheduled(List.of(b))));
    }
  }

  @Test
  void a_second_message_with_the_same_id_is_dropped_within_the_window() {
    var sending = Sending.DEFAULT.withDuplicateWindow(MINUTE);
    try (var f = Fixture.queue(directory, PLAIN, sending)) {
      var one = new Given("1").id("x").message();
      long number = f.send(one);
      assertEquals(number, f.send(new Given("2").id("x").message()));
      done(f.queue().publish(List.of(new Given("3").id("y").message(), one)));
      f.send("without");
      f.send("without");
      assertEquals(List.of("1", "3", "without", "without"), texts(f.receive(9)));

      f.pass(MINUTE.minus(TICK));
      f.send(new Given("4").id("x").message());
      assertEquals(0, f.receive(9).stream().filter(d -> d.deliveryCount() == 0).count());
      f.pass(TICK);
      f.send(new Given("5").id("x").message());

      assertTrue(texts(f.receive(9)).contains("5"));
    }
  }

  @Test
  void the_next_deadline_is_that_of_whatever_is_due_first() {
    try (var f = Fixture.queue(directory)) {
      assertEquals(Optional.empty(), f.namespace.nextDeadline());
      f.send(new Given("later").at(SettableClock.NOON.plus(MINUTE)).message());
      assertEquals(Optional.of(SettableClock.NOON.plus(MINUTE)), f.namespace.nextDeadline());

      f.send("a");
      f.receiveOne();

      assertEquals(Optional.of(SettableClock.NOON.plus(LOCK)), f.namespace.nextDeadline());
    }
  }

  @Test
  void what_waits_on_a_topic_is_due_as_well() {
    var all = new SubscriptionSetup("all", PLAIN, List.of(SubscriptionSetup.EVERYTHING));
    try (var f = Fixture.topic(directory, Sending.DEFAULT, all)) {
      var later = new Given("later").at(SettableClock.NOON.plus(MINUTE)).lives(MINUTE).message();
      done(f.topic().publish(List.of(later)));
      assertEquals(Optional.of(SettableClock.NOON.plus(MINUTE)), f.namespace.nextDeadline());

      f.pass(MINUTE);

      assertEquals(
          Optional.of(SettableClock.NOON.plus(MINUTE.multipliedBy(2))), f.namespace.nextDeadline());
    }
  }

  @Test
  void a_clock_that_goes_back_ends_no_lock_early_and_none_out_of_order() {
    try (var f = Fixture.queue(directory)) {
      f.send("a");
      f.send("b");
      f.receiveOne();
      f.clock.advance(MINUTE.negated());
      var b = f.receiveOne();

      assertEquals(SettableClock.NOON.plus(LOCK), b.lockedUntil());
      f.pass(MINUTE.plus(LOCK));
      assertEquals(List.of("a", "b"), texts(f.receive(2)));
    }
  }

  @Test
  void with_a_timer_deadlines_pass_by_themselves() throws InterruptedException {
    var setup =
        new NamespaceSetup("test", List.of(new QueueSetup("q", PLAIN, Sending.DEFAULT)), List.of());
    InstantSource clock = InstantSource.system();
    var options = new Namespace.Options(false, true);
    try (var namespace = Namespace.open(setup, directory, clock, options)) {
      var queue = (Queue) namespace.entity("q");
      var woken = new CountDownLatch(1);
      queue.receiver(Mode.PEEK_LOCK, woken::countDown).receive(1);

      done(queue.publish(List.of(new Given("soon").at(clock.instant().plusMillis(50)).message())));

      assertTrue(woken.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void a_sender_may_leave_the_life_open() {
    try (var f = Fixture.queue(directory)) {
      f.send(message("a"));

      assertNull(f.receiveOne().timeToLiveMillis());
    }
  }
}
