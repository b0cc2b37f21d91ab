package dev.millrace.broker;

import static dev.millrace.broker.Fixture.ABANDON;
import static dev.millrace.broker.Fixture.COMPLETE;
import static dev.millrace.broker.Fixture.LOCK;
import static dev.millrace.broker.Fixture.PLAIN;
import static dev.millrace.broker.Fixture.done;
import static dev.millrace.broker.Fixture.message;
import static dev.millrace.broker.Fixture.receive;
import static dev.millrace.broker.Fixture.text;
import static dev.millrace.broker.Fixture.texts;
import static dev.millrace.broker.Fixture.token;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.SettableClock;
import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two things at the same moment, many times over. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RaceTest {
  private static final int MANY = 1000;

  @TempDir Path directory;

  /** How often each message was completed, as its consumers were told. */
  private final Map<String, Integer> completed = new ConcurrentHashMap<>();

  private final AtomicInteger left = new AtomicInteger(MANY);

  @Test
  void the_end_of_locks_against_completion_completes_each_message_once() throws Exception {
    try (var f = Fixture.queue(directory, PLAIN.withMaxDeliveryCount(2000), Sending.DEFAULT)) {
      sendMany(f);

      new Racers().with(3, () -> consume(f)).with(1, () -> letLocksEnd(f)).run();

      assertEachCompletedOnce();
      f.restart();
      assertEquals(0, f.queue().activeMessages());
    }
  }

  @Test
  void two_receivers_get_no_message_twice() throws Exception {
    try (var f = Fixture.queue(directory)) {
      Set<String> seen = ConcurrentHashMap.newKeySet();
      sendMany(f);

      new Racers()
          .with(
              4,
              () -> {
                for (var got = f.receive(7); !got.isEmpty(); got = f.receive(7)) {
                  got.forEach(each -> assertTrue(seen.add(text(each))));
                }
                return null;
              })
          .run();

      assertEquals(MANY, seen.size());
    }
  }

  @Test
  void accepting_against_expiry_and_close_keeps_each_session_in_order() throws Exception {
    try (var f =
        Fixture.queue(
            directory, PLAIN.withSessions().withMaxDeliveryCount(2000), Sending.DEFAULT)) {
      Set<String> settled = ConcurrentHashMap.newKeySet();
      var sent = IntStream.range(0, MANY).mapToObj(i -> message("" + i, "s" + i % 20)).toList();
      done(f.queue().publish(sent));

      new Racers()
          .with(
              4,
              () -> {
                while (left.get() > 0) {
                  acceptAndComplete(f, settled);
                }
                return null;
              })
          .with(
              1,
              () -> {
                while (left.get() > 0) {
                  f.pass(LOCK.dividedBy(100));
                }
                return null;
              })
          .run();

      assertEachCompletedOnce();
    }
  }

  @Test
  void a_renewal_that_was_granted_holds_against_expiry() throws Exception {
    try (var f = Fixture.queue(directory, PLAIN.withMaxDeliveryCount(2000), Sending.DEFAULT)) {
      f.send("a");
      var stop = new AtomicInteger();
      new Racers()
          .with(
              1,
              () -> {
                for (int i = 0; i < MANY; i++) {
                  var got = f.receive(1);
                  if (!got.isEmpty()) {
                    renewAndGiveBack(f, got.getFirst());
                  }
                }
                return stop.incrementAndGet();
              })
          .with(
              1,
              () -> {
                while (stop.get() == 0) {
                  f.pass(LOCK.dividedBy(3));
                }
                return null;
              })
          .run();
    }
  }

  @Test
  void no_wake_up_is_lost_between_asking_and_sending() throws Exception {
    try (var f = Fixture.queue(directory)) {
      new Racers()
          .with(
              1,
              () -> {
                for (int i = 0; i < MANY; i++) {
                  f.send("" + i);
                }
                return null;
              })
          .with(
              3,
              () -> {
                var news = new Semaphore(0);
                try (var receiver = f.queue().receiver(Mode.PEEK_LOCK, news::release)) {
                  while (left.get() > 0) {
                    var got = receiver.receive(2);
                    got.forEach(each -> complete(f, each));
                    if (got.size() < 2 && left.get() > 0) {
                      // Whoever got the last message leaves the others hungry.
                      assertTrue(news.tryAcquire(20, TimeUnit.SECONDS) || left.get() == 0);
                    }
                    if (left.get() == 0) {
                      f.send("end");
                      f.send("end");
                      f.send("end");
                    }
                  }
                }
                return null;
              })
          .run();

      completed.remove("end");
      assertEachCompletedOnce();
    }
  }

  @Test
  void a_scheduled_message_is_cancelled_or_delivered_never_both() throws Exception {
    try (var f = Fixture.queue(directory)) {
      var at = SettableClock.NOON;
      long[] numbers =
          done(
              f.queue()
                  .publish(
                      IntStream.range(0, MANY)
                          .mapToObj(i -> new Given("" + i).at(at.plusMillis(i + 1)).message())
                          .toList()));
      Set<String> cancelled = ConcurrentHashMap.newKeySet();

      new Racers()
          .with(
              1,
              () -> {
                for (int i = 0; i < MANY; i++) {
                  if (granted(f.queue().cancelScheduled(List.of(numbers[i])))) {
                    cancelled.add("" + i);
                  }
                }
                return null;
              })
          .with(
              1,
              () -> {
                for (int i = 0; i < MANY; i++) {
                  f.pass(Duration.ofMillis(1));
                }
                return null;
              })
          .run();

      f.restart();
      var delivered = Set.copyOf(texts(f.receive(MANY)));
      assertTrue(Collections.disjoint(delivered, cancelled));
      assertEquals(MANY, delivered.size() + cancelled.size());
    }
  }

  @Test
  void giving_back_against_expiry_counts_each_delivery_once() throws Exception {
    try (var f = Fixture.queue(directory, PLAIN.withMaxDeliveryCount(2000), Sending.DEFAULT)) {
      f.send("a");
      var deliveries = new AtomicInteger();
      new Racers()
          .with(
              1,
              () -> {
                while (deliveries.get() < MANY) {
                  for (var each : f.receive(1)) {
                    assertEquals(deliveries.getAndIncrement(), each.deliveryCount());
                    granted(f.queue().settle(token(each), ABANDON));
                  }
                }
                return null;
              })
          .with(
              1,
              () -> {
                while (deliveries.get() < MANY) {
                  f.pass(LOCK);
                }
                return null;
              })
          .run();
    }
  }

  @Test
  void the_same_ids_at_the_same_time_come_in_once() throws Exception {
    try (var f =
        Fixture.queue(
            directory, PLAIN, Sending.DEFAULT.withDuplicateWindow(Duration.ofMinutes(1)))) {
      new Racers()
          .with(
              4,
              () -> {
                for (int i = 0; i < MANY; i++) {
                  f.send(new Given("" + i).id("" + i).message());
                }
                return null;
              })
          .run();

      var got = texts(f.receive(5 * MANY));
      assertEquals(MANY, got.size());
      assertEquals(MANY, new HashSet<>(got).size());
    }
  }

  @Test
  void a_batch_meets_the_rules_as_they_are_before_or_after_a_change() throws Exception {
    var none = new Rule("none", new Filter.None());
    var setup = new SubscriptionSetup("s", PLAIN, List.of(none));
    try (var f = Fixture.topic(directory, Sending.DEFAULT, setup)) {
      var subscription = f.queue("t/subscriptions/s");
      var rules = subscription.rules().orElseThrow();
      var batch = IntStream.range(0, 10).mapToObj(i -> message("" + i)).toList();
      new Racers()
          .with(
              1,
              () -> {
                for (int i = 0; i < 300; i++) {
                  done(rules.add(new Rule("all", new Filter.All())));
                  done(rules.remove("all"));
                }
                return null;
              })
          .with(
              2,
              () -> {
                for (int i = 0; i < 300; i++) {
                  done(f.topic().publish(batch));
                }
                return null;
              })
          .run();

      var numbers =
          receive(subscription, 10_000).stream()
              .collect(
                  Collectors.groupingBy(
                      each -> (each.enqueuedSequenceNumber() - 1) / 10, Collectors.counting()));
      assertTrue(numbers.values().stream().allMatch(count -> count == 10), numbers::toString);
    }
  }

  @Test
  void closing_under_load_answers_everybody_and_keeps_what_was_granted() throws Exception {
    Set<String> granted = ConcurrentHashMap.newKeySet();
    Set<String> completed = ConcurrentHashMap.newKeySet(); // maybe before its sender has noted it
    var names = new AtomicInteger();
    for (int round = 0; round < 5; round++) {
      var f = Fixture.queue(directory);
      var queue = f.queue();
      new Racers()
          .with(
              3,
              () -> {
                while (true) {
                  String name = "m" + names.getAndIncrement();
                  if (!granted(queue.publish(List.of(message(name))))) {
                    return null;
                  }
                  granted.add(name);
                }
              })
          .with(
              1,
              () -> {
                for (var each : f.receive(1)) {
                  if (granted(queue.settle(token(each), COMPLETE))) {
                    completed.add(text(each));
                  }
                }
                f.namespace.close();
                return null;
              })
          .run();
    }
    try (var f = Fixture.queue(directory)) {
      // What was refused at the end may be there: its answer came from the close, not the disk.
      granted.removeAll(completed);
      assertTrue(Set.copyOf(texts(f.receive(100_000))).containsAll(granted));
    }
  }

  @Test
  void restarts_under_load_return_nothing_completed() throws Exception {
    var names = new AtomicInteger();
    Set<String> gone = ConcurrentHashMap.newKeySet();
    for (int round = 0; round < 5; round++) {
      var f = Fixture.queue(directory, PLAIN.withMaxDeliveryCount(2000), Sending.DEFAULT);
      var queue = f.queue();
      f.send("always something");
      new Racers()
          .with(
              2,
              () -> {
                while (granted(queue.publish(List.of(message("" + names.incrementAndGet()))))) {
                  for (var each : receiveIfOpen(queue)) {
                    assertFalse(gone.contains(text(each)));
                    if (granted(queue.settle(token(each), COMPLETE))) {
                      gone.add(text(each).equals("always something") ? "-" : text(each));
                    }
                  }
                }
                return null;
              })
          .with(
              1,
              () -> {
                while (gone.size() < 100) {
                  Thread.onSpinWait();
                }
                f.namespace.close();
                return null;
              })
          .run();
    }
  }

  @Test
  void dead_lettering_against_expiry_makes_one_dead_letter_of_each() throws Exception {
    var receiving = PLAIN.withMaxDeliveryCount(2).withDeadLetterOnExpiration(true);
    try (var f = Fixture.queue(directory, receiving, Sending.DEFAULT)) {
      done(
          f.queue()
              .publish(
                  IntStream.range(0, MANY)
                      .mapToObj(i -> new Given("" + i).lives(Duration.ofMillis(i + 1)).message())
                      .toList()));

      new Racers()
          .with(
              3,
              () -> {
                while (f.queue().activeMessages() > 0) {
                  for (var each : f.receive(3)) {
                    var how =
                        each.sequenceNumber() % 2 == 0
                            ? ABANDON
                            : new Settlement.DeadLetter("r", "d", Map.of());
                    granted(f.queue().settle(token(each), how));
                  }
                }
                return null;
              })
          .with(
              1,
              () -> {
                while (f.queue().activeMessages() > 0) {
                  f.pass(Duration.ofMillis(3));
                }
                return null;
              })
          .run();

      assertEquals(MANY, new HashSet<>(texts(receive(f.queue().deadLetters(), 5000))).size());
      f.restart();
      assertEquals(MANY, f.queue().deadLetters().activeMessages());
      assertEquals(0, f.queue().activeMessages());
    }
  }

  private void sendMany(Fixture f) {
    done(f.queue().publish(IntStream.range(0, MANY).mapToObj(i -> message("" + i)).toList()));
  }

  private Void consume(Fixture f) {
    while (left.get() > 0) {
      f.receive(5).forEach(each -> complete(f, each));
    }
    return null;
  }

  private Void letLocksEnd(Fixture f) {
    while (left.get() > 0) {
      f.pass(LOCK);
    }
    return null;
  }

  private boolean complete(Fixture f, Delivery delivery) {
    boolean granted = granted(f.queue().settle(token(delivery), COMPLETE));
    if (granted) {
      completed.merge(text(delivery), 1, Integer::sum);
      left.decrementAndGet();
    }
    return granted;
  }

  private void acceptAndComplete(Fixture f, Set<String> settled) {
    SessionReceiver session;
    try {
      session = done(f.queue().acceptSession(null, Mode.PEEK_LOCK, Duration.ZERO, () -> {}));
    } catch (Refused none) {
      assertEquals(Reason.TIMEOUT, none.reason());
      return;
    }
    try (session) {
      for (var each : session.receive(5)) {
        for (int before = Integer.parseInt(text(each)) - 20; before >= 0; before -= 20) {
          assertTrue(settled.contains("" + before), "an earlier one of its session is left");
        }
        settled.add(text(each));
        if (!complete(f, each)) {
          return;
        }
      }
    } catch (Refused lost) {
      assertEquals(Reason.SESSION_LOCK_LOST, lost.reason());
    }
  }

  private static void renewAndGiveBack(Fixture f, Delivery delivery) {
    try {
      Instant until = f.queue().renewLocks(List.of(token(delivery))).getFirst();
      boolean granted = granted(f.queue().settle(token(delivery), ABANDON));
      assertTrue(granted || !f.clock.instant().isBefore(until));
    } catch (Refused lost) {
      assertEquals(Reason.LOCK_LOST, lost.reason());
    }
  }

  private static List<Delivery> receiveIfOpen(Queue queue) {
    try {
      return receive(queue, 1);
    } catch (Refused closed) {
      assertEquals(Reason.UNAVAILABLE, closed.reason());
      return List.of();
    }
  }

  private static boolean granted(CompletionStage<?> stage) {
    try {
      done(stage);
      return true;
    } catch (Refused refused) {
      return false;
    }
  }

  private void assertEachCompletedOnce() {
    assertEquals(MANY, completed.size());
    assertTrue(completed.values().stream().allMatch(times -> times == 1));
  }
}
