package dev.millrace.amqp.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.junit.jupiter.api.Test;

/** Our own reading and writing, held against the codec of a library. */
class MessageTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Binary BODY = new Binary("the body".getBytes());

  @Test
  void what_the_rules_need_is_read_out_of_a_message() {
    var sent = message(new Data(BODY));
    sent.setDurable(true);
    sent.setPriority((short) 7);
    sent.setTtl(90_000);
    sent.setMessageId("id");
    sent.setGroupId("session");
    sent.setReplyToGroupId("reply session");
    sent.setCorrelationId(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    sent.setAddress("to");
    sent.setReplyTo("back");
    sent.setSubject("label");
    sent.setContentType("text/plain");
    annotate(
        sent, Map.of("x-opt-scheduled-enqueue-time", Date.from(NOON), "x-opt-partition-key", "p"));
    sent.setApplicationProperties(new ApplicationProperties(Map.of("size", 3)));

    assertThat(MessageReader.read(encoded(sent), true))
        .usingRecursiveComparison()
        .ignoringFields("payload", "annotations")
        .isEqualTo(
            new Message(
                new byte[0],
                new byte[0],
                true,
                7,
                Duration.ofSeconds(90),
                NOON,
                "id",
                "session",
                "reply session",
                "p",
                "00112233-4455-6677-8899-aabbccddeeff",
                "to",
                "back",
                "label",
                "text/plain",
                Map.of("size", 3)));
  }

  @Test
  void values_of_application_properties_keep_their_types() {
    var values = new LinkedHashMap<String, Object>();
    values.put("text", "ü".repeat(300));
    values.put("yes", true);
    values.put("byte", (byte) -1);
    values.put("short", (short) -2);
    values.put("int", Integer.MIN_VALUE);
    values.put("small", 5L);
    values.put("long", Long.MAX_VALUE);
    values.put("float", 1.5f);
    values.put("double", 2.5);
    values.put("char", 'x');
    values.put("id", UUID.randomUUID());
    var sent = message(new AmqpValue(List.of("a", Map.of("b", 1))));
    sent.setApplicationProperties(new ApplicationProperties(values));

    assertThat(MessageReader.read(encoded(sent), true).properties()).isEqualTo(values);
  }

  @Test
  void a_message_without_anything_becomes_one_with_an_id() {
    var read = MessageReader.read(encoded(message(new Data(BODY))), true);

    assertThat(read.messageId()).matches("[0-9a-f]{32}");
    var received = received(read, Map.of());
    assertThat(received.getMessageId()).isEqualTo(read.messageId());
    assertThat(received.getBody()).hasToString("Data{the body}");
  }

  @Test
  void an_id_is_added_without_touching_the_other_properties() {
    var sent = message(new Data(BODY));
    sent.setSubject("label");
    sent.setGroupId("session");
    sent.setApplicationProperties(new ApplicationProperties(Map.of("a", 1)));

    var received = received(MessageReader.read(encoded(sent), false), Map.of());

    assertThat(received.getMessageId()).isNotNull();
    assertThat(received.getSubject()).isEqualTo("label");
    assertThat(received.getGroupId()).isEqualTo("session");
    assertThat(received.getApplicationProperties().getValue()).isEqualTo(Map.of("a", 1));
  }

  @Test
  void a_delivery_says_how_often_it_was_tried_even_when_never() {
    var read = MessageReader.read(encoded(message(new Data(BODY))), false);
    var encoded = DeliveryEncoder.encode(delivery(read, 0, Map.of()));

    var cursor = new Cursor(encoded, 0, encoded.length);
    assertThat(cursor.descriptor()).isEqualTo(Sections.HEADER);
    assertThat(cursor.open()).isEqualTo(5);
    for (int i = 0; i < 4; i++) {
      cursor.skip();
    }
    assertThat(cursor.value()).isEqualTo(0L);
  }

  @Test
  void a_delivery_carries_the_brokers_annotations_over_those_of_the_sender() {
    var sent = message(new Data(BODY));
    annotate(sent, Map.of("x-opt-sequence-number", 99L, "mine", "kept"));

    var annotations =
        received(MessageReader.read(encoded(sent), false), Map.of())
            .getMessageAnnotations()
            .getValue();

    assertThat(annotations)
        .containsEntry(Symbol.valueOf("x-opt-sequence-number"), 12L)
        .containsEntry(Symbol.valueOf("x-opt-enqueue-sequence-number"), 11L)
        .containsEntry(Symbol.valueOf("x-opt-enqueued-time"), Date.from(NOON))
        .containsEntry(Symbol.valueOf("x-opt-locked-until"), Date.from(NOON.plusSeconds(30)))
        .containsEntry(Symbol.valueOf("x-opt-message-state"), 0)
        .containsEntry(Symbol.valueOf("x-opt-deadletter-source"), "jobs")
        .containsEntry(Symbol.valueOf("mine"), "kept")
        .hasSize(7);
  }

  @Test
  void properties_that_were_changed_go_over_those_of_the_sender() {
    var sent = message(new Data(BODY));
    sent.setSubject("label");
    var old = new HashMap<String, Object>();
    old.put("kept", "as it was");
    old.put("changed", 1);
    sent.setApplicationProperties(new ApplicationProperties(old));

    var received =
        received(
            MessageReader.read(encoded(sent), false),
            Map.of("changed", "two", "new", NOON, "big", new byte[] {1}));

    assertThat(received.getApplicationProperties().getValue())
        .isEqualTo(
            Map.of(
                "kept",
                "as it was",
                "changed",
                "two",
                "new",
                Date.from(NOON),
                "big",
                new Binary(new byte[] {1})));
    assertThat(received.getSubject()).isEqualTo("label");
    assertThat(received.getBody()).hasToString("Data{the body}");
  }

  @Test
  void properties_can_be_set_on_a_message_that_had_none() {
    var read = MessageReader.read(encoded(message(new Data(BODY))), false);

    var received = received(read, Map.of("a", 1));

    assertThat(received.getApplicationProperties().getValue()).isEqualTo(Map.of("a", 1));
    assertThat(received.getBody()).hasToString("Data{the body}");
  }

  @Test
  void a_batch_is_the_messages_in_its_data_sections() {
    var first = encoded(message(new Data(BODY)));
    var second = encoded(message(new AmqpValue("x".repeat(300))));
    var out = new Encoding(16);
    var envelope = message(null);
    envelope.setMessageId("of the transfer");
    var header = encoded(envelope);
    out.copy(header, 0, header.length);
    for (var message : List.of(first, second)) {
      out.section(Sections.DATA).any(message);
    }

    assertThat(BatchReader.messages(out.toBytes())).containsExactly(first, second);
  }

  @Test
  void what_is_cut_off_anywhere_is_unreadable_or_read_without_its_end_but_never_breaks() {
    var sent = message(new Data(BODY));
    sent.setMessageId("id");
    sent.setApplicationProperties(new ApplicationProperties(Map.of("a", "text", "b", 1)));
    annotate(sent, Map.of("c", "d"));
    var whole = encoded(sent);

    for (int length = 0; length < whole.length; length++) {
      var part = Arrays.copyOf(whole, length);
      try {
        assertThat(MessageReader.read(part, true).payload()).isNotEmpty();
      } catch (Unreadable e) {
        assertThat(e).message().isNotEmpty();
      }
    }
  }

  @Test
  void what_is_no_message_is_refused_with_a_reason() {
    assertThatThrownBy(() -> MessageReader.read("hello".getBytes(), false))
        .isInstanceOf(Unreadable.class)
        .hasMessage("a section does not begin with a descriptor");
  }

  private static org.apache.qpid.proton.message.Message message(Section body) {
    var message = Proton.message();
    message.setBody(body);
    return message;
  }

  private static void annotate(
      org.apache.qpid.proton.message.Message message, Map<String, Object> annotations) {
    var map = new HashMap<Symbol, Object>();
    annotations.forEach((name, value) -> map.put(Symbol.valueOf(name), value));
    message.setMessageAnnotations(new MessageAnnotations(map));
  }

  private static byte[] encoded(org.apache.qpid.proton.message.Message message) {
    var bytes = new byte[4096];
    return Arrays.copyOf(bytes, message.encode(bytes, 0, bytes.length));
  }

  private static org.apache.qpid.proton.message.Message received(
      Message read, Map<String, Object> changes) {
    var bytes = DeliveryEncoder.encode(delivery(read, 0, changes));
    var message = Proton.message();
    message.decode(bytes, 0, bytes.length);
    assertThat(message.getHeader().getDeliveryCount()).isEqualTo(UnsignedInteger.ZERO);
    return message;
  }

  private static Delivery delivery(Message sent, int count, Map<String, Object> changes) {
    return new Delivery(
        sent.payload(),
        sent.annotations(),
        sent.durable(),
        sent.priority(),
        null,
        sent.sessionId(),
        sent.partitionKey(),
        12,
        11,
        NOON,
        null,
        count,
        Delivery.State.ACTIVE,
        changes,
        "jobs",
        UUID.randomUUID(),
        NOON.plusSeconds(30));
  }
}
