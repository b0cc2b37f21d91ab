package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.bodies;
import static dev.millrace.amqp.LocalBus.nothing;
import static dev.millrace.amqp.LocalBus.one;
import static dev.millrace.amqp.LocalBus.queue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes in through the SDK of Azure comes out of it. */
class MessagesTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          queue("round-trip"),
          queue("empty"),
          queue("delete"),
          queue("buffer"),
          queue("batch"),
          queue("array"),
          queue("large"),
          queue("big"),
          queue("no-id"),
          queue("peek"),
          queue("compete"));

  @Test
  void a_message_comes_back_with_all_its_properties() {
    var values = new LinkedHashMap<String, Object>();
    values.put("text", "ä");
    values.put("number", 7);
    values.put("long", Long.MIN_VALUE);
    values.put("yes", true);
    values.put("fraction", 1.25);
    values.put("id", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    values.put("duration", Duration.ofSeconds(90));
    values.put("time", OffsetDateTime.parse("2026-11-21T12:00:00Z"));
    values.put("uri", URI.create("https://example.org/a"));
    var sent =
        new ServiceBusMessage("the body")
            .setMessageId("id")
            .setCorrelationId("correlation")
            .setSubject("subject")
            .setTo("to")
            .setReplyTo("reply to")
            .setReplyToSessionId("reply session")
            .setContentType("text/plain")
            .setPartitionKey("partition")
            .setTimeToLive(Duration.ofMinutes(5));
    sent.getApplicationProperties().putAll(values);

    bus.sender("round-trip").sendMessage(sent);
    var receiver = bus.receiver("round-trip");
    var received = one(receiver);

    assertThat(received)
        .returns("id", ServiceBusReceivedMessage::getMessageId)
        .returns("correlation", ServiceBusReceivedMessage::getCorrelationId)
        .returns("subject", ServiceBusReceivedMessage::getSubject)
        .returns("to", ServiceBusReceivedMessage::getTo)
        .returns("reply to", ServiceBusReceivedMessage::getReplyTo)
        .returns("reply session", ServiceBusReceivedMessage::getReplyToSessionId)
        .returns("text/plain", ServiceBusReceivedMessage::getContentType)
        .returns("partition", ServiceBusReceivedMessage::getPartitionKey)
        .returns(Duration.ofMinutes(5), ServiceBusReceivedMessage::getTimeToLive)
        .returns(0L, ServiceBusReceivedMessage::getDeliveryCount)
        .returns(ServiceBusMessageState.ACTIVE, ServiceBusReceivedMessage::getState);
    assertThat(received.getBody()).hasToString("the body");
    assertThat(received.getApplicationProperties()).isEqualTo(values);
    assertThat(received.getSequenceNumber()).isPositive();
    assertThat(received.getLockedUntil()).isAfter(received.getEnqueuedTime());
    assertThat(UUID.fromString(received.getLockToken())).isNotNull();
    receiver.complete(received);
    nothing(receiver);
  }

  @Test
  void an_empty_queue_gives_nothing() {
    nothing(bus.receiver("empty"));
  }

  @Test
  void what_is_received_and_deleted_is_gone() {
    bus.sender("delete").sendMessage(new ServiceBusMessage("once"));
    var receiver = bus.receiver("delete", ServiceBusReceiveMode.RECEIVE_AND_DELETE, SubQueue.NONE);

    assertThat(one(receiver).getBody()).hasToString("once");
    assertThat(bus.receiver("delete").peekMessage()).isNull();
  }

  /**
   * News may come while a message is on its way out of the store; the credit is there all along.
   */
  @Test
  void a_buffer_that_deletes_what_it_receives_is_filled_as_messages_come() {
    var receiver =
        bus.closing(
            bus.builder()
                .receiver()
                .queueName("buffer")
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .prefetchCount(200)
                .buildAsyncClient());
    var bodies = new LinkedBlockingQueue<String>();
    bus.closing(
        receiver.receiveMessages().subscribe(each -> bodies.add(each.getBody().toString()))
            ::dispose);
    var sender = bus.sender("buffer");

    IntStream.range(0, 100).forEach(i -> sender.sendMessage(new ServiceBusMessage("m" + i)));

    for (int i = 0; i < 100; i++) {
      assertThat(LocalBus.soon(bodies)).isEqualTo("m" + i);
    }
  }

  @Test
  void a_batch_is_its_messages_in_their_order() {
    var sender = bus.sender("batch");
    var batch = sender.createMessageBatch();
    IntStream.range(0, 300)
        .forEach(i -> assertThat(batch.tryAddMessage(new ServiceBusMessage("m" + i))).isTrue());

    sender.sendMessages(batch);

    assertThat(bodies(bus.receiver("batch"), 300))
        .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "m" + i).toList());
  }

  @Test
  void a_batch_takes_no_more_than_the_largest_message_may_have() {
    var batch = bus.sender("large").createMessageBatch();
    var half = new ServiceBusMessage(BinaryData.fromBytes(new byte[1 << 19]));

    assertThat(batch.getMaxSizeInBytes()).isEqualTo(1 << 20);
    assertThat(batch.tryAddMessage(half)).isTrue();
    assertThat(batch.tryAddMessage(half)).isFalse();
  }

  @Test
  void an_array_of_messages_is_sent_at_once() {
    bus.sender("array")
        .sendMessages(
            IntStream.range(0, 20).mapToObj(i -> new ServiceBusMessage("m" + i)).toList());

    assertThat(bodies(bus.receiver("array"), 20)).startsWith("m0").endsWith("m19");
  }

  @Test
  void a_message_beyond_the_largest_is_refused() {
    var large = new ServiceBusMessage(BinaryData.fromBytes(new byte[1 << 20]));
    var sender = bus.sender("large");

    assertThatThrownBy(() -> sender.sendMessage(large))
        .isInstanceOfSatisfying(
            ServiceBusException.class,
            e ->
                assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.MESSAGE_SIZE_EXCEEDED));
  }

  @Test
  void a_message_of_many_frames_arrives_whole() {
    var body = new byte[500_000];
    IntStream.range(0, body.length).forEach(i -> body[i] = (byte) (i * 31 >> 3));
    bus.sender("big").sendMessage(new ServiceBusMessage(BinaryData.fromBytes(body)));

    assertThat(one(bus.receiver("big")).getBody().toBytes()).isEqualTo(body);
  }

  @Test
  void a_message_without_an_id_is_given_one() {
    bus.sender("no-id").sendMessage(new ServiceBusMessage("anonymous").setSubject("kept"));

    var received = one(bus.receiver("no-id"));

    assertThat(received.getMessageId()).isNotEmpty();
    assertThat(received.getSubject()).isEqualTo("kept");
  }

  @Test
  void peeking_shows_messages_and_takes_none() {
    bus.sender("peek")
        .sendMessages(IntStream.range(0, 5).mapToObj(i -> new ServiceBusMessage("m" + i)).toList());
    var receiver = bus.receiver("peek");

    assertThat(receiver.peekMessages(3).stream().map(m -> m.getBody().toString()))
        .containsExactly("m0", "m1", "m2");
    assertThat(receiver.peekMessages(10).stream().map(m -> m.getBody().toString()))
        .containsExactly("m3", "m4");
    assertThat(receiver.peekMessages(10)).isEmpty();
    assertThat(bodies(receiver, 5)).hasSize(5);
  }

  @Test
  void two_receivers_compete_and_none_gets_what_the_other_has() {
    bus.sender("compete")
        .sendMessages(
            IntStream.range(0, 40).mapToObj(i -> new ServiceBusMessage("m" + i)).toList());
    var first = bus.receiver("compete");
    var second = bus.receiver("compete");

    var seen = bodies(first, 20);
    seen.addAll(bodies(second, 20));

    assertThat(seen).doesNotHaveDuplicates().hasSize(40);
    nothing(first);
    nothing(second);
  }
}
