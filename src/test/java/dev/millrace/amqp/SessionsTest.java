package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.bodies;
import static dev.millrace.amqp.LocalBus.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions through the SDK of Azure. */
class SessionsTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          sessions("mine"),
          sessions("busy"),
          sessions("next"),
          sessions("none"),
          sessions("wait"),
          sessions("state"),
          sessions("order"),
          sessions("deferred"),
          LocalBus.queue(
              "lost", Receiving.DEFAULT.withSessions().withLockDuration(LocalBus.SHORT_LOCK)));

  @Test
  void a_session_that_is_asked_for_by_name_gives_its_messages_only() {
    send("mine", "one", "a", "b");
    send("mine", "two", "c");

    try (var receiver = bus.sessions("mine").acceptSession("one")) {
      assertThat(receiver.getSessionId()).isEqualTo("one");
      assertThat(bodies(receiver, 2)).containsExactly("a", "b");
      LocalBus.nothing(receiver);
    }
  }

  @Test
  void a_session_has_one_holder_at_a_time() {
    var first = bus.sessions("busy").acceptSession("one");
    var other = bus.sessions("busy");

    assertThatThrownBy(() -> other.acceptSession("one"))
        .isInstanceOfSatisfying(
            AmqpException.class,
            e ->
                assertThat(e.getErrorCondition())
                    .isEqualTo(AmqpErrorCondition.SESSION_CANNOT_BE_LOCKED));
    first.close();
    other.acceptSession("one").close();
  }

  @Test
  void the_next_session_is_one_that_nobody_holds() {
    send("next", "one", "a");
    send("next", "two", "b");

    try (var first = bus.sessions("next").acceptNextSession();
        var second = bus.sessions("next").acceptNextSession()) {
      assertThat(first.getSessionId()).isNotEqualTo(second.getSessionId());
      assertThat(one(first).getSessionId()).isEqualTo(first.getSessionId());
      assertThat(one(second).getSessionId()).isEqualTo(second.getSessionId());
    }
  }

  @Test
  void where_no_session_is_free_waiting_ends_in_time() {
    var receiver =
        bus.closing(
            bus.builder()
                .retryOptions(
                    new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(2)).setMaxRetries(0))
                .sessionReceiver()
                .queueName("none")
                .buildClient());

    assertThatThrownBy(receiver::acceptNextSession)
        .hasStackTraceContaining("com.microsoft:timeout");
  }

  @Test
  void who_waits_for_a_session_gets_the_first_that_comes() {
    var receiver = bus.builder().sessionReceiver().queueName("wait").buildAsyncClient();
    bus.closing(receiver::close);
    var next = receiver.acceptNextSession().toFuture();

    send("wait", "one", "a");

    assertThat(next)
        .succeedsWithin(LocalBus.PATIENCE)
        .satisfies(session -> assertThat(session.getSessionId()).isEqualTo("one"))
        .satisfies(session -> session.close());
  }

  @Test
  void a_session_keeps_a_state() {
    try (var receiver = bus.sessions("state").acceptSession("one")) {
      assertThat(receiver.getSessionState()).isNull();
      receiver.setSessionState(new byte[] {1, 2, 3});
      assertThat(receiver.getSessionState()).containsExactly(1, 2, 3);
    }
    try (var receiver = bus.sessions("state").acceptSession("one")) {
      assertThat(receiver.getSessionState()).containsExactly(1, 2, 3);
      receiver.setSessionState(null);
      assertThat(receiver.getSessionState()).isNull();
    }
  }

  @Test
  void what_is_abandoned_comes_again_before_what_follows() {
    send("order", "one", "a", "b", "c");

    try (var receiver = bus.sessions("order").acceptSession("one")) {
      receiver.abandon(one(receiver));
      assertThat(bodies(receiver, 3)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void a_message_of_a_session_can_be_deferred() {
    send("deferred", "one", "a");

    try (var receiver = bus.sessions("deferred").acceptSession("one")) {
      var message = one(receiver);
      receiver.defer(message);
      receiver.complete(receiver.receiveDeferredMessage(message.getSequenceNumber()));
      assertThat(receiver.peekMessage(0)).isNull();
    }
  }

  @Test
  void the_lock_of_a_session_is_renewed_and_lost_and_taken_again() {
    send("lost", "one", "a");
    var holder = bus.sessions("lost").acceptSession("one");
    assertThat(holder.renewSessionLock()).isAfter(OffsetDateTime.parse("2020-01-01T00:00:00Z"));
    var message = one(holder);

    try (var next = bus.sessions("lost").acceptNextSession()) {
      assertThat(next.getSessionId()).isEqualTo("one");
      assertThatThrownBy(() -> holder.complete(message))
          .isInstanceOfSatisfying(
              ServiceBusException.class,
              // The other is what the client says when it has heard of the end of the link before.
              e ->
                  assertThat(e.getReason())
                      .isIn(
                          ServiceBusFailureReason.SESSION_LOCK_LOST,
                          ServiceBusFailureReason.GENERAL_ERROR));
      assertThat(bodies(next, 1)).containsExactly("a");
    }
  }

  private static QueueSetup sessions(String name) {
    return LocalBus.queue(name, Receiving.DEFAULT.withSessions());
  }

  private static void send(String queue, String session, String... bodies) {
    var sender = bus.sender(queue);
    IntStream.range(0, bodies.length)
        .forEach(i -> sender.sendMessage(new ServiceBusMessage(bodies[i]).setSessionId(session)));
  }
}
