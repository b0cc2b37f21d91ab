package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.bodies;
import static dev.millrace.amqp.LocalBus.nothing;
import static dev.millrace.amqp.LocalBus.one;
import static dev.millrace.amqp.LocalBus.queue;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import dev.millrace.SettableClock;
import dev.millrace.broker.setup.QueueSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens at a time, through the SDK of Azure, on a clock that the test sets. */
class TimesTest {
  private static final SettableClock clock = new SettableClock();

  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.at(
          clock,
          queue("schedule"),
          queue("cancel"),
          queue("ttl"),
          queue("expired", Receiving.DEFAULT.withDeadLetterOnExpiration(true)),
          new QueueSetup(
              "once",
              Receiving.DEFAULT,
              Sending.DEFAULT.withDuplicateWindow(Duration.ofMinutes(10))));

  @Test
  void a_scheduled_message_is_seen_by_peeking_and_comes_at_its_time() {
    var number =
        bus.sender("schedule")
            .scheduleMessage(new ServiceBusMessage("later"), in(Duration.ofHours(1)));
    var receiver = bus.receiver("schedule");

    var peeked = receiver.peekMessage(0);
    assertThat(peeked.getState()).isEqualTo(ServiceBusMessageState.SCHEDULED);
    assertThat(peeked.getSequenceNumber()).isEqualTo(number);
    nothing(receiver);

    pass(Duration.ofHours(2));
    assertThat(bodies(receiver, 1)).containsExactly("later");
  }

  @Test
  void scheduled_messages_can_be_taken_back() {
    var sender = bus.sender("cancel");
    var numbers =
        sender.scheduleMessages(
            List.of(new ServiceBusMessage("a"), new ServiceBusMessage("b")),
            in(Duration.ofHours(1)));

    sender.cancelScheduledMessage(numbers.iterator().next());

    pass(Duration.ofHours(2));
    assertThat(bodies(bus.receiver("cancel"), 1)).containsExactly("b");
    nothing(bus.receiver("cancel"));
  }

  @Test
  void a_message_beyond_its_time_is_gone() {
    bus.sender("ttl")
        .sendMessage(new ServiceBusMessage("short").setTimeToLive(Duration.ofMinutes(1)));
    bus.sender("ttl").sendMessage(new ServiceBusMessage("long"));

    pass(Duration.ofMinutes(2));

    assertThat(bodies(bus.receiver("ttl"), 1)).containsExactly("long");
  }

  @Test
  void a_message_beyond_its_time_is_a_dead_letter_where_that_is_wanted() {
    bus.sender("expired")
        .sendMessage(new ServiceBusMessage("short").setTimeToLive(Duration.ofMinutes(1)));

    pass(Duration.ofMinutes(2));

    var dead = one(bus.deadLetters("expired"));
    assertThat(dead.getDeadLetterReason()).isEqualTo("TTLExpiredException");
    nothing(bus.receiver("expired"));
  }

  @Test
  void a_message_that_is_sent_twice_comes_once_within_the_window() {
    var sender = bus.sender("once");
    sender.sendMessage(new ServiceBusMessage("first").setMessageId("id"));
    sender.sendMessage(new ServiceBusMessage("second").setMessageId("id"));
    sender.sendMessage(new ServiceBusMessage("other").setMessageId("other"));

    assertThat(bodies(bus.receiver("once"), 2)).containsExactly("first", "other");
    nothing(bus.receiver("once"));

    pass(Duration.ofMinutes(11));
    sender.sendMessage(new ServiceBusMessage("third").setMessageId("id"));
    assertThat(bodies(bus.receiver("once"), 1)).containsExactly("third");
  }

  private static OffsetDateTime in(Duration time) {
    return clock.instant().plus(time).atOffset(ZoneOffset.UTC);
  }

  private static void pass(Duration time) {
    clock.advance(time);
    bus.namespace().passDeadlines();
  }
}
