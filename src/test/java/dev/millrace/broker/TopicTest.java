package dev.millrace.broker;

import static dev.millrace.broker.Fixture.COMPLETE;
import static dev.millrace.broker.Fixture.PLAIN;
import static dev.millrace.broker.Fixture.done;
import static dev.millrace.broker.Fixture.message;
import static dev.millrace.broker.Fixture.reason;
import static dev.millrace.broker.Fixture.receive;
import static dev.millrace.broker.Fixture.texts;
import static dev.millrace.broker.Fixture.token;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.SettableClock;
import dev.millrace.broker.Queue.Mode;
import dev.millrace.broker.Refused.Reason;
import dev.millrace.broker.Rules.Rule;
import dev.millrace.broker.filter.Filter;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TopicTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @Test
  void a_message_is_copied_once_into_every_subscription_with_a_rule_that_matches() {
    var red = rule("red", "color = 'red'");
    var big = rule("big", "size > 10");
    try (var f = topic(sub("all"), sub("some", red, big), sub("none", rule("n", "1 = 2")))) {
      send(f, "small red", Map.of("color", "red", "size", 1));
      send(f, "big blue", Map.of("color", "blue", "size", 11));
      send(f, "big red", Map.of("color", "red", "size", 12L));
      send(f, "plain", Map.of());

      assertEquals(
          List.of("small red", "big blue", "big red", "plain"), texts(receive(at(f, "all"), 9)));
      assertEquals(List.of("small red", "big blue", "big red"), texts(receive(at(f, "some"), 9)));
      assertEquals(List.of(), receive(at(f, "none"), 9));
    }
  }

  @Test
  void copies_are_settled_apart_and_numbered_by_their_subscription() {
    try (var f = topic(sub("a"), sub("b", rule("r", "n = 2")))) {
      send(f, "1", Map.of("n", 1));
      send(f, "2", Map.of("n", 2));

      var copy = receive(at(f, "b"), 1).getFirst();
      done(at(f, "b").settle(token(copy), COMPLETE));

      assertEquals(1, copy.sequenceNumber());
      assertEquals(2, copy.enqueuedSequenceNumber());
      assertEquals(2, at(f, "a").activeMessages());
      assertEquals(0, at(f, "b").activeMessages());
    }
  }

  @Test
  void rules_are_added_removed_and_listed_page_by_page() {
    try (var f = topic(sub("s"))) {
      Rules rules = at(f, "s").rules().orElseThrow();
      done(rules.remove("$default"));
      send(f, "nobody wants it", Map.of());
      done(rules.add(rule("one", "a = 1")));
      done(rules.add(rule("two", "a = 2")));
      done(rules.add(new Rule("three", new Filter.None())));
      send(f, "wanted", Map.of("a", 2));

      assertEquals(List.of("wanted"), texts(receive(at(f, "s"), 9)));
      assertEquals(List.of("two", "three"), names(rules.list(1, 5)));
      assertEquals(List.of("one"), names(rules.list(0, 1)));
      assertEquals(List.of(), rules.list(3, 5));
      assertEquals(Reason.ALREADY_EXISTS, reason(rules.add(rule("ONE", "a = 3"))));
      assertEquals(Reason.NOT_FOUND, reason(rules.remove("four")));
    }
  }

  @Test
  void rules_outlive_a_restart_until_others_are_declared() {
    var setup = sub("s", rule("declared", "a = 1"));
    try (var f = topic(setup)) {
      Rules rules = at(f, "s").rules().orElseThrow();
      done(rules.remove("declared"));
      var filter =
          new Filter.Correlation("c", null, null, null, null, null, null, null, Map.of("p", 1L));
      done(rules.add(new Rule("late", filter)));
      f.restart();

      assertEquals(List.of(new Rule("late", filter)), at(f, "s").rules().orElseThrow().list(0, 9));
    }
    try (var f = topic(sub("s", rule("changed", "a = 2")))) {
      assertEquals(List.of("changed"), names(at(f, "s").rules().orElseThrow().list(0, 9)));
    }
  }

  @Test
  void a_scheduled_message_is_copied_when_its_time_has_come_by_the_rules_of_then() {
    try (var f = topic(sub("s", rule("r", "sys.Label = 'x' AND a = 1")))) {
      var later =
          new Given("later")
              .at(SettableClock.NOON.plus(MINUTE))
              .label("x")
              .properties(Map.of("a", 1))
              .message();
      done(f.topic().publish(List.of(later)));
      long cancelled = done(f.topic().publish(List.of(later)))[0];
      assertEquals(2, f.topic().peek(0, 9).size());
      done(f.topic().cancelScheduled(List.of(cancelled)));
      f.restart();
      assertEquals(0, at(f, "s").activeMessages());

      f.pass(MINUTE);

      assertEquals(List.of("later"), texts(receive(at(f, "s"), 9)));
    }
  }

  @Test
  void the_shortest_life_of_message_topic_and_subscription_counts() {
    var brief = new SubscriptionSetup("brief", life(MINUTE), everything());
    var sending = Sending.DEFAULT.withDefaultTimeToLive(MINUTE.multipliedBy(2));
    try (var f = Fixture.topic(directory, sending, sub("long"), brief)) {
      send(f, "a", Map.of());

      f.pass(MINUTE);
      assertEquals(0, at(f, "brief").activeMessages());
      assertEquals(1, at(f, "long").activeMessages());
      f.pass(MINUTE);

      assertEquals(0, at(f, "long").activeMessages());
    }
  }

  @Test
  void the_next_deadline_of_a_copy_is_known_at_once() {
    try (var f =
        Fixture.topic(
            directory, Sending.DEFAULT, new SubscriptionSetup("s", life(MINUTE), everything()))) {
      send(f, "a", Map.of());

      assertEquals(SettableClock.NOON.plus(MINUTE), f.namespace.nextDeadline().orElseThrow());
    }
  }

  @Test
  void a_duplicate_is_copied_nowhere() {
    try (var f = Fixture.topic(directory, Sending.DEFAULT.withDuplicateWindow(MINUTE), sub("s"))) {
      var message = new Given("a").id("x").message();
      done(f.topic().publish(List.of(message, message)));

      assertEquals(1, at(f, "s").activeMessages());
    }
  }

  @Test
  void a_copy_without_session_for_a_subscription_with_sessions_is_a_dead_letter() {
    try (var f =
        Fixture.topic(
            directory,
            Sending.DEFAULT,
            new SubscriptionSetup("s", PLAIN.withSessions(), everything()))) {
      done(f.topic().publish(List.of(message("with", "a"), message("without"))));

      var dead = receive(at(f, "s").deadLetters(), 9);
      assertEquals(List.of("without"), texts(dead));
      assertEquals("t/Subscriptions/s", dead.getFirst().deadLetterSource());
      var session = done(at(f, "s").acceptSession(null, Mode.PEEK_LOCK, MINUTE, () -> {}));
      assertEquals(List.of("with"), texts(session.receive(9)));
    }
  }

  @Test
  void all_that_is_declared_is_listed_and_nothing_is_sent_to_a_subscription() {
    try (var f = topic(sub("s"))) {
      assertEquals(
          List.of("t", "t/Subscriptions/s"),
          f.namespace.entities().stream().map(Entity::address).toList());
      assertEquals(
          "t/Subscriptions/s/$DeadLetterQueue",
          f.namespace.entity("T/subscriptions/S/$deadletterqueue").address());
      assertTrue(f.topic().readsProperties());
      assertEquals(1, f.topic().subscriptions().size());
      assertEquals(Reason.NOT_ALLOWED, reason(at(f, "s").publish(List.of(message("a")))));
    }
  }

  private Fixture topic(SubscriptionSetup... subscriptions) {
    return Fixture.topic(directory, Sending.DEFAULT, subscriptions);
  }

  private static SubscriptionSetup sub(String name, Rule... rules) {
    return new SubscriptionSetup(name, PLAIN, rules.length == 0 ? everything() : List.of(rules));
  }

  private static List<Rule> everything() {
    return List.of(SubscriptionSetup.EVERYTHING);
  }

  private static Receiving life(Duration time) {
    return PLAIN.withDefaultTimeToLive(time);
  }

  private static Rule rule(String name, String expression) {
    return new Rule(name, new Filter.Sql(expression));
  }

  private static List<String> names(List<Rule> rules) {
    return rules.stream().map(Rule::name).toList();
  }

  private static Queue at(Fixture f, String subscription) {
    return f.queue("t/subscriptions/" + subscription);
  }

  private static void send(Fixture f, String text, Map<String, Object> properties) {
    done(f.topic().publish(List.of(new Given(text).properties(properties).message())));
  }
}
