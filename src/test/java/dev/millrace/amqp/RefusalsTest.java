package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.queue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.Needs;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.setup.NamespaceSetup;
import dev.millrace.broker.setup.Receiving;
import dev.millrace.broker.setup.Sending;
import dev.millrace.broker.setup.SubscriptionSetup;
import dev.millrace.broker.setup.TopicSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be says why, in a way that the SDK of Azure understands. */
class RefusalsTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          List.of(queue("plain"), queue("sessions", Receiving.DEFAULT.withSessions())),
          List.of(
              new TopicSetup(
                  "topic",
                  Sending.DEFAULT,
                  List.of(
                      new SubscriptionSetup(
                          "sub", Receiving.DEFAULT, List.of(SubscriptionSetup.EVERYTHING))))));

  @Test
  void an_entity_that_does_not_exist_is_not_tried_again() {
    var sender = bus.sender("missing");

    assertThatThrownBy(() -> sender.sendMessage(new ServiceBusMessage("a")))
        .isInstanceOfSatisfying(
            ServiceBusException.class,
            e -> {
              assertThat(e.getReason())
                  .isEqualTo(ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND);
              assertThat(e.isTransient()).isFalse();
            })
        .hasMessageContaining("The messaging entity 'missing' could not be found.");
    assertThatThrownBy(
            () -> bus.receiver("missing").receiveMessages(1, LocalBus.PATIENCE).stream().toList())
        .hasStackTraceContaining("missing");
  }

  @Test
  void a_queue_with_sessions_is_not_received_from_without_one() {
    assertThatThrownBy(
            () -> bus.receiver("sessions").receiveMessages(1, LocalBus.PATIENCE).stream().toList())
        .hasStackTraceContaining("session");
    assertThatThrownBy(() -> bus.sender("sessions").sendMessage(new ServiceBusMessage("none")))
        .isInstanceOf(ServiceBusException.class)
        .hasMessageContaining("session");
  }

  @Test
  void a_queue_without_sessions_has_none_to_accept() {
    var receiver = bus.sessions("plain");

    assertThatThrownBy(() -> receiver.acceptSession("one")).hasStackTraceContaining("session");
    assertThatThrownBy(receiver::acceptNextSession).hasStackTraceContaining("session");
  }

  @Test
  void nothing_is_received_from_a_topic_or_sent_to_a_subscription() {
    assertThatThrownBy(
            () -> bus.receiver("topic").receiveMessages(1, LocalBus.PATIENCE).stream().toList())
        .hasStackTraceContaining("topic/subscriptions/NAME");
    assertThatThrownBy(
            () -> bus.sender("topic/subscriptions/sub").sendMessage(new ServiceBusMessage("a")))
        .isInstanceOf(ServiceBusException.class)
        .hasMessageContaining("takes no messages");
  }

  @Test
  void transactions_are_refused_by_name() {
    var sender = bus.sender("plain");

    assertThatThrownBy(sender::createTransaction)
        .hasStackTraceContaining("does not support transactions");
  }

  @Test
  void a_port_that_is_taken_is_one_plain_sentence(@TempDir Path directory) throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var namespace = open(directory)) {
      assertThatThrownBy(() -> LocalNamespace.start(namespace, other.getLocalPort()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(
              "Port %d is taken by another program. Stop it, or choose another port."
                  .formatted(other.getLocalPort()));
    }
  }

  @Test
  void a_client_that_names_no_port_finds_the_usual_one(@TempDir Path directory) {
    try (var namespace = open(directory);
        var local = atUsualPort(namespace)) {
      var portless = local.connectionString().replace(":" + LocalNamespace.USUAL_PORT, "");
      try (var sender =
          bus.builder().connectionString(portless).sender().queueName("jobs").buildClient()) {
        sender.sendMessage(new ServiceBusMessage("a"));
      }
    }
  }

  private static LocalNamespace atUsualPort(Namespace namespace) {
    try {
      return LocalNamespace.start(namespace, LocalNamespace.USUAL_PORT);
    } catch (UncheckedIOException e) {
      Needs.present("port 5672", false, "stop the program that listens there");
      throw e;
    }
  }

  private static Namespace open(Path directory) {
    return Namespace.open(
        NamespaceSetup.ofMillrace(),
        directory,
        InstantSource.system(),
        new Namespace.Options(false, true));
  }
}
