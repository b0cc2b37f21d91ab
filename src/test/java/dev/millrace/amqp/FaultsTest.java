package dev.millrace.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.amqp.rpc.ManagementNode;
import dev.millrace.amqp.rpc.Reply;
import dev.millrace.amqp.rpc.Request;
import dev.millrace.broker.Entity;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes wrong within, or is no Service Bus at all, has an answer too. */
class FaultsTest {
  @RegisterExtension private static final LocalBus bus = LocalBus.with(LocalBus.queue("plain"));

  @Test
  void a_fault_within_is_answered_and_the_connection_lives_on() {
    try (var local = LocalNamespace.start(new Broken(bus.namespace()), 0)) {
      var builder =
          new ServiceBusClientBuilder()
              .connectionString(local.connectionString())
              .retryOptions(
                  new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(10)).setMaxRetries(0));
      try (var broken = builder.sender().queueName("broken").buildClient();
          var whole = builder.sender().queueName("plain").buildClient()) {
        assertThatThrownBy(() -> broken.sendMessage(new ServiceBusMessage("a")))
            .isInstanceOf(ServiceBusException.class)
            .hasStackTraceContaining("The local Service Bus failed at this; its log says more.");
        whole.sendMessage(new ServiceBusMessage("b"));
      }
    }
  }

  @Test
  void an_operation_that_is_not_supported_is_named() {
    var node = new ManagementNode(bus.namespace().entity("plain"));

    assertThat(
            node.handle(new Request("com.microsoft:batch-delete-messages", null, "id", Map.of())))
        .failsWithin(LocalBus.PATIENCE)
        .withThrowableThat()
        .withMessageContaining("does not support com.microsoft:batch-delete-messages on plain");
  }

  @Test
  void a_request_without_what_it_needs_says_what() {
    var node = new ManagementNode(bus.namespace().entity("plain"));

    assertThatThrownBy(
            () -> node.handle(new Request("com.microsoft:peek-message", null, "id", Map.of())))
        .isInstanceOf(Refused.class)
        .hasMessage(
            "The request com.microsoft:peek-message needs a Number under from-sequence-number.");
  }

  @Test
  void a_reply_says_its_status_as_http_does() {
    assertThat(
            new ManagementNode(bus.namespace().entity("plain"))
                .handle(
                    new Request(
                        "com.microsoft:peek-message",
                        null,
                        "id",
                        Map.of("from-sequence-number", 0L, "message-count", 1))))
        .succeedsWithin(LocalBus.PATIENCE)
        .returns(204, Reply::status);
  }

  @Test
  void who_speaks_another_protocol_is_hung_up_on() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), bus.port())) {
      socket.setSoTimeout((int) LocalBus.PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThanOrEqualTo(8);
    }
  }

  /** Fails in a way that nobody has thought of, for one address. */
  private record Broken(Namespace whole) implements Namespace {
    @Override
    public Entity entity(String address) {
      if (address.equals("broken")) {
        throw new IllegalStateException("nobody has thought of this");
      }
      return whole.entity(address);
    }

    @Override
    public List<Entity> entities() {
      return whole.entities();
    }

    @Override
    public Optional<Instant> nextDeadline() {
      return whole.nextDeadline();
    }

    @Override
    public void passDeadlines() {
      whole.passDeadlines();
    }

    @Override
    public void close() {
      whole.close();
    }
  }
}
